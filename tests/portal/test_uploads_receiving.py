"""Taking files in: what is kept, under which name, and what is turned away at the door."""

import re
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from applicants.models import Applicant
from portal.jobs import CHECK_UPLOAD
from portal.models import AuditEvent, FileType, Refusal, Upload, UploadState, VirusScan
from portal.models.uploads import MOST_A_DAY, MOST_BYTES
from portal.uploads import names
from portal.uploads.services import UploadRefusedError
from tests.portal.upload_files import pdf, picture, stored_files, take_in, zip_archive
from tests.support.wake_ups import WakeUp

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("uploads_dir")]


def test_a_file_is_kept_under_a_random_name_and_its_check_is_woken(
    applicant: Applicant, enqueued: list[WakeUp], django_capture_on_commit_callbacks
):
    at = timezone.now()
    with django_capture_on_commit_callbacks(execute=True):
        upload = take_in(applicant.user, picture(), "My Passport.JPG", at=at)

    assert upload.state == UploadState.RECEIVED
    assert (upload.owner, upload.purpose, upload.original_name) == (applicant.user, "passport", "My Passport.JPG")
    assert (upload.size, upload.received_at) == (len(picture()), at)
    assert [str(path) for path in stored_files()] == [f"{upload.storage_name[:2]}/{upload.storage_name}/original"]
    assert re.fullmatch(r"[0-9a-f]{32}", upload.storage_name)
    assert enqueued == [WakeUp(CHECK_UPLOAD.name, "uploads", {"upload_id": str(upload.pk)})]
    event = AuditEvent.objects.get(event="uploads.received")
    assert (event.subject_id, event.facts) == (str(upload.pk), {"purpose": "passport", "size": len(picture())})


def test_the_same_file_twice_is_one_upload(applicant: Applicant):
    first = take_in(applicant.user, picture())

    again = take_in(applicant.user, picture(), "another name.jpg")

    assert again == first
    assert len(stored_files()) == AuditEvent.objects.filter(event="uploads.received").count() == 1


def test_the_same_file_is_another_upload_for_another_person_or_purpose(
    applicant: Applicant, other_applicant: Applicant
):
    first = take_in(applicant.user, picture())

    others = [
        take_in(other_applicant.user, picture()),
        take_in(applicant.user, picture(), purpose="name_change"),
    ]

    assert len({first.pk, *[other.pk for other in others]}) == len(stored_files()) == 3


def test_a_refused_file_may_be_tried_again(applicant: Applicant):
    first = take_in(applicant.user, picture())
    Upload.objects.update(state=UploadState.REFUSED, refusal=Refusal.NOT_CHECKED, checked_at=timezone.now())

    again = take_in(applicant.user, picture())

    assert again != first


@pytest.mark.parametrize(
    ("data", "name", "refusal"),
    [
        (b"", "scan.pdf", Refusal.EMPTY),
        (b"\xff\xd8\xff" + bytes(MOST_BYTES - 2), "scan.jpg", Refusal.TOO_BIG),
        (zip_archive(), "scan.zip", Refusal.WRONG_TYPE),
        (zip_archive(), "scan.pdf", Refusal.WRONG_TYPE),
        (b"GIF89a" + pdf(), "scan.pdf", Refusal.WRONG_TYPE),
        (b"<html><script>1</script>", "scan.html", Refusal.WRONG_TYPE),
        (picture("JPEG"), "scan.pdf", Refusal.WRONG_NAME),
        (pdf(), "scan.html", Refusal.WRONG_NAME),
        (pdf(), "scan.pdf\u202e.gnp", Refusal.WRONG_NAME),
        (picture("PNG"), "scan.exe", Refusal.WRONG_NAME),
    ],
    ids=["empty", "too big", "zip", "zip as pdf", "polyglot", "html", "jpeg as pdf", "pdf as html", "turned", "exe"],
)
def test_what_is_refused_at_the_door_leaves_nothing(
    applicant: Applicant, enqueued: list[WakeUp], data: bytes, name: str, refusal: Refusal
):
    with pytest.raises(UploadRefusedError) as caught:
        take_in(applicant.user, data, name)

    assert caught.value.refusal is refusal
    assert str(caught.value) == refusal.label
    assert stored_files() == []
    assert enqueued == []
    assert not Upload.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_file_of_exactly_the_limit_is_taken(applicant: Applicant):
    upload = take_in(applicant.user, picture() + bytes(MOST_BYTES - len(picture())))

    assert upload.size == MOST_BYTES


def test_the_twenty_first_file_within_a_day_is_refused_and_the_next_day_taken(applicant: Applicant):
    at = timezone.now()
    for number in range(MOST_A_DAY):
        take_in(applicant.user, picture() + bytes([number]), at=at)

    with pytest.raises(UploadRefusedError) as caught:
        take_in(applicant.user, picture() + b"one more", at=at + timedelta(hours=23))
    later = take_in(applicant.user, picture() + b"one more", at=at + timedelta(hours=25))

    assert caught.value.refusal is Refusal.TOO_MANY_TODAY
    assert len(stored_files()) == MOST_A_DAY + 1
    assert later.state == UploadState.RECEIVED


def test_an_unknown_purpose_is_a_mistake_of_ours(applicant: Applicant):
    with pytest.raises(ValueError, match="holiday"):
        take_in(applicant.user, picture(), purpose="holiday")

    assert stored_files() == []


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd.jpg", "passwd.jpg"),
        ("C:\\Users\\me\\scan.jpg", "scan.jpg"),
        ("scan\x00.jpg", "scan.jpg"),
        ("a\r\nSet-Cookie: x.jpg", "aSet-Cookie: x.jpg"),
        ("x\u202egpj.jpg", "xgpj.jpg"),
        ("", "file"),
        (None, "file"),
        ("..", ".."),
        ("скан паспорта.jpg", "скан паспорта.jpg"),
        ("n" * 300 + ".jpg", "n" * 115 + "….jpg"),
    ],
)
def test_names_are_only_ever_shown_and_shown_safely(given: str | None, shown: str):
    assert names.shown_name(given) == shown
    assert len(shown) <= 120


@pytest.mark.parametrize("name", ["../../../tmp/x.jpg", "\x00.jpg", "n" * 300 + ".jpg", "con.jpg", "-rf.jpg", "."])
def test_no_name_reaches_the_storage(applicant: Applicant, uploads_dir: Path, name: str):
    upload = take_in(applicant.user, picture(), name)

    assert [path.name for path in uploads_dir.rglob("*") if path.is_file()] == ["original"]
    assert [str(path) for path in stored_files()] == [f"{upload.storage_name[:2]}/{upload.storage_name}/original"]


def test_stored_bytes_are_for_the_portals_user_only(applicant: Applicant, uploads_dir: Path):
    take_in(applicant.user, picture())

    modes = {path.stat().st_mode & 0o777 for path in uploads_dir.rglob("*")}

    assert modes == {0o600, 0o700}


@pytest.mark.parametrize(
    "values",
    [
        {"state": UploadState.REFUSED, "checked_at": timezone.now()},
        {"state": UploadState.CLEAN, "checked_at": timezone.now()},
        {"state": UploadState.CHECKING},
        {"refusal": Refusal.VIRUS},
        {"page_count": 1, "pages_name": "x"},
        {"storage_name": "my passport.jpg"},
        {"size": 0},
        {
            "state": UploadState.CLEAN,
            "checked_at": timezone.now(),
            "page_count": 1,
            "pages_name": "x",
            "detected_type": FileType.PDF,
            "virus_scan": VirusScan.WAITING,
        },
    ],
)
def test_the_database_refuses_what_must_never_be(applicant: Applicant, values: dict[str, object]):
    take_in(applicant.user, picture())

    with pytest.raises(IntegrityError), transaction.atomic():
        Upload.objects.update(**values)


@pytest.mark.django_db(transaction=True)
def test_the_same_file_sent_twice_at_once_is_one_upload(applicant: Applicant):
    found: list[Upload] = []

    def send() -> None:
        try:
            found.append(take_in(applicant.user, picture()))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({upload.pk for upload in found}) == 1
    assert len(found) == 4
    assert len(stored_files()) == 1
