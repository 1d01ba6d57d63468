"""What beat runs, and `drain` by hand: rows that nobody woke a worker for are found here, so no message can be lost.

Each sweep holds an advisory lock, so two beats do no harm, and stops early while Stripe does not answer.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

import structlog

from payments import gateway
from payments.models import Payment, Refund, StripeEvent
from payments.services import refunds, sync, webhooks
from portal.locks import advisory_lock

Key = TypeVar("Key")
logger = structlog.get_logger(__name__)

OVERLAP = timedelta(hours=2)
# Stripe lists events of the last 30 days.
FARTHEST_BACK = timedelta(days=29)
MOST_SILENT_ANSWERS = 3


def _each(name: str, keys: Iterable[Key], step: Callable[[Key], bool]) -> int:
    """Run `step` for each key, at most one runner of `name` at a time; returns how many succeeded.

    `step` returns False when Stripe did not answer; after three of these in a row the rest waits for the next sweep.
    """
    done = silent = 0
    with advisory_lock(f"payments.{name}") as free:
        for key in keys if free else ():
            if step(key):
                done, silent = done + 1, 0
                continue
            silent += 1
            if silent == MOST_SILENT_ANSWERS:
                logger.warning("sweep_stopped", sweep=name, done=done)
                break
    return done


def sweep_payments(at: datetime, *, limit: int = 200) -> int:
    """Finish `created` payments and read open and processing ones whose time has come; returns how many were read."""
    due = Payment.objects.filter(next_sync_at__lte=at).order_by("next_sync_at").values_list("pk", flat=True)
    return _each("sweep_payments", list(due[:limit]), _sync)


def _sync(payment_id: UUID) -> bool:
    try:
        sync.sync(payment_id)
    except gateway.GatewayUnavailableError:
        return False
    return True


def sweep_events(at: datetime, *, limit: int = 500) -> int:
    """Process stored events that are waiting; returns how many were done."""
    waiting = StripeEvent.objects.filter(processed_at__isnull=True, not_before__lte=at).order_by("not_before")
    return _each("sweep_events", list(waiting.values_list("pk", flat=True)[:limit]), webhooks.process)


def sweep_refunds(at: datetime, *, limit: int = 200) -> int:
    """Send requested refunds and follow pending ones; returns how many moved or were read."""
    due = Refund.objects.filter(next_try_at__lte=at).order_by("next_try_at").values_list("pk", flat=True)
    return _each("sweep_refunds", list(due[:limit]), _send_refund)


def _send_refund(refund_id: UUID) -> bool:
    try:
        refunds.send_refund(refund_id)
    except gateway.GatewayUnavailableError:
        return False
    return True


def fetch_missed_events(at: datetime) -> int:
    """List what Stripe sent since the newest stored event minus two hours and store what is missing; returns how many.

    Raises gateway.GatewayUnavailableError.
    """
    newest = StripeEvent.objects.order_by("-created").values_list("created", flat=True).first()
    since = max(newest - OVERLAP, at - FARTHEST_BACK) if newest else at - FARTHEST_BACK
    with advisory_lock("payments.fetch_missed_events") as free:
        return webhooks.store(gateway.list_events(since), at=at) if free else 0
