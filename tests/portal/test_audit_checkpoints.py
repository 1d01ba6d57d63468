"""Checkpoints of the chain outside the database: how they are kept, and what they show."""

import json
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError, call_command
from django.utils import timezone

from portal import audit_checkpoints, invariants
from portal.audit_chain import seal
from portal.audit_checkpoints import write_checkpoint
from portal.audit_verification import Break, Found
from portal.models import AuditLink
from portal.tasks import checkpoint_audit, seal_audit
from sandbox.process import PATIENCE_SECONDS
from tests.support.audit_chain import found, run, sealed, write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def checkpoint_dir(settings, tmp_path: Path) -> Path:
    settings.AUDIT_CHECKPOINT_DIR = str(tmp_path / "audit")
    return tmp_path / "audit"


def test_a_cut_end_is_found_by_the_checkpoint():
    events = sealed(4)
    write_checkpoint(at=timezone.now())

    run("DELETE FROM portal_auditevent WHERE id >= %s", events[2].pk)
    run("DELETE FROM portal_auditlink WHERE position >= 3")

    assert found() == Found(Break.TRUNCATED, events[3].pk, 4)


def test_a_cut_end_is_found_after_the_log_grew_beyond_it_again():
    events = sealed(4)
    write_checkpoint(at=timezone.now())

    run("DELETE FROM portal_auditevent WHERE id >= %s", events[2].pk)
    run("DELETE FROM portal_auditlink WHERE position >= 3")
    more = sealed(3)

    assert found() == Found(Break.REWRITTEN, more[1].pk, 4)


def test_a_chain_written_anew_over_a_changed_event_is_found_by_the_checkpoint():
    events = sealed(3)
    write_checkpoint(at=timezone.now())

    run("UPDATE portal_auditevent SET actor = 'user:1' WHERE id = %s", events[0].pk)
    run("DELETE FROM portal_auditlink")
    assert seal(wait_seconds=PATIENCE_SECONDS) == 3

    assert found() == Found(Break.REWRITTEN, events[2].pk, 3)


def test_the_whole_log_removed_is_found_by_the_checkpoint():
    events = sealed(2)
    write_checkpoint(at=timezone.now())

    run("DELETE FROM portal_auditevent")
    run("DELETE FROM portal_auditlink")

    assert found() == Found(Break.TRUNCATED, events[1].pk, 2)


def test_checkpoints_are_appended_one_line_each_and_logged(checkpoint_dir: Path, caplog: pytest.LogCaptureFixture):
    at = timezone.now()
    sealed(1)
    write_checkpoint(at=at)
    events = sealed(1)
    write_checkpoint(at=at + timedelta(seconds=1))

    [path] = checkpoint_dir.iterdir()
    lines = [json.loads(line) for line in path.read_text().splitlines()]

    assert [line["count"] for line in lines] == [1, 2]
    assert lines[1]["event_id"] == events[0].pk
    assert lines[1]["hash"] == AuditLink.objects.get(position=2).hash
    assert path.stat().st_mode & 0o777 == 0o600
    assert lines[1]["hash"] in caplog.text


def test_a_checkpoint_of_a_shortened_chain_is_refused_and_reported(
    checkpoint_dir: Path, caplog: pytest.LogCaptureFixture
):
    sealed(2)
    write_checkpoint(at=timezone.now())
    run("DELETE FROM portal_auditlink WHERE position = 2")

    write_checkpoint(at=timezone.now())

    [path] = checkpoint_dir.iterdir()
    assert len(path.read_text().splitlines()) == 1
    assert "audit_chain_shorter_than_checkpoint" in caplog.text


def test_an_empty_chain_has_no_checkpoint(checkpoint_dir: Path):
    assert write_checkpoint(at=timezone.now()) is None
    assert not checkpoint_dir.exists()


@pytest.mark.parametrize(
    "damage", ["not json\n", '{"count": 5}\n', '{"count": 0, "event_id": 1, "hash": "", "at": ""}\n']
)
def test_damaged_checkpoints_are_reported(checkpoint_dir: Path, damage: str):
    sealed(1)
    write_checkpoint(at=timezone.now())
    [path] = checkpoint_dir.iterdir()
    path.write_text(path.read_text() + damage)

    with pytest.raises(CommandError, match="BROKEN: The checkpoint"):
        call_command("verify_audit")


def test_checkpoints_in_a_bucket_are_compared_too(settings, tmp_path: Path, checkpoint_dir: Path):
    bucket = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path / "s3")}}
    settings.STORAGES = settings.STORAGES | {"audit_checkpoints": bucket}
    events = sealed(2)
    write_checkpoint(at=timezone.now())
    assert isinstance(audit_checkpoints._bucket(), FileSystemStorage)
    for path in checkpoint_dir.iterdir():
        path.unlink()

    run("DELETE FROM portal_auditevent")
    run("DELETE FROM portal_auditlink")

    assert found() == Found(Break.TRUNCATED, events[1].pk, 2)


def test_the_scheduled_jobs_seal_and_write_down(checkpoint_dir: Path):
    write(2)

    end = time.monotonic() + PATIENCE_SECONDS
    while AuditLink.objects.count() < 2 and time.monotonic() < end:
        seal_audit()
    checkpoint_audit()

    assert AuditLink.objects.count() == 2
    assert len(list(checkpoint_dir.iterdir())) == 1


def test_the_nightly_questions_find_what_the_chain_shows_cheaply(checkpoint_dir: Path):
    events = sealed(4)
    write_checkpoint(at=timezone.now())
    assert invariants.check() == []

    run("DELETE FROM portal_auditevent WHERE id = %s", events[1].pk)
    run("DELETE FROM portal_auditlink WHERE position = 3")
    run("UPDATE portal_auditlink SET hash = %s WHERE position = 4", 0)

    assert [line.partition(" broken")[0] for line in invariants.check()] == [
        "Invariant 21: the chain has no gap:",
        "Invariant 21: every link has its event:",
        "Invariant 21: every event below the end of the chain has its link:",
        "Invariant 21: link 4 of the audit log is not what the newest checkpoint says.",
    ]


def test_the_nightly_questions_find_a_trigger_that_was_switched_off():
    run("ALTER TABLE portal_auditevent DISABLE TRIGGER portal_auditevent_append_only")
    try:
        broken = invariants.check()
    finally:
        run("ALTER TABLE portal_auditevent ENABLE TRIGGER portal_auditevent_append_only")

    assert broken == [
        "Invariant 21: the audit log and its chain are append-only: broken for portal_auditevent_append_only"
    ]
