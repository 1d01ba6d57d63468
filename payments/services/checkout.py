"""From "Pay" to Stripe's page and back: begin, open the page, cancel. The network is always between two transactions."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from payments import gateway
from payments.models import STATUS_REPORT, Order, OrderLine, Payment, PaymentLine
from payments.services import ledger, orders, sessions, settlement, sync
from payments.services.orders import OrderNotEditableError
from payments.services.sessions import CheckoutRefusedError as CheckoutRefusedError
from payments.services.sessions import CheckoutUnavailableError as CheckoutUnavailableError
from payments.states import NOT_PAID, UNFINISHED, OrderState, PaymentState
from portal import audit
from portal.money import CURRENCY, SMALLEST_CHARGE_CENTS

# Where Stripe sends the person; `{payment_id}` stands for the id of the new payment.
RETURN_PAGE = "/payments/{payment_id}/return/"
CANCEL_PAGE = "/payments/{payment_id}/cancel/"


class CannotCancelError(Exception):
    """The payment is paid or being checked: money goes back by a refund."""


class NothingToPayError(Exception):
    """The order has no line left, or less than Stripe can charge."""


def usable_credit(*, total_cents: int, credit_cents: int) -> int:
    """Return how many of `credit_cents` can pay towards `total_cents`; the rest is then 0 or can be charged."""
    return ledger.usable_credit(total_cents=total_cents, balance_cents=credit_cents)


def begin(
    *,
    order: Order,
    use_credit: bool,
    at: datetime,
    actor: str,
    success_url: str = RETURN_PAGE,
    cancel_url: str = CANCEL_PAGE,
) -> Payment:
    """Freeze the order into a payment, in the caller's transaction, and return it.

    With `use_credit` the financial account pays what it can; when it pays all, the payment is settled at once. An order
    whose payment is under way returns that payment, so a double click pays once. Addresses are paths of ours or complete.
    Raises OrderNotEditableError for an order that is paid, expired or canceled, and NothingToPayError.
    """
    orders.lock(order)
    if order.state == OrderState.PAYMENT_PENDING:
        return order.payments.filter(lines__live=True).distinct().get()
    if order.state != OrderState.BASKET:
        raise OrderNotEditableError(order.reference)
    lines = list(order.lines.select_for_update().filter(removed_at__isnull=True, paid_by__isnull=True).order_by("id"))
    total = sum(line.price_cents for line in lines)
    balance = ledger.locked_credit(order.applicant_id) if use_credit else 0
    credit = usable_credit(total_cents=total, credit_cents=balance)
    if not total or 0 < total - credit < SMALLEST_CHARGE_CENTS:
        raise NothingToPayError(order.reference)
    payment = _create(order, lines, credit=credit, due=total - credit, at=at, addresses=(success_url, cancel_url))
    ledger.hold_credit(payment, at=at, actor=actor)
    orders.move_order(order, OrderState.PAYMENT_PENDING, at=at, actor=actor)
    audit.record(
        "payments.payment_created", actor=actor, subject=payment, at=at, total_cents=total, credit_cents=credit
    )
    if not payment.due_cents:
        settlement.fund(payment, at=at, actor=actor)
    return payment


def _create(
    order: Order, lines: list[OrderLine], *, credit: int, due: int, at: datetime, addresses: tuple[str, str]
) -> Payment:
    expires_at = at + timedelta(minutes=settings.CHECKOUT_MINUTES)
    payment = Payment(
        order=order,
        applicant_id=order.applicant_id,
        total_cents=credit + due,
        credit_cents=credit,
        due_cents=due,
        currency=CURRENCY,
        created_at=at,
        expires_at=expires_at,
        next_sync_at=at + timedelta(minutes=1) if due else None,
    )
    payment.params = session_params(payment, addresses, name=_called(lines)) if due else {}
    payment.save(force_insert=True)
    PaymentLine.objects.bulk_create(_shares(payment, lines))
    return payment


def _shares(payment: Payment, lines: list[OrderLine]) -> list[PaymentLine]:
    """Return the payment's lines: credit pays the first ones, Stripe the rest."""
    left = payment.credit_cents
    shares = []
    for line in lines:
        from_credit = min(left, line.price_cents)
        left -= from_credit
        shares.append(
            PaymentLine(
                payment=payment,
                order_line=line,
                from_credit_cents=from_credit,
                from_stripe_cents=line.price_cents - from_credit,
            )
        )
    return shares


def _called(lines: list[OrderLine]) -> str:
    """Return the two words that Stripe's page shows: nothing about a person or an authority (D15)."""
    return "Status report" if all(line.fee_code == STATUS_REPORT for line in lines) else "Certification services"


def session_params(payment: Payment, addresses: tuple[str, str], *, name: str) -> dict[str, object]:
    """Return the parameters of the Checkout Session: ids, amount and addresses, nothing personal (D1, D2, D15)."""
    ours = {"payment": str(payment.pk)}
    success_url, cancel_url = (_absolute(address).format(payment_id=payment.pk) for address in addresses)
    product = {"name": name}
    price = {"currency": payment.currency, "unit_amount": payment.due_cents, "product_data": product}
    return {
        "mode": "payment",
        "ui_mode": "hosted_page",
        "line_items": [{"quantity": 1, "price_data": price}],
        "allowed_payment_method_types": ["card", "us_bank_account"],
        "wallet_options": {"link": {"display": "never"}},
        "payment_method_options": {"us_bank_account": {"verification_method": "instant"}},
        "client_reference_id": str(payment.pk),
        "metadata": ours,
        "payment_intent_data": {"metadata": ours, "description": name},
        "expires_at": int(payment.expires_at.timestamp()),
        "success_url": success_url,
        "cancel_url": cancel_url,
    }


def _absolute(address: str) -> str:
    return settings.BASE_URL + address if address.startswith("/") else address


def open_session(payment_id: uuid.UUID) -> str:
    """Return the address of the hosted page of a payment; the same on a repeat. Call it outside any transaction.

    Raises CheckoutUnavailableError while Stripe does not answer: the payment stays `created`, its order is kept, and the
    sweep goes on with it. Raises CheckoutRefusedError when Stripe refused, or when the page is closed.
    """
    payment = settlement.payment_now(payment_id)
    if payment.state == PaymentState.OPEN and timezone.now() < payment.expires_at:
        return payment.session_url
    if payment.state == PaymentState.CREATED and payment.due_cents:
        return sessions.create(payment_id)
    if payment.state == PaymentState.OPEN:
        _sync(payment_id)
    raise CheckoutRefusedError(str(payment_id))


def _sync(payment_id: uuid.UUID) -> PaymentState:
    try:
        return sync.sync(payment_id)
    except gateway.GatewayUnavailableError as error:
        raise CheckoutUnavailableError(str(payment_id)) from error


def cancel(*, payment_id: uuid.UUID, at: datetime, actor: str) -> PaymentState:
    """Cancel a payment as far as that is still possible and return its state. Call it outside any transaction.

    An open page is closed and the order is a basket again; a debit under way goes on and is refunded when it arrives.
    Raises CannotCancelError for a payment that is paid or being checked, and CheckoutUnavailableError when Stripe does
    not answer: the sweep finishes the cancellation.
    """
    payment = _request_cancel(payment_id, at=at, actor=actor)
    if payment.state not in {PaymentState.CREATED, PaymentState.OPEN}:
        return PaymentState(payment.state)
    return _sync(payment_id)


@transaction.atomic(durable=True)
def _request_cancel(payment_id: uuid.UUID, *, at: datetime, actor: str) -> Payment:
    """Note that the person wants out; ended payments become canceled at once. Raises CannotCancelError."""
    payment = settlement.locked_payment(payment_id)
    if payment.state not in {*UNFINISHED, *NOT_PAID}:
        raise CannotCancelError(payment.state)
    if payment.cancel_requested_at is None and payment.state in UNFINISHED:
        payment.cancel_requested_at = at
        payment.save(update_fields=["cancel_requested_at"])
        audit.record("payments.cancel_requested", actor=actor, subject=payment, at=at, state=str(payment.state))
    elif payment.state in {PaymentState.FAILED, PaymentState.EXPIRED}:
        settlement.move(payment, PaymentState.CANCELED, at=at, actor=actor)
    return payment
