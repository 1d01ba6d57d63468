"""What follows from a payment's new state: effects F, R, N, A, X and L of the payment table.

Every function needs the caller's transaction with the order and the payment locked in this order.
"""

import uuid
from datetime import datetime

from payments import emails
from payments.models import OrderLine, Payment, PaymentLine
from payments.services import ledger, orders, refunds
from payments.signals import Settlement, payment_settled
from payments.states import NOT_PAID, PAYMENT_MACHINE, OrderState, PaymentState
from portal import audit
from portal.eastern import eastern_date

ACTOR = "payments"


def payment_now(payment_id: uuid.UUID) -> Payment:
    """Return the payment as it is at this moment, with its order; raises Payment.DoesNotExist.

    Callers read it again on purpose after each conversation with Stripe.
    """
    payment = Payment.objects.select_related("order").filter(pk=payment_id).first()
    if payment is None:
        raise Payment.DoesNotExist(str(payment_id))
    return payment


def locked_payment(payment_id: uuid.UUID) -> Payment:
    """Return the payment, locked after its order, until the end of the caller's transaction."""
    payment = payment_now(payment_id)
    order = payment.order
    orders.lock(order)
    payment.refresh_from_db(from_queryset=Payment.objects.select_for_update())
    payment.order = order
    return payment


def move(payment: Payment, target: PaymentState, *, at: datetime, actor: str, reason: str = "") -> None:
    """Move a locked payment to `target`; raises IllegalMoveError. The only writer of `Payment.state`."""
    PAYMENT_MACHINE.check(payment.state, target)
    was = payment.state
    payment.state = target
    payment.save(update_fields=["state"])
    audit.record(f"payments.payment_{target.value}", actor=actor, subject=payment, at=at, reason=reason, was=was)


def is_live(payment: Payment) -> bool:
    """Tell whether `payment` still claims its order lines (and holds its credit, until it is booked)."""
    return payment.lines.filter(live=True).exists()


def _announce(payment: Payment, *, paid: bool, at: datetime) -> None:
    lines = tuple(payment.lines.order_by("order_line_id").values_list("order_line_id", flat=True))
    settlement = Settlement(payment.pk, payment.order_id, lines, paid, at)
    payment_settled.send(sender=Payment, settlement=settlement)


def fund(payment: Payment, *, at: datetime, actor: str = ACTOR) -> None:
    """F: book the money, mark the order paid, announce it, and send the receipt mail."""
    move(payment, PaymentState.PAID, at=at, actor=actor)
    ledger.book_payment(payment, at=at, actor=actor)
    OrderLine.objects.filter(payment_lines__payment=payment).update(paid_by=payment)
    orders.move_order(payment.order, OrderState.PAID, at=at, actor=actor)
    payment.settled_at = at
    payment.receipt_number = f"R-{eastern_date(at).year}-{ledger.next_number('receipt_number'):06d}"
    payment.save(update_fields=["settled_at", "receipt_number"])
    _announce(payment, paid=True, at=at)
    emails.tell_applicant("payment_received", payment, amount_cents=payment.total_cents, at=at)


def release(payment: Payment, *, at: datetime, actor: str = ACTOR) -> None:
    """R: give held credit back and let the order be changed and paid anew. A second call changes nothing."""
    if not payment.lines.filter(live=True).update(live=False):
        return
    ledger.release_credit(payment, at=at, actor=actor, attempt=_attempt(payment, "release"))
    orders.move_order(payment.order, OrderState.BASKET, at=at, actor=actor)
    _announce(payment, paid=False, at=at)


def _attempt(payment: Payment, verb: str) -> str:
    """Return what tells this hold or release of `payment` from earlier ones; empty for the first."""
    done = payment.postings.filter(key__startswith=f"pay:{payment.pk}:{verb}").count()
    return str(done + 1) if done else ""


def end(payment: Payment, target: PaymentState, *, at: datetime, actor: str = ACTOR, reason: str = "") -> None:
    """Move to failed, expired or canceled, and R."""
    move(payment, target, at=at, actor=actor, reason=reason)
    release(payment, at=at, actor=actor)


def return_money(payment: Payment, *, key: str, reason: str, at: datetime) -> None:
    """X: book what arrived, let go of the order, and ask Stripe to send all of it back."""
    move(payment, PaymentState.PAID, at=at, actor=ACTOR, reason=reason)
    release(payment, at=at)
    ledger.book_payment(payment, at=at, actor=ACTOR, with_credit=False)
    payment.settled_at = at
    payment.save(update_fields=["settled_at"])
    refunds.request_refund(payment, amount_cents=payment.due_cents, key=key, reason=reason, at=at)


def settle(payment: Payment, *, at: datetime) -> None:
    """Handle an intent that succeeded and matches: F, X when the person asked to cancel a debit under way, or L."""
    was = PaymentState(payment.state)
    if was in NOT_PAID:
        _settle_late(payment, at=at)
    elif was != PaymentState.PROCESSING or payment.cancel_requested_at is None:
        fund(payment, at=at)
    elif is_live(payment):
        return_money(payment, key=f"cancel-{payment.pk}", reason="Canceled while the bank payment was under way", at=at)
    else:
        _return_late(payment, at=at)


def _settle_late(payment: Payment, *, at: datetime) -> None:
    """L: fund if what was paid is still wanted and unpaid; otherwise send the money back and tell staff."""
    if reclaim(payment, at=at):
        fund(payment, at=at)
    else:
        _return_late(payment, at=at)


def _return_late(payment: Payment, *, at: datetime) -> None:
    reason = "The money arrived when the order was no longer waiting for it"
    return_money(payment, key=f"late-{payment.pk}", reason=reason, at=at)
    emails.alert(payment, subject="Late payment is being refunded", reason=reason, at=at)


def reclaim(payment: Payment, *, at: datetime) -> bool:
    """Take the order lines of a released payment again, with its credit; False, and nothing written, if impossible.

    Possible only while the basket is exactly what was paid: with another line, price or payment the person has decided
    anew.
    """
    order = payment.order
    paid_for = {
        (line.order_line_id, line.from_credit_cents + line.from_stripe_cents) for line in payment.lines.order_by("id")
    }
    wanted = set(order.lines.filter(removed_at__isnull=True, paid_by__isnull=True).values_list("id", "price_cents"))
    if order.state != OrderState.BASKET or paid_for != wanted:
        return False
    try:
        ledger.hold_credit(payment, at=at, actor=ACTOR, attempt=_attempt(payment, "hold"))
    except ledger.NotEnoughCreditError:
        return False
    PaymentLine.objects.filter(payment=payment).update(live=True)
    orders.move_order(order, OrderState.PAYMENT_PENDING, at=at, actor=ACTOR)
    return True


def revive(payment: Payment, *, at: datetime) -> None:
    """A debit is under way for a payment we had given up: take the order again, or send the money back on arrival."""
    if payment.cancel_requested_at is None and not reclaim(payment, at=at):
        payment.cancel_requested_at = at
        payment.save(update_fields=["cancel_requested_at"])
    emails.alert(payment, subject="A bank payment goes on", reason="We had taken this payment for ended.", at=at)


def send_to_review(payment: Payment, *, reason: str, at: datetime) -> None:
    """A: stop, and let staff look. A payment that is not paid yet keeps its order and its credit until they decide."""
    already_paid = payment.state == PaymentState.PAID
    move(payment, PaymentState.REVIEW, at=at, actor=ACTOR, reason=reason)
    payment.needs_attention = reason
    payment.save(update_fields=["needs_attention"])
    emails.alert(payment, subject="Payment needs a person", reason=reason, at=at)
    if not already_paid:
        emails.tell_applicant("payment_under_review", payment, amount_cents=payment.total_cents, at=at)
