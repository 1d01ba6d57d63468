"""Claims, hand-offs and outcomes of everything that is delivered by mail (payments-and-dispatch, job states).

The row is the queue. A claim gives one worker a token and a lease; every later write names that token, so a worker that
lost its lease changes nothing.
"""

import random
import uuid
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from portal.models import Delivery, DeliveryState
from portal.smtp import HandOver, Outcome

Row = TypeVar("Row", bound=Delivery)

MOST_SEND_ATTEMPTS = 12
MOST_RESENDS = 1


class WorkersLostError(Exception):
    """Claim after claim ended without a word, so the row itself may be what kills its workers."""


def retry_delay(attempts: int) -> timedelta:
    """Return how long to wait after `attempts` failures: 30 s doubling to 6 h, spread so that queues do not march."""
    seconds = min(6 * 3600.0, 30.0 * 2 ** min(attempts, 16))
    return timedelta(seconds=seconds * random.uniform(0.5, 1.5))  # noqa: S311 (spread, not secrecy)


def due(rows: QuerySet[Row], at: datetime) -> QuerySet[Row]:
    """Return the rows that may be claimed at `at`, oldest first."""
    return rows.filter(state=DeliveryState.READY, not_before__lte=at).order_by("not_before")


@transaction.atomic(durable=True)
def claim(rows: QuerySet[Row], *, at: datetime) -> Row | None:
    """Lease the oldest due row of `rows` that no other worker is claiming; returns None when there is none."""
    row = due(rows.select_for_update(skip_locked=True, of=("self",)), at).first()
    if row is None:
        return None
    row.state = DeliveryState.LEASED
    row.token = uuid.uuid4()
    row.lease_until = at + timedelta(seconds=settings.LEASE_SECONDS)
    row.attempts += 1
    row.handoff_at = None
    row.save(update_fields=["state", "token", "lease_until", "attempts", "handoff_at"])
    return row


def require_claims_left(row: Delivery) -> None:
    """Raise `WorkersLostError` when a just claimed `row` was claimed too often for anything but a lost worker each time."""
    if row.attempts > MOST_SEND_ATTEMPTS:
        raise WorkersLostError("Workers were lost again and again at this row.")


def held_lease(row: Row) -> QuerySet[Row]:
    """Return the row as a queryset that matches only while `row`'s token still holds the lease."""
    # The manager of the concrete class: Delivery itself is abstract.
    rows: QuerySet[Row] = type(row)._default_manager.filter(pk=row.pk, token=row.token, state=DeliveryState.LEASED)
    return rows


@transaction.atomic(durable=True)
def begin_hand_off(row: Delivery) -> bool:
    """Commit that `row` is about to be handed to the mail server; False when the lease is lost or over."""
    at = timezone.now()
    return held_lease(row).filter(lease_until__gt=at).update(handoff_at=at) == 1


def state_after(outcome: Outcome, attempts: int) -> DeliveryState:
    """Return the state that follows `outcome` of the `attempts`-th claim."""
    if outcome is Outcome.ACCEPTED:
        return DeliveryState.SENT
    if outcome is Outcome.UNKNOWN:
        return DeliveryState.UNCERTAIN
    if outcome is Outcome.REFUSED or attempts >= MOST_SEND_ATTEMPTS:
        return DeliveryState.DEAD
    return DeliveryState.READY


def settle(row: Delivery, result: HandOver, *, at: datetime) -> DeliveryState | None:
    """Write what became of a hand-over; returns the new state, or None when the lease was lost and nothing was written.

    Runs in the caller's transaction, so that what follows from the outcome is committed with it.
    """
    if result.outcome is Outcome.LEASE_LOST:
        return None
    state = state_after(result.outcome, row.attempts)
    values: dict[str, object] = {"state": state, "token": None, "lease_until": None, "server_reply": result.reply}
    if state == DeliveryState.SENT:
        values |= {"sent_at": at, "last_error": ""}
    elif state != DeliveryState.UNCERTAIN:
        values |= {"handoff_at": None, "last_error": result.reply}
    if state == DeliveryState.READY:
        values["not_before"] = at + retry_delay(row.attempts)
    if state == DeliveryState.UNCERTAIN:
        values["not_before"] = at + timedelta(seconds=settings.UNCERTAIN_WAIT_SECONDS)
    return state if held_lease(row).update(**values) == 1 else None


def give_back(row: Delivery, *, at: datetime, error: str, most_attempts: int) -> DeliveryState | None:
    """End a lease after a failure before any hand-off: ready again later, or dead after `most_attempts` claims."""
    state = DeliveryState.DEAD if row.attempts >= most_attempts else DeliveryState.READY
    changed = held_lease(row).update(
        state=state,
        token=None,
        lease_until=None,
        handoff_at=None,
        last_error=error[:500],
        not_before=at + retry_delay(row.attempts),
    )
    return state if changed == 1 else None


@transaction.atomic
def recover(rows: QuerySet[Row], *, at: datetime) -> tuple[int, list[Row], list[Row]]:
    """End leases that passed and decide what is uncertain.

    Not handed over → ready. Handed over → uncertain. Uncertain for the time set (15 minutes) → ready once more with the same
    Message-ID; the second time it waits for staff. Returns how many became ready, the rows that became uncertain, and
    the uncertain rows that now wait for staff.
    """
    passed = rows.filter(state=DeliveryState.LEASED, lease_until__lt=at)
    freed = passed.filter(handoff_at__isnull=True).update(
        state=DeliveryState.READY, token=None, lease_until=None, not_before=at
    )
    doubtful = list(passed.filter(handoff_at__isnull=False).select_for_update(skip_locked=True, of=("self",)))
    rows.filter(pk__in=[row.pk for row in doubtful]).update(
        state=DeliveryState.UNCERTAIN,
        token=None,
        lease_until=None,
        not_before=at + timedelta(seconds=settings.UNCERTAIN_WAIT_SECONDS),
    )
    waited = rows.filter(state=DeliveryState.UNCERTAIN, not_before__lte=at)
    again = waited.filter(resends__lt=MOST_RESENDS).update(
        state=DeliveryState.READY, resends=F("resends") + 1, handoff_at=None, attempts=0, not_before=at
    )
    stuck = list(waited.filter(resends__gte=MOST_RESENDS).select_for_update(skip_locked=True, of=("self",)))
    # Staff hear of a stuck row once a day, not once a minute.
    rows.filter(pk__in=[row.pk for row in stuck]).update(not_before=at + timedelta(days=1))
    return freed + again, doubtful, stuck
