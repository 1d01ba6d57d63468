"""Reads the whole audit log against its chain and checkpoints, and finds the first place where they part."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from django.db import connection, transaction

from portal.audit_chain import BEGINNING, link_hash
from portal.audit_checkpoints import Checkpoint
from portal.models import AuditEvent, AuditLink

_AT_ONCE = 2000


class Break(Enum):
    """What can be wrong, in words that follow the number of an event."""

    CHANGED = "was changed: its content does not give the hash in the chain"
    MISSING = "is missing: the chain has a link for it"
    INSERTED = "was inserted: it lies below the end of the chain and has no link"
    LINK_MISSING = "follows a gap: a link before it was removed from the chain"
    LINK_OUT_OF_ORDER = "is linked out of order"
    REWRITTEN = "differs from the checkpoint: the chain up to it was written anew"
    TRUNCATED = "was the last one at a checkpoint, and the chain now ends before it"


@dataclass(frozen=True)
class Found:
    """The first break: its kind, the event at which it shows, and the position in the chain."""

    kind: Break
    event_id: int
    position: int

    def __str__(self) -> str:
        return f"Event {self.event_id} (link {self.position}) {self.kind.value}."


@dataclass(frozen=True)
class Verified:
    """What was read: links, events not linked yet, checkpoints compared; and the first break, if there is one."""

    links: int
    unsealed: int
    checkpoints: int
    found: Found | None = None


def verify(checkpoints: Sequence[Checkpoint]) -> Verified:
    """Read everything once, in one consistent view and bounded memory, and return what was found.

    `checkpoints` come from `kept_checkpoints()`, read before this is called: what is sealed meanwhile is not in the view.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return _Reader(checkpoints).read()


class _Reader:
    """Walks the links and the events side by side, both in order of the events' numbers."""

    def __init__(self, checkpoints: Sequence[Checkpoint]) -> None:
        self._checkpoints = sorted(checkpoints)
        self._compared = 0
        self._events: Iterator[AuditEvent] = AuditEvent.objects.order_by("pk").iterator(chunk_size=_AT_ONCE)
        self._event = next(self._events, None)
        self._last = AuditLink(position=0, event_id=0, hash=BEGINNING)

    def read(self) -> Verified:
        for link in AuditLink.objects.order_by("position").iterator(chunk_size=_AT_ONCE):
            if found := self._compare(link):
                return self._answer(unsealed=0, found=found)
            self._last = link
        return self._answer(unsealed=self._count_rest(), found=self._cut())

    def _compare(self, link: AuditLink) -> Found | None:
        event, kind = self._event, self._kind_of_link(link)
        if kind is not None:
            return Found(kind, link.event_id, link.position)
        if event is not None and event.pk < link.event_id:
            return Found(Break.INSERTED, event.pk, link.position)
        if event is None or event.pk > link.event_id:
            return Found(Break.MISSING, link.event_id, link.position)
        if link_hash(self._last.hash, event) != link.hash:
            return Found(Break.CHANGED, event.pk, link.position)
        self._event = next(self._events, None)
        return self._differs(link)

    def _kind_of_link(self, link: AuditLink) -> Break | None:
        if link.position != self._last.position + 1:
            return Break.LINK_MISSING
        return Break.LINK_OUT_OF_ORDER if link.event_id <= self._last.event_id else None

    def _differs(self, link: AuditLink) -> Found | None:
        while self._compared < len(self._checkpoints) and self._checkpoints[self._compared].count <= link.position:
            checkpoint = self._checkpoints[self._compared]
            if (checkpoint.count, checkpoint.hash) != (link.position, link.hash):
                return Found(Break.REWRITTEN, link.event_id, link.position)
            self._compared += 1
        return None

    def _cut(self) -> Found | None:
        """Return the break when a checkpoint knows more links than there are."""
        if self._compared == len(self._checkpoints):
            return None
        checkpoint = self._checkpoints[self._compared]
        return Found(Break.TRUNCATED, checkpoint.event_id, checkpoint.count)

    def _count_rest(self) -> int:
        return AuditEvent.objects.filter(pk__gt=self._last.event_id).count()

    def _answer(self, *, unsealed: int, found: Found | None) -> Verified:
        return Verified(self._last.position, unsealed, self._compared, found)
