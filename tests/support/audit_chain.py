"""Writing events, sealing them, and changing them past every trigger."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.utils import timezone

from portal import audit, audit_checkpoints
from portal.audit_chain import seal
from portal.audit_verification import Found, verify
from portal.models import AuditEvent, Heartbeat
from sandbox.process import PATIENCE_SECONDS


def write(count: int = 1, **facts: int) -> list[AuditEvent]:
    thing = Heartbeat(name="thing")
    return [
        audit.record("tests.done", actor="tests", subject=thing, at=timezone.now(), reason="Grüße", number=n, **facts)
        for n in range(count)
    ]


def sealed(count: int) -> list[AuditEvent]:
    events = write(count)
    assert seal(wait_seconds=PATIENCE_SECONDS) == count
    return events


@contextmanager
def as_a_replica() -> Iterator[None]:
    """Past every trigger, as somebody with all rights over the database could work."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
        yield


def run(sql: str, *values: int) -> None:
    with as_a_replica(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def found() -> Found | None:
    return verify(audit_checkpoints.kept_checkpoints()).found
