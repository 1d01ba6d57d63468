"""What lies in the storage of uploads: unreadable there, gone when erased, and nothing that no row knows."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from applicants.models import Applicant
from portal.models import AuditEvent, Upload
from portal.uploads import invariants, store
from portal.uploads.services import erasing
from tests.portal.upload_files import checked, pdf, picture, stored_files, take_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("uploads_dir", "enqueued")]


def test_neither_the_file_nor_its_pages_can_be_read_in_the_storage(applicant: Applicant, uploads_dir: Path):
    upload = checked(take_in(applicant.user, picture()))

    for path in stored_files():
        stored = (uploads_dir / path).read_bytes()
        assert b"\xff\xd8\xff" not in stored
        assert b"JFIF" not in stored
    with connection.cursor() as cursor:
        cursor.execute("SELECT data_key FROM portal_upload")
        assert upload.data_key not in cursor.fetchone()[0]


def test_a_file_that_was_swapped_in_the_storage_is_not_shown(applicant: Applicant, uploads_dir: Path):
    upload = checked(take_in(applicant.user, pdf(2), "a.pdf"))
    first, second = (uploads_dir / path for path in stored_files() if path.name != "original")
    first.write_bytes(second.read_bytes())

    with pytest.raises(store.MissingFileError):
        store.read_page(upload, 1)


@pytest.mark.parametrize("at", [0, 20, -1], ids=["nonce", "content", "tag"])
def test_a_file_of_which_one_bit_was_changed_in_the_storage_is_not_shown(
    applicant: Applicant, uploads_dir: Path, at: int
):
    upload = checked(take_in(applicant.user, picture()))
    files = {path.name == "original": uploads_dir / path for path in stored_files()}
    untouched = store.read_original(upload)
    for file in files.values():
        sealed = bytearray(file.read_bytes())
        sealed[at] ^= 1
        file.write_bytes(sealed)

    with pytest.raises(store.MissingFileError):
        store.read_original(upload)
    with pytest.raises(store.MissingFileError):
        store.read_page(upload, 1)
    assert untouched == picture()


def test_erasing_leaves_no_byte_no_key_and_no_name(applicant: Applicant):
    upload = checked(take_in(applicant.user, picture(), "My passport.jpg"))

    done = erasing.erase(upload, at=timezone.now(), actor="test", reason="Kept long enough")
    again = erasing.erase(upload, at=timezone.now(), actor="test", reason="Kept long enough")

    upload.refresh_from_db()
    assert (done, again) == (True, False)
    assert (upload.data_key, upload.original_name, upload.is_shown) == ("", "", False)
    assert stored_files() == []
    assert AuditEvent.objects.filter(event="uploads.erased").count() == 1
    assert invariants.check() == []


def test_a_file_is_not_erased_in_the_middle_of_its_check(applicant: Applicant):
    upload = take_in(applicant.user, picture())

    with pytest.raises(erasing.StillCheckingError):
        erasing.erase(upload, at=timezone.now(), actor="test", reason="test")
    assert len(stored_files()) == 1


def test_files_of_identity_go_after_their_time_and_no_others(applicant: Applicant):
    old, new = (checked(take_in(applicant.user, data)) for data in (picture(), picture(quality=50)))
    Upload.objects.filter(pk=old.pk).update(checked_at=timezone.now() - timedelta(days=400))

    assert erasing.erase_over(timezone.now() - timedelta(days=365), 10) == 1

    assert Upload.objects.get(pk=new.pk).is_shown
    assert {path.parts[1] for path in stored_files()} == {new.storage_name}


def test_what_an_interrupted_upload_left_is_swept_away(applicant: Applicant, uploads_dir: Path):
    kept = take_in(applicant.user, picture())
    gone = Upload(storage_name="0" * 32, data_key=store.new_key())
    store.save_original(gone, b"left behind")

    young = store.delete_leftovers(before=timezone.now() - timedelta(days=1), most=10)
    old = store.delete_leftovers(before=timezone.now() + timedelta(minutes=1), most=10)

    assert (young, old) == (0, 1)
    assert {path.parts[1] for path in stored_files()} == {kept.storage_name}


def test_broken_rules_are_named(applicant: Applicant):
    upload = checked(take_in(applicant.user, picture()))
    Upload.objects.update(page_sizes=[], erased_at=timezone.now())

    assert invariants.check() == [
        f"Upload {upload.pk} is erased but still has its key.",
        f"Upload {upload.pk} has 0 sizes for 1 pages.",
    ]
