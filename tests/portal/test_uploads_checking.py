"""The check of a file from claim to verdict, with the real inspector."""

import io
import os
import signal
import sys
import threading
import time
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from PIL import Image

from applicants.models import Applicant
from portal import health
from portal.models import AuditEvent, OutgoingEmail, Refusal, Upload, UploadState, VirusScan
from portal.uploads import inspection, store
from portal.uploads.services import checking
from sandbox.process import PATIENCE_SECONDS
from tests.portal.upload_files import checked, pdf, picture, stored_files, take_in
from tests.support.processes import Processes
from tests.support.wake_ups import WakeUp

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("uploads_dir", "enqueued")]


def test_a_good_pdf_becomes_page_images(applicant: Applicant):
    upload = checked(take_in(applicant.user, pdf(2), "passport.pdf"))

    assert (upload.state, upload.detected_type, upload.virus_scan) == ("clean", "pdf", VirusScan.NOT_SCANNED)
    assert (upload.page_count, upload.page_sizes) == (2, [[1700, 2200], [1700, 2200]])
    for number in (1, 2):
        page = Image.open(io.BytesIO(store.read_page(upload, number)))
        assert (page.format, page.size, page.getpixel((5, 5))) == ("JPEG", (1700, 2200), (255, 255, 255))
    assert len(stored_files()) == 3
    event = AuditEvent.objects.get(event="uploads.accepted")
    assert event.facts == {"pages": 2, "virus_scan": "not_scanned"}


def test_a_refused_file_is_deleted_and_says_why(applicant: Applicant):
    upload = checked(take_in(applicant.user, pdf(password="secret"), "passport.pdf"))

    assert (upload.state, upload.refusal, upload.page_count) == (UploadState.REFUSED, Refusal.ENCRYPTED, 0)
    assert upload.erased_at is not None
    assert stored_files() == []
    assert AuditEvent.objects.get(event="uploads.refused").facts["refusal"] == "encrypted"


def test_nothing_is_checked_before_its_time(applicant: Applicant):
    upload = take_in(applicant.user, picture())
    Upload.objects.update(not_before=timezone.now() + checking.WAIT)

    assert not checking.check(Upload.objects.all())
    upload.refresh_from_db()
    assert upload.state == UploadState.RECEIVED


# --- Workers that are lost, come back, or are two ------------------------------------------------------------------------


def test_a_wake_up_that_comes_twice_checks_once(applicant: Applicant):
    upload = checked(take_in(applicant.user, pdf(), "a.pdf"))
    name = upload.pages_name

    assert not checking.check(Upload.objects.filter(pk=upload.pk))

    upload.refresh_from_db()
    assert upload.pages_name == name
    assert AuditEvent.objects.filter(event="uploads.accepted").count() == 1


def test_two_workers_at_once_check_once(applicant: Applicant):
    upload = take_in(applicant.user, pdf(), "a.pdf")
    answers: list[bool] = []

    def work() -> None:
        try:
            answers.append(checking.check(Upload.objects.filter(pk=upload.pk)))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [False, True]
    assert len(stored_files()) == 2


def lost(upload: Upload, at: datetime) -> Upload:
    """Claim the file, leave a page of it, and never be heard of again."""
    claimed = checking._claim(Upload.objects.filter(pk=upload.pk), at=at)
    assert claimed is not None
    assert claimed.token is not None
    store.save_page(claimed, store.pages_name_of(claimed.token), 1, b"page")
    return claimed


def test_a_file_whose_worker_was_lost_is_checked_by_another(applicant: Applicant, enqueued: list[WakeUp]):
    upload = take_in(applicant.user, pdf(), "a.pdf")
    at = timezone.now()
    lost(upload, at)
    assert not checking.check(Upload.objects.all())
    enqueued.clear()

    assert checking.sweep(at=at + timedelta(seconds=200)) == 1

    assert [wake_up.ids for wake_up in enqueued] == [{"upload_id": str(upload.pk)}]
    assert [path.name for path in stored_files()] == ["original"]
    Upload.objects.update(not_before=at)
    assert checked(upload).state == UploadState.CLEAN


def test_a_worker_that_comes_back_too_late_changes_nothing(applicant: Applicant):
    upload = take_in(applicant.user, pdf(), "a.pdf")
    at = timezone.now()
    old = lost(upload, at)
    checking.sweep(at=at + timedelta(seconds=200))
    Upload.objects.update(not_before=at)
    current = checked(upload)

    verdict = checking.Verdict(UploadState.REFUSED, VirusScan.FOUND, Refusal.VIRUS)

    assert not checking._settle(old, verdict, at=timezone.now())
    upload.refresh_from_db()
    assert (upload.state, upload.pages_name) == (UploadState.CLEAN, current.pages_name)
    assert store.read_page(upload, 1)


def test_a_file_at_which_workers_are_lost_again_and_again_is_refused_and_staff_hear_of_it(applicant: Applicant):
    upload = take_in(applicant.user, pdf(), "a.pdf")
    at = timezone.now()
    for _ in range(checking.MOST_LOST_WORKERS):
        lost(upload, at)
        checking.sweep(at=at + timedelta(seconds=200))
        Upload.objects.update(not_before=at)

    assert checked(upload).refusal == Refusal.NOT_CHECKED
    assert stored_files() == []
    assert OutgoingEmail.objects.filter(template="staff_alert").count() == 1


@pytest.mark.slow
@pytest.mark.faults
def test_a_worker_killed_in_the_middle_of_a_check_loses_nothing(
    applicant: Applicant, processes: Processes, tmp_path: Path, uploads_dir: Path
):
    upload = take_in(applicant.user, pdf(40), "a.pdf")
    code = (
        "import django; django.setup()\n"
        "from portal.models import Upload\nfrom portal.uploads.services import checking\n"
        "checking.check(Upload.objects.all())"
    )
    worker = processes.start([sys.executable, "-c", code], name="check")
    until = time.monotonic() + PATIENCE_SECONDS
    while len(stored_files()) < 2 and time.monotonic() < until:
        time.sleep(0.05)

    os.killpg(os.getpgid(worker.popen.pid), signal.SIGKILL)

    upload.refresh_from_db()
    assert upload.state == UploadState.CHECKING
    assert upload.lease_until is not None
    checking.sweep(at=upload.lease_until + timedelta(seconds=1))
    Upload.objects.update(not_before=timezone.now())
    assert checked(upload).page_count == 40
    assert len(stored_files()) == 41


# --- What waits --------------------------------------------------------------------------------------------------------


def test_a_machine_that_cannot_lock_the_inspector_in_lets_files_wait(
    applicant: Applicant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    program = tmp_path / "open.py"
    program.write_text(f"raise SystemExit({inspection.NOT_ISOLATED})")
    monkeypatch.setattr(inspection, "inspect", partial(inspection.inspect, program=program))

    upload = checked(take_in(applicant.user, pdf(), "a.pdf"))

    assert (upload.state, upload.attempts) == (UploadState.RECEIVED, 0)
    assert upload.not_before > timezone.now()


def test_a_folder_that_is_away_lets_files_wait(applicant: Applicant, uploads_dir: Path):
    upload = take_in(applicant.user, pdf(), "a.pdf")
    uploads_dir.rename(uploads_dir.with_name("away"))

    waiting = checked(upload)

    assert (waiting.state, waiting.refusal, waiting.attempts) == (UploadState.RECEIVED, "", 0)


def test_a_bucket_that_answers_with_an_error_of_its_own_lets_files_wait(
    applicant: Applicant, monkeypatch: pytest.MonkeyPatch
):
    class ClientError(Exception):
        """What a client of S3 raises derives from nothing that we know."""

    def unavailable(_: Upload) -> bytes:
        raise ClientError

    upload = take_in(applicant.user, pdf(), "a.pdf")
    monkeypatch.setattr(store, "read_original", unavailable)

    waiting = checked(upload)

    assert (waiting.state, waiting.refusal, waiting.attempts) == (UploadState.RECEIVED, "", 0)
    assert [path.name for path in stored_files()] == ["original"]


def test_files_that_wait_too_long_are_an_alarm(applicant: Applicant):
    take_in(applicant.user, pdf(), "a.pdf", at=timezone.now() - timedelta(minutes=10))

    alarms = health.readiness(at=timezone.now()).alarms

    assert any("oldest due job has waited" in alarm for alarm in alarms)


def test_drain_checks_files_too(applicant: Applicant, capsys: pytest.CaptureFixture[str]):
    upload = take_in(applicant.user, pdf(), "a.pdf")

    call_command("drain")

    upload.refresh_from_db()
    assert upload.state == UploadState.CLEAN
    assert "uploads 1" in capsys.readouterr().out
