"""The hash chain over the audit log: what a link is made of, and how events are sealed into it (ADR 8).

Events are written inside long transactions, so numbers become visible out of order. A number is *decided* once nobody
can still commit it; only decided events are sealed, in order of their numbers. An event that appears later below the end
of the chain was therefore put there past the portal, and stays without a link for `verify_audit` to find.
"""

import hashlib
import json
import time
from collections.abc import Iterable
from datetime import UTC

from django.db import connection, transaction

from portal.models import AuditEvent, AuditHorizon, AuditLink

# The link before the first one.
BEGINNING = "0" * 64
FORM = 1
_AT_ONCE = 1000
_ASK_AGAIN_SECONDS = 0.05
# Whoever writes an event takes this lock before the number is given, and keeps it until everybody sees the outcome.
_WRITERS = """FROM pg_locks WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted
    AND relation = 'portal_auditevent'::regclass
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""


def canonical(event: AuditEvent) -> bytes:
    """Return the one form of `event` that is hashed: a JSON list of every column, moments in UTC with microseconds."""
    values = [
        FORM,
        event.pk,
        event.event,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        event.actor,
        event.subject_type,
        event.subject_id,
        event.person,
        event.reason,
        event.facts,
        event.request_id,
    ]
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def link_hash(before: str, event: AuditEvent) -> str:
    """Return the hash of the link over `event` that follows the link with hash `before` (FIPS 180-4 SHA-256)."""
    return hashlib.sha256(before.encode() + canonical(event)).hexdigest()


def seal(*, wait_seconds: float = 5) -> int:
    """Link every event that is decided, and return how many were linked.

    Waits at most `wait_seconds` for transactions under way; what is not decided then is sealed by a later call. One
    caller at a time (`portal.locks.advisory_lock`); a second one would fail at the key of a link and change nothing.
    """
    horizon = AuditHorizon.objects.first() or _mark()
    if horizon is None or not _is_decided_within(horizon, wait_seconds):
        return 0
    sealed = 0
    while count := _seal_some(horizon.event_id):
        sealed += count
    AuditHorizon.objects.filter(pk=horizon.pk).delete()
    return sealed


@transaction.atomic(durable=True)
def _mark() -> AuditHorizon | None:
    """Note how far to seal and for whom to wait; None when nothing is new."""
    # In this order: whoever was given a number up to this one and is not over holds the table's lock while we ask next.
    event_id = int(_ask("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM portal_auditevent_number")[0])
    last = AuditLink.objects.order_by("-position").first()
    if event_id == (last.event_id if last else 0):
        return None
    writers = _ask(f"SELECT virtualtransaction {_WRITERS}")
    return AuditHorizon.objects.update_or_create(pk=1, defaults={"event_id": event_id, "waits_for": writers})[0]


def _is_decided_within(horizon: AuditHorizon, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not (decided := _is_decided(horizon)) and time.monotonic() < end:
        time.sleep(_ASK_AGAIN_SECONDS)
    return decided


def _is_decided(horizon: AuditHorizon) -> bool:
    """Tell whether every transaction waited for is over, committed or rolled back."""
    return not _ask(f"SELECT 1 {_WRITERS} AND virtualtransaction = ANY(%s)", horizon.waits_for)


@transaction.atomic(durable=True)
def _seal_some(up_to: int) -> int:
    last = AuditLink.objects.order_by("-position").first()
    after = last.event_id if last else 0
    events = AuditEvent.objects.filter(pk__gt=after, pk__lte=up_to).order_by("pk")[:_AT_ONCE]
    links = list(_links(last.position if last else 0, last.hash if last else BEGINNING, events))
    AuditLink.objects.bulk_create(links)
    return len(links)


def _links(position: int, before: str, events: Iterable[AuditEvent]) -> Iterable[AuditLink]:
    for event in events:
        position, before = position + 1, link_hash(before, event)
        yield AuditLink(position=position, event_id=event.pk, hash=before)


def _ask(question: str, *values: list[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return [str(row[0]) for row in cursor.fetchall()]
