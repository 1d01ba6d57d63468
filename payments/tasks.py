"""Background tasks of payments: one service call each."""

from uuid import UUID

import structlog
from celery import shared_task
from django.utils import timezone

from payments import gateway, jobs
from payments.services import refunds, sweeps, sync, webhooks

logger = structlog.get_logger(__name__)


@shared_task(name=jobs.SYNC_PAYMENT.name)
def sync_payment(*, payment_id: str, **_: object) -> None:
    """Read a payment at Stripe; an answer that does not come is waited for by the sweep."""
    try:
        sync.sync(UUID(payment_id))
    except gateway.GatewayUnavailableError as error:
        logger.warning("payment_not_read", payment=payment_id, error=str(error))


@shared_task(name=jobs.PROCESS_EVENT.name)
def process_event(*, event_id: str, **_: object) -> None:
    """Act on one stored event."""
    webhooks.process(event_id)


@shared_task(name=jobs.SEND_REFUND.name)
def send_refund(*, refund_id: str, **_: object) -> None:
    """Send one refund."""
    try:
        refunds.send_refund(UUID(refund_id))
    except gateway.GatewayUnavailableError as error:
        logger.warning("refund_not_sent", refund=refund_id, error=str(error))


@shared_task(name=jobs.SWEEP_PAYMENTS.name)
def sweep_payments(**_: object) -> None:
    """Read payments whose time has come."""
    sweeps.sweep_payments(timezone.now())


@shared_task(name=jobs.SWEEP_EVENTS.name)
def sweep_events(**_: object) -> None:
    """Process events that wait."""
    sweeps.sweep_events(timezone.now())


@shared_task(name=jobs.SWEEP_REFUNDS.name)
def sweep_refunds(**_: object) -> None:
    """Send and follow refunds."""
    sweeps.sweep_refunds(timezone.now())


@shared_task(name=jobs.FETCH_MISSED_EVENTS.name)
def fetch_missed_events(**_: object) -> None:
    """Store events whose webhook never came."""
    try:
        sweeps.fetch_missed_events(timezone.now())
    except gateway.GatewayUnavailableError as error:
        logger.warning("events_not_listed", error=str(error))
