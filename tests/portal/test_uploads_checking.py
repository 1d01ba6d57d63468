"""The check of a file from claim to verdict, with the real inspector."""

import io

import pytest
from django.utils import timezone
from PIL import Image

from applicants.models import Applicant
from portal.models import AuditEvent, Refusal, Upload, UploadState, VirusScan
from portal.uploads import store
from portal.uploads.services import checking
from tests.portal.upload_files import pdf, picture, stored_files, take_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("uploads_dir", "enqueued")]


def checked(upload: Upload) -> Upload:
    """The row after one check."""
    assert checking.check(Upload.objects.filter(pk=upload.pk))
    upload.refresh_from_db()
    return upload


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
