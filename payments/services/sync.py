"""Read what Stripe knows of a payment and move our row accordingly: the one way in which payments advance (D5).

Webhooks, the return page, sweeps and staff all call `sync`. It can be repeated, run twice at once, and come late.
"""

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from payments import emails, gateway
from payments.models import Payment
from payments.services import ledger, refunds, sessions, settlement
from payments.states import NOT_PAID, Finding, OrderState, PaymentState, Truth, find, next_state
from portal.leases import retry_delay

GIVE_UP_AFTER = timedelta(hours=20)
FIRST_DAY = timedelta(days=1)
FEE_WAIT = timedelta(days=3)
WORRYING_ATTEMPTS = 10


def sync(payment_id: uuid.UUID) -> PaymentState:
    """Bring a payment up to date and return its state. Call it outside any transaction.

    Raises gateway.GatewayUnavailableError when Stripe does not answer; the row then carries when to try again.
    """
    payment = settlement.payment_now(payment_id)
    if payment.session_id is None and not _open(payment):
        return PaymentState(settlement.payment_now(payment_id).state)
    state = _read_and_apply(payment_id)
    if state == PaymentState.OPEN and settlement.payment_now(payment_id).cancel_requested_at is not None:
        return _finish_cancel(payment_id)
    return state


def _finish_cancel(payment_id: uuid.UUID) -> PaymentState:
    """Close the page of an open payment that shall be canceled; if it is closed already, see what became of it."""
    payment = settlement.payment_now(payment_id)
    if not sessions.close_session(payment, at=timezone.now(), actor="applicant"):
        return _read_and_apply(payment_id)
    return PaymentState(settlement.payment_now(payment_id).state)


def _open(payment: Payment) -> bool:
    """Finish creating the session of a payment; False when there is nothing at Stripe to read."""
    if payment.state != PaymentState.CREATED or not payment.due_cents:
        return False
    at = timezone.now()
    if at - payment.created_at >= GIVE_UP_AFTER:
        sessions.give_up(payment.pk, at=at)
        return False
    try:
        sessions.create(payment.pk)
    except sessions.CheckoutRefusedError:
        return False
    except sessions.CheckoutUnavailableError as error:
        raise gateway.GatewayUnavailableError(str(payment.pk)) from error
    return True


def _read_and_apply(payment_id: uuid.UUID) -> PaymentState:
    session_id = settlement.payment_now(payment_id).session_id or ""
    try:
        truth = gateway.read(session_id)
    except gateway.GatewayError as error:
        _note_failure(payment_id, str(error), at=timezone.now())
        raise gateway.GatewayUnavailableError(str(error)) from error
    with transaction.atomic(durable=True):
        payment = settlement.locked_payment(payment_id)
        finding = apply(payment, truth)
    if finding is Finding.OPEN and payment.state == PaymentState.CANCELED:
        sessions.close_session(payment, at=truth.read_at, actor=settlement.ACTOR)
    return PaymentState(payment.state)


@transaction.atomic(durable=True)
def _note_failure(payment_id: uuid.UUID, error: str, *, at: datetime) -> None:
    payment = settlement.locked_payment(payment_id)
    payment.sync_attempts += 1
    payment.last_error = error[:300]
    if payment.next_sync_at is not None:
        payment.next_sync_at = at + retry_delay(payment.sync_attempts)
    payment.save(update_fields=["sync_attempts", "last_error", "next_sync_at"])
    if payment.sync_attempts == WORRYING_ATTEMPTS:
        emails.alert(payment, subject="A payment cannot be read at Stripe", reason=payment.last_error, at=at)


def apply(payment: Payment, truth: Truth) -> Finding | None:
    """Move a locked payment according to `truth`, with all that follows, in the caller's transaction.

    Returns what the truth meant; None for a truth older than one that was applied before, which changes nothing but
    that Stripe is asked again soon.
    """
    if payment.last_synced_at is not None and truth.read_at < payment.last_synced_at:
        payment.next_sync_at = truth.read_at
        payment.save(update_fields=["next_sync_at"])
        return None
    finding = find(truth, due_cents=payment.due_cents, currency=payment.currency, reference=str(payment.pk))
    target = next_state(payment.state, finding)
    _note_facts(payment, truth)
    if target != payment.state:
        _advance(payment, target, truth)
    if payment.state == PaymentState.PAID:
        _book_fee(payment, truth)
        _watch(payment, at=truth.read_at)
    payment.next_sync_at = next_sync(payment, truth)
    payment.save(update_fields=["next_sync_at"])
    return finding


def _note_facts(payment: Payment, truth: Truth) -> None:
    """Store what Stripe says beside the state; ids once known stay."""
    payment.payment_intent_id = truth.intent_id or payment.payment_intent_id
    payment.charge_id = truth.charge_id or payment.charge_id
    payment.method = truth.method or payment.method
    payment.method_detail = truth.method_detail or payment.method_detail
    payment.decline = truth.decline
    payment.refunded_cents = truth.amount_refunded
    payment.disputed = truth.disputed
    payment.last_synced_at = truth.read_at
    payment.sync_attempts = 0
    payment.last_error = ""
    payment.save(
        update_fields=[
            "payment_intent_id",
            "charge_id",
            "method",
            "method_detail",
            "decline",
            "refunded_cents",
            "disputed",
            "last_synced_at",
            "sync_attempts",
            "last_error",
        ]
    )


def _advance(payment: Payment, target: PaymentState, truth: Truth) -> None:
    """Make one move of the payment table with its effects."""
    at, was = truth.read_at, PaymentState(payment.state)
    if target == PaymentState.REVIEW:
        settlement.send_to_review(payment, reason=_difference(payment, truth), at=at)
    elif target == PaymentState.PAID:
        settlement.settle(payment, at=at)
    elif target in NOT_PAID:
        settlement.end(payment, target, at=at, reason=truth.decline)
        _not_paid(payment, was, at=at)
    else:
        settlement.move(payment, target, at=at, actor=settlement.ACTOR)
        if target == PaymentState.PROCESSING:
            _on_its_way(payment, was, at=at)


def _not_paid(payment: Payment, was: PaymentState, *, at: datetime) -> None:
    """Tell the person that the money did not come: from the bank, or because nobody finished the payment page."""
    if payment.state == PaymentState.FAILED and was != PaymentState.CREATED:
        emails.tell_applicant("bank_payment_failed", payment, amount_cents=payment.due_cents, at=at)
    elif (
        payment.state == PaymentState.EXPIRED and was == PaymentState.OPEN and payment.order.state == OrderState.BASKET
    ):
        emails.tell_applicant("payment_not_completed", payment, amount_cents=payment.due_cents, at=at)


def _on_its_way(payment: Payment, was: PaymentState, *, at: datetime) -> None:
    if was in NOT_PAID:
        settlement.revive(payment, at=at)
    else:
        emails.tell_applicant("bank_payment_on_its_way", payment, amount_cents=payment.due_cents, at=at)


def _difference(payment: Payment, truth: Truth) -> str:
    """Say, for staff, how Stripe's payment differs from ours."""
    ours = f"{payment.due_cents} {payment.currency} for {payment.pk}"
    theirs = f"session {truth.session_amount} {truth.currency} for {truth.reference or 'nobody'}"
    intent = f"intent {truth.intent_amount} {truth.intent_currency}, received {truth.amount_received}"
    return f"Ours: {ours}. Stripe: {theirs}, {intent}."[:300]


def _book_fee(payment: Payment, truth: Truth) -> None:
    if truth.fee_cents is not None and truth.balance_transaction_id:
        ledger.book_stripe_fee(
            payment,
            balance_transaction_id=truth.balance_transaction_id,
            fee_cents=truth.fee_cents,
            at=truth.read_at,
            actor=settlement.ACTOR,
        )


def _watch(payment: Payment, *, at: datetime) -> None:
    """Never lose sight of money that leaves without us: a refund that is not ours, or a dispute (A, not un-funded)."""
    known = refunds.known_refunds_cents(payment)
    if payment.disputed:
        settlement.send_to_review(payment, reason="The payment is disputed at the bank.", at=at)
    elif payment.refunded_cents > known:
        reason = f"Stripe refunded {payment.refunded_cents} cents, of which {known} were asked for here."
        settlement.send_to_review(payment, reason=reason, at=at)


def next_sync(payment: Payment, truth: Truth) -> datetime | None:
    """Return when to read the payment again without being told to; None when nothing more is expected."""
    at = truth.read_at
    if payment.state == PaymentState.OPEN:
        return at + sessions.OPEN_PAGE_CHECK
    if payment.state == PaymentState.PROCESSING:
        return at + timedelta(hours=1 if at - payment.created_at < FIRST_DAY else 6)
    awaits_fee = payment.state == PaymentState.PAID and truth.fee_cents is None
    if awaits_fee and payment.settled_at is not None and at - payment.settled_at < FEE_WAIT:
        return at + timedelta(hours=1)
    return None
