"""The chain over the audit log: what it shows, and that it never leaves an event out."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from portal import audit_verification
from portal.audit_chain import link_hash, seal
from portal.audit_checkpoints import write_checkpoint
from portal.audit_verification import Break, Found, verify
from portal.models import AuditEvent, AuditHorizon, AuditLink
from sandbox.process import PATIENCE_SECONDS
from tests.support.audit_chain import found, run, sealed, write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def checkpoint_dir(settings, tmp_path: Path) -> Path:
    settings.AUDIT_CHECKPOINT_DIR = str(tmp_path / "audit")
    return tmp_path / "audit"


def test_an_untouched_log_verifies_with_its_counts():
    sealed(3)
    write_checkpoint(at=timezone.now())
    write(2)
    out = StringIO()

    call_command("verify_audit", stdout=out)

    assert out.getvalue() == "OK: 3 events linked, 2 not linked yet, 1 checkpoints agree.\n"


def test_an_empty_log_verifies_and_missing_checkpoints_are_named():
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert out.getvalue() == "OK: 0 events linked, 0 not linked yet, 0 checkpoints agree.\n"
    sealed(1)

    call_command("verify_audit", stdout=out)

    assert "No checkpoint was found" in out.getvalue()


def test_each_link_covers_the_one_before_and_every_column():
    first, second = sealed(2)
    one, two = AuditLink.objects.order_by("position")

    assert (one.position, one.event_id, two.position, two.event_id) == (1, first.pk, 2, second.pk)
    first.refresh_from_db()
    second.refresh_from_db()
    assert two.hash == link_hash(one.hash, second)
    assert one.hash == link_hash("0" * 64, first)


@pytest.mark.parametrize(
    "change",
    [
        "event = 'tests.undone'",
        "at = at + interval '1 microsecond'",
        "actor = 'user:1'",
        "subject_type = 'other'",
        "subject_id = 'other'",
        "person = 7",
        "reason = ''",
        """facts = '{"number": 2}'""",
        "request_id = 'other'",
    ],
)
def test_a_changed_event_is_found_whatever_column_was_changed(change: str):
    events = sealed(3)

    run(f"UPDATE portal_auditevent SET {change} WHERE id = %s", events[1].pk)

    assert found() == Found(Break.CHANGED, events[1].pk, 2)
    with pytest.raises(CommandError, match=rf"BROKEN: Event {events[1].pk} \(link 2\) was changed") as refusal:
        call_command("verify_audit")
    assert refusal.value.returncode == 1


def test_a_deleted_event_is_found():
    events = sealed(3)

    run("DELETE FROM portal_auditevent WHERE id = %s", events[1].pk)

    assert found() == Found(Break.MISSING, events[1].pk, 2)


def test_the_last_event_deleted_without_its_link_is_found():
    events = sealed(3)

    run("DELETE FROM portal_auditevent WHERE id = %s", events[2].pk)

    assert found() == Found(Break.MISSING, events[2].pk, 3)


def test_an_event_deleted_with_its_link_is_found():
    events = sealed(3)

    run("DELETE FROM portal_auditevent WHERE id = %s", events[1].pk)
    run("DELETE FROM portal_auditlink WHERE position = 2")

    assert found() == Found(Break.LINK_MISSING, events[2].pk, 3)


def test_a_link_moved_to_another_place_is_found():
    events = sealed(3)

    run("UPDATE portal_auditlink SET position = position + 10")
    run(
        "UPDATE portal_auditlink SET position = CASE event_id WHEN %s THEN 2 WHEN %s THEN 1 ELSE 3 END",
        *(event.pk for event in events[:2]),
    )

    assert found() == Found(Break.INSERTED, events[0].pk, 1)


@pytest.mark.parametrize("sealing_goes_on", [False, True])
def test_an_event_inserted_with_a_lower_number_is_found_and_never_sealed(sealing_goes_on: bool):
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    events = sealed(2)
    free = events[0].pk - 1

    run(
        "INSERT INTO portal_auditevent (id, event, at, actor, subject_type, subject_id, reason, facts, request_id)"
        " SELECT %s, event, at, actor, subject_type, subject_id, reason, facts, request_id FROM portal_auditevent LIMIT 1",
        free,
    )
    if sealing_goes_on:
        sealed(2)

    assert found() == Found(Break.INSERTED, free, 1)
    assert not AuditLink.objects.filter(event_id=free).exists()


def test_the_log_and_its_chain_refuse_changes():
    [event] = sealed(1)
    link = AuditLink.objects.get()

    for row, values in ((event, {"actor": "user:1"}), (link, {"hash": "0" * 64})):
        rows = type(row)._default_manager.filter(pk=row.pk)
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            rows.update(**values)
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            rows.delete()
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {row._meta.db_table}")

    assert found() is None
    assert (AuditEvent.objects.count(), AuditLink.objects.count()) == (1, 1)


def test_a_writer_does_not_choose_the_number_of_an_event():
    [first] = write()

    second = AuditEvent.objects.create(
        pk=first.pk - 100, event="tests.done", at=timezone.now(), actor="tests", subject_type="x", subject_id="1"
    )

    assert second.pk > first.pk
    assert AuditEvent.objects.filter(pk=second.pk).exists()


def test_an_event_under_way_is_waited_for_and_its_later_neighbors_too():
    written, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            write()
            written.set()
            may_commit.wait(PATIENCE_SECONDS)
        connections.close_all()

    thread = threading.Thread(target=slow)
    thread.start()
    assert written.wait(PATIENCE_SECONDS)
    [later] = write()

    assert seal(wait_seconds=0.2) == 0
    assert AuditHorizon.objects.get().event_id == later.pk
    may_commit.set()
    thread.join()
    assert seal(wait_seconds=PATIENCE_SECONDS) == 2
    assert not AuditHorizon.objects.exists()
    assert found() is None


def test_a_mark_of_transactions_long_over_does_not_stop_sealing():
    [event, _] = write(2)
    AuditHorizon.objects.create(event_id=event.pk, waits_for=["3/1000000", "-1/77"])

    assert seal() == 1
    assert seal() == 1


def write_some(seed: int) -> None:
    """Transactions of one to four events, some long, some rolled back."""
    dice = random.Random(seed)
    try:
        for _ in range(8):
            with transaction.atomic():
                for _ in range(dice.randint(1, 4)):
                    write()
                    time.sleep(dice.choice([0, 0.001, 0.03]))
                transaction.set_rollback(dice.random() < 0.2)
    finally:
        connections.close_all()


def seal_until(over: threading.Event) -> list[int]:
    """Seal again and again; returns how many events each call linked."""
    counts = []
    try:
        while not over.is_set():
            counts.append(seal(wait_seconds=0.02))
    finally:
        connections.close_all()
    return counts


@pytest.mark.slow
def test_parallel_transactions_of_every_length_leave_no_event_out_and_break_nothing():
    over = threading.Event()
    with ThreadPoolExecutor(21) as pool:
        sealing = pool.submit(seal_until, over)
        try:
            list(pool.map(write_some, range(20)))
        finally:
            over.set()
    while seal(wait_seconds=PATIENCE_SECONDS):
        pass

    assert sum(count > 0 for count in sealing.result()) > 1
    assert AuditLink.objects.count() == AuditEvent.objects.count() > 150
    assert found() is None


def test_verification_reads_one_consistent_view_while_sealing_goes_on(monkeypatch: pytest.MonkeyPatch):
    sealed(2)
    grown = threading.Event()

    def grow() -> None:
        sealed(2)
        connections.close_all()

    def hash_while_growing(before: str, event: AuditEvent) -> str:
        if not grown.is_set():
            grown.set()
            thread = threading.Thread(target=grow)
            thread.start()
            thread.join()
        return link_hash(before, event)

    monkeypatch.setattr(audit_verification, "link_hash", hash_while_growing)

    during = verify([])
    after = verify([])

    assert (during.links, during.unsealed, during.found) == (2, 0, None)
    assert (after.links, after.unsealed, after.found) == (4, 0, None)
