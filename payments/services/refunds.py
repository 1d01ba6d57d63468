"""Full refunds of money that must not stay: asked for in one transaction, sent outside, recorded in another."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from payments import emails, gateway, jobs
from payments.models import Payment, Refund
from payments.services import ledger, orders
from payments.states import REFUND_MACHINE, RefundState
from portal import audit
from portal.jobs import enqueue_on_commit
from portal.leases import retry_delay

ACTOR = "refunds"
# Stripe's words (https://docs.stripe.com/api/refunds/object#refund_object-status) in ours.
STATES = {
    "pending": RefundState.PENDING,
    "requires_action": RefundState.PENDING,
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}
FOLLOW_UP = timedelta(hours=6)


def request_refund(payment: Payment, *, amount_cents: int, key: str, reason: str, at: datetime) -> Refund:
    """Note, in the caller's transaction, that `amount_cents` go back to their source; a known `key` changes nothing."""
    refund, is_new = Refund.objects.get_or_create(
        key=key,
        defaults={
            "payment": payment,
            "amount_cents": amount_cents,
            "reason": reason,
            "created_at": at,
            "next_try_at": at,
        },
    )
    if is_new:
        audit.record(
            "payments.refund_requested",
            actor=ACTOR,
            subject=payment,
            at=at,
            reason=reason,
            refund=str(refund.pk),
            amount_cents=amount_cents,
        )
        enqueue_on_commit(jobs.SEND_REFUND, refund_id=str(refund.pk))
    return refund


def send_refund(refund_id: uuid.UUID) -> RefundState:
    """Ask Stripe for a requested refund, or read how one goes on, and record the answer; returns its state.

    Safe to repeat: the key is the row's. Raises gateway.GatewayUnavailableError when Stripe does not answer; the row then
    carries when to try again. Call it outside any transaction.
    """
    refund = _now(refund_id)
    if refund.state == RefundState.FAILED:
        return RefundState.FAILED
    at = timezone.now()
    try:
        answer = _ask(refund)
    except gateway.GatewayUnavailableError as error:
        _note_failure(refund_id, str(error), at=at)
        raise
    except gateway.GatewayRefusedError as error:
        return _record_refusal(refund_id, error.code, at=at)
    return _record_answer(refund_id, answer, at=at)


def _ask(refund: Refund) -> gateway.RefundAnswer:
    if refund.stripe_id:
        return gateway.read_refund(refund.stripe_id)
    return gateway.create_refund(
        intent_id=refund.payment.payment_intent_id or "", amount_cents=refund.amount_cents, key=refund.key
    )


def _now(refund_id: uuid.UUID) -> Refund:
    refund = Refund.objects.select_related("payment__order").filter(pk=refund_id).first()
    if refund is None:
        raise Refund.DoesNotExist(str(refund_id))
    return refund


def _locked(refund_id: uuid.UUID) -> Refund:
    """Lock order, payment and refund in this order and return the refund."""
    refund = _now(refund_id)
    payment, order = refund.payment, refund.payment.order
    orders.lock(order)
    payment.refresh_from_db(from_queryset=Payment.objects.select_for_update())
    refund.refresh_from_db(from_queryset=Refund.objects.select_for_update())
    payment.order, refund.payment = order, payment
    return refund


@transaction.atomic(durable=True)
def _note_failure(refund_id: uuid.UUID, error: str, *, at: datetime) -> None:
    refund = _locked(refund_id)
    refund.attempts += 1
    refund.last_error = error[:300]
    refund.next_try_at = at + retry_delay(refund.attempts)
    refund.save(update_fields=["attempts", "last_error", "next_try_at"])


@transaction.atomic(durable=True)
def _record_refusal(refund_id: uuid.UUID, code: str, *, at: datetime) -> RefundState:
    """Stripe will not send the money back: staff must."""
    refund = _locked(refund_id)
    if refund.state != RefundState.REQUESTED:
        return RefundState(refund.state)
    _move(refund, RefundState.FAILED, at=at)
    refund.last_error = code[:300]
    refund.save(update_fields=["last_error"])
    emails.alert(refund.payment, subject="Refund was refused", reason=f"Refund {refund.pk}: {code}.", at=at)
    return RefundState.FAILED


@transaction.atomic(durable=True)
def _record_answer(refund_id: uuid.UUID, answer: gateway.RefundAnswer, *, at: datetime) -> RefundState:
    refund = _locked(refund_id)
    target = STATES.get(answer.status, RefundState.PENDING)
    if refund.stripe_id is None:
        refund.stripe_id = answer.stripe_id
        refund.save(update_fields=["stripe_id"])
        _book(refund, at=at)
        emails.tell_applicant(
            "refund_made", refund.payment, amount_cents=refund.amount_cents, subject_object=refund, at=at
        )
    if REFUND_MACHINE.allows(refund.state, target):
        _move(refund, target, at=at)
        if target == RefundState.FAILED:
            _book_failure(refund, at=at)
    refund.next_try_at = at + FOLLOW_UP if refund.state == RefundState.PENDING else None
    refund.last_error = ""
    refund.save(update_fields=["next_try_at", "last_error"])
    return RefundState(refund.state)


def _move(refund: Refund, target: RefundState, *, at: datetime) -> None:
    REFUND_MACHINE.check(refund.state, target)
    was = refund.state
    refund.state = target
    refund.next_try_at = None
    refund.save(update_fields=["state", "next_try_at"])
    audit.record(f"payments.refund_{target.value}", actor=ACTOR, subject=refund, at=at, was=was)


def _book(refund: Refund, *, at: datetime) -> None:
    """The money leaves our balance at Stripe as soon as Stripe accepts the refund."""
    ledger.post(
        key=f"ref:{refund.pk}:done",
        entries={ledger.DEFERRED_REVENUE: -refund.amount_cents, ledger.STRIPE_CLEARING: refund.amount_cents},
        at=at,
        actor=ACTOR,
        reason=refund.reason,
        payment=refund.payment,
    )


def _book_failure(refund: Refund, *, at: datetime) -> None:
    """The bank sent a refund back to us: the person gets it as credit, and staff tell them."""
    wallet = ledger.wallet(refund.payment.applicant_id)
    ledger.post(
        key=f"ref:{refund.pk}:failed",
        entries={wallet: refund.amount_cents, ledger.STRIPE_CLEARING: -refund.amount_cents},
        at=at,
        actor=ACTOR,
        reason="Refund failed at the bank; given as credit",
        payment=refund.payment,
    )
    reason = f"Refund {refund.pk} came back; the amount is now credit of the person. Tell them."
    emails.alert(refund.payment, subject="Refund failed at the bank", reason=reason, at=at)


def known_refunds_cents(payment: Payment) -> int:
    """Return the cents of `payment` that we sent back or are sending back."""
    amounts = payment.refunds.exclude(state=RefundState.FAILED).values_list("amount_cents", flat=True)
    return sum(amounts)
