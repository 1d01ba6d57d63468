"""What the portal holds of a person's orders and payments, and for how long."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db.models import Q

from applicants.models import Applicant
from payments.models import LedgerAccount, LedgerEntry, LedgerTransaction, Order, Payment, Refund, StripeEvent
from payments.services import ledger, orders, receipts, webhooks
from payments.states import OrderState, PaymentState, RefundState
from portal import retention
from portal.personal_data import AfterDeletion, BeforeDeletion, FileSource, Holding, Obstacle, Rows, Topic, registry


def _account_names(user_id: int) -> list[str]:
    keys = Applicant.objects.filter(user=user_id).values_list("pk", flat=True)
    return [name for key in keys for name in (ledger.wallet(key), ledger.hold(key))]


def _accounts(user_id: int) -> Rows:
    return LedgerAccount.objects.filter(name__in=_account_names(user_id))


def _postings(user_id: int) -> Rows:
    entries = LedgerEntry.objects.filter(account__name__in=_account_names(user_id))
    return LedgerTransaction.objects.filter(
        Q(payment__applicant__user=user_id) | Q(pk__in=entries.values("transaction"))
    )


def _entries(user_id: int) -> Rows:
    return LedgerEntry.objects.filter(account__name__in=_account_names(user_id))


def _unfinished(user_id: int) -> list[str]:
    """Say which money of the person is still on its way."""
    sentences = []
    if Order.objects.filter(applicant__user=user_id, state=OrderState.PAYMENT_PENDING).exists():
        sentences.append("A payment of yours is under way. Finish or cancel it first.")
    if Payment.objects.filter(applicant__user=user_id, state=PaymentState.REVIEW).exists():
        sentences.append("A payment of yours is being checked by our staff.")
    if Refund.objects.filter(
        payment__applicant__user=user_id, state__in=[RefundState.REQUESTED, RefundState.PENDING]
    ).exists():
        sentences.append("A refund to you is under way.")
    if _accounts(user_id).exclude(balance_cents=0).exists():
        sentences.append("Your financial account holds credit. Ask us to pay it out first.")
    return sentences


def _lock_unpaid(user_id: int, at: datetime, actor: str) -> None:
    """Lock what could still be paid, so that no payment begins while its person is deleted."""
    list(Order.objects.select_for_update().filter(applicant__user=user_id, state__in=orders.UNPAID).order_by("pk"))


def _receipts(user_id: int) -> Iterator[tuple[str, bytes]]:
    """Yield the receipt of each paid order."""
    for order in Order.objects.filter(applicant__user=user_id, state=OrderState.PAID).order_by("pk"):
        yield f"{order.reference}.pdf", receipts.receipt_pdf(order)


_money = partial(
    Holding,
    topic="orders-and-payments",
    owner="applicant__user",
    after_deletion=AfterDeletion.KEPT,
    kept_because="Records of money must be kept; they name you by number of the row only",
)
BY_STAFF = "Words or names of staff"

registry.add(
    Topic("orders-and-payments", "Your orders, payments, refunds and financial account"),
    _money(model="payments.Order", what="Your orders"),
    _money(model="payments.OrderLine", what="What each order held", owner="order__applicant__user"),
    _money(
        model="payments.Payment",
        what="Your payments; we never see a card number",
        left_out={
            "params": "Technical: what was sent to the payment provider, made of the other fields",
            "session_url": "The address of the payment page, which is closed",
            "needs_attention": BY_STAFF,
            "last_error": "Technical",
        },
    ),
    _money(model="payments.PaymentLine", what="What each payment paid", owner="payment__applicant__user"),
    _money(
        model="payments.Refund",
        what="Money that went back to you",
        owner="payment__applicant__user",
        left_out={"key": "Technical", "last_error": "Technical"},
    ),
    _money(model="payments.LedgerAccount", what="Your financial account and its balance", owner="", find=_accounts),
    _money(
        model="payments.LedgerTransaction",
        what="What moved money on your financial account or for your payments",
        owner="",
        find=_postings,
        left_out={"key": "Technical", "actor": "Names the member of staff or the part of the portal that acted"},
    ),
    _money(model="payments.LedgerEntry", what="Amounts on your financial account", owner="", find=_entries),
    FileSource("receipts", "The receipt of each paid order", _receipts),
    Obstacle("money", _unfinished),
    BeforeDeletion("orders", _lock_unpaid),
)

retention.table.add(
    retention.Rule(
        key="unpaid-orders",
        what="Orders that were not paid",
        covers=("payments.Order", "payments.OrderLine"),
        since="your last change of the order",
        why="So that you can finish it later",
        period=timedelta(days=settings.BASKET_DAYS),
        ends_with="Closed; what was chosen is deleted",
        done_by="cvs.expire_baskets",
    ),
    retention.Rule(
        key="money",
        what="Paid orders, payments, refunds and the financial account",
        covers=tuple(model for model in registry.holdings if model.startswith("payments.")),
        since="the payment",
        why="Accounting: amounts that were booked are never changed or removed",
        ends_with="Not deleted; your name is removed with your account",
    ),
    retention.Rule(
        key="payment-events",
        what="Messages of the payment provider to the portal, without names",
        covers=("payments.StripeEvent",),
        since="the day they arrived",
        why="So that none is processed twice",
        period=webhooks.KEPT,
        due=lambda before: StripeEvent.objects.filter(processed_at__isnull=False, received_at__lt=before),
    ),
)
