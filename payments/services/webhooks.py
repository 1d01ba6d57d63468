"""The inbox of Stripe's events: store and answer at once, then read the payment that an event hints at (D5)."""

import uuid
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from payments import emails, gateway, jobs
from payments.models import Payment, StripeEvent
from payments.services import refunds, sync
from payments.services.settlement import locked_payment
from portal.jobs import enqueue_on_commit
from portal.leases import retry_delay

logger = structlog.get_logger(__name__)

FRAUD_WARNING = "radar.early_fraud_warning.created"
# Stripe lists events for 30 days; what is deleted later can therefore not come back.
KEPT = timedelta(days=60)


@transaction.atomic
def receive(payload: bytes, signature: str, *, at: datetime) -> bool:
    """Store a signed event and wake a worker; False for one that is known. Raises gateway.ForgedEventError."""
    return store([gateway.verified_event(payload, signature)], at=at) == 1


@transaction.atomic
def store(hints: list[gateway.EventHint], *, at: datetime) -> int:
    """Put events that are not known yet into the inbox and wake a worker for each; returns how many were new."""
    known = set(StripeEvent.objects.filter(pk__in=[hint.event_id for hint in hints]).values_list("pk", flat=True))
    fresh = {hint.event_id: hint for hint in hints if hint.event_id not in known}
    # ON CONFLICT DO NOTHING: the same event may be arriving twice at this moment.
    StripeEvent.objects.bulk_create(
        [
            StripeEvent(
                id=hint.event_id,
                type=hint.type,
                created=hint.created,
                payload=hint.names,
                received_at=at,
                # A parallel delivery wakes a worker by itself; the sweep comes a minute later.
                not_before=at,
            )
            for hint in fresh.values()
        ],
        ignore_conflicts=True,
    )
    for event_id in fresh:
        enqueue_on_commit(jobs.PROCESS_EVENT, event_id=event_id)
    return len(fresh)


def payment_of(event: StripeEvent) -> Payment | None:
    """Return the payment an event is about: by our id in it, by its intent, or by its charge."""
    names: dict[str, str] = event.payload
    for value in (names.get("payment"), names.get("client_reference_id")):
        found = _by_id(value or "")
        if found is not None:
            return found
    intent_id = names.get("payment_intent") or (names.get("id") if names.get("object") == "payment_intent" else None)
    charge_id = names.get("charge") or (names.get("id") if names.get("object") == "charge" else None)
    if intent_id:
        return Payment.objects.filter(payment_intent_id=intent_id).first()
    return Payment.objects.filter(charge_id=charge_id).first() if charge_id else None


def _by_id(text: str) -> Payment | None:
    try:
        return Payment.objects.filter(pk=uuid.UUID(text)).first()
    except ValueError:
        return None


def process(event_id: str) -> bool:
    """Read the payment that a stored event is about. False when Stripe does not answer and it must be done again.

    An event that is not about a payment of ours is kept and done.
    """
    event = StripeEvent.objects.filter(pk=event_id, processed_at__isnull=True).first()
    if event is None:
        return True
    payment = payment_of(event)
    try:
        if payment is not None:
            _follow(event, payment)
    except gateway.GatewayUnavailableError as error:
        attempts = event.attempts + 1
        StripeEvent.objects.filter(pk=event_id).update(
            attempts=attempts, last_error=str(error)[:300], not_before=timezone.now() + retry_delay(attempts)
        )
        return False
    StripeEvent.objects.filter(pk=event_id).update(
        processed_at=timezone.now(), last_error="" if payment else "Not about a payment of ours"
    )
    return True


def _follow(event: StripeEvent, payment: Payment) -> None:
    sync.sync(payment.pk)
    if event.type.startswith(("refund.", "charge.refunded")):
        for refund_id in payment.refunds.values_list("pk", flat=True):
            refunds.send_refund(refund_id)
    if event.type == FRAUD_WARNING:
        _warn(payment.pk, at=event.received_at)


@transaction.atomic(durable=True)
def _warn(payment_id: uuid.UUID, *, at: datetime) -> None:
    payment = locked_payment(payment_id)
    reason = "Stripe's partners report this payment as probably fraudulent."
    if payment.needs_attention != reason:
        payment.needs_attention = reason
        payment.save(update_fields=["needs_attention"])
        emails.alert(payment, subject="Early fraud warning", reason=reason, at=at)
