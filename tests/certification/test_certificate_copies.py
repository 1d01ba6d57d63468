"""The certificate's PDF: printed from frozen facts, sealed by the worker, handed to its holder alone."""

import hashlib
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from subprocess import run

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from applicants.models import Applicant
from certification import certificate_snapshot, invariants, rendering
from certification.models import Certificate, CertificateCopy
from certification.services.certificates import copies
from certification.states import CertificateState, CopyState
from portal.models import AuditEvent, OutgoingEmail
from portal.sealing import process_sealer
from portal.sealing.check import check_seal, load_roots
from portal.states import IllegalMoveError
from tests.certification.certificates import ISSUED_AT, issued
from tests.factories.certification import ExaminationResultFactory, PathwayAcceptanceFactory
from tests.support.sign_in import sign_in
from tests.support.wake_ups import WakeUp

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def certificate(applicant: Applicant) -> Certificate:
    """A certificate that rests on Step 1 and a Pathway."""
    ExaminationResultFactory.create(applicant=applicant)
    PathwayAcceptanceFactory.create(applicant=applicant)
    return issued(applicant)


@pytest.fixture
def waiting(certificate: Certificate) -> CertificateCopy:
    """Its first copy, not printed yet."""
    return copies.request_copy(certificate, at=ISSUED_AT, actor="user:2")


def words(pdf: bytes) -> str:
    """Return the printed text with single blanks."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


@pytest.fixture
def ready(waiting: CertificateCopy, seal_keys: Path, transactional_db: None) -> CertificateCopy:
    """The copy after the worker made it; it commits on its own."""
    assert copies.make(waiting.pk)
    waiting.refresh_from_db()
    return waiting


def test_worker_is_woken_on_the_queue_that_has_the_key(
    certificate: Certificate, enqueued: list[WakeUp], django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        copy = copies.request_copy(certificate, at=ISSUED_AT, actor="user:2")

    assert enqueued == [WakeUp("certification.make_certificate_copy", "render", {"copy_id": str(copy.pk)})]


def test_printed_words_and_their_seal(
    ready: CertificateCopy, certificate: Certificate, seal_keys: Path, tmp_path: Path
):
    content = copies.stored_bytes(ready)
    text = words(content)

    for part in (
        certificate.number, "Kofi Mensah", "February 2, 2026", "December 31, 2026", "Pathway 3, season 2025",
        "USMLE Step 1", "verify/certificate",
    ):  # fmt: skip
        assert part in text, part
    assert "0-" not in text.replace(certificate.number, "")  # the identification number is another one (R-ID-5)
    assert hashlib.sha256(content).hexdigest() == ready.sha256
    assert check_seal(content, load_roots(seal_keys / "root.pem")).genuine
    assert PdfReader(BytesIO(content)).attachments == {
        "certificate.json": [certificate_snapshot.machine_readable(certificate_snapshot.from_json(ready.snapshot))]
    }
    assert invariants.check() == []


def test_another_reader_says_the_seal_is_good(ready: CertificateCopy, tmp_path: Path):
    file = tmp_path / "certificate.pdf"
    file.write_bytes(copies.stored_bytes(ready))

    said = run(["pdfsig", "-nocert", str(file)], capture_output=True, text=True, check=False).stdout

    assert "Signature Validation: Signature is Valid" in said
    assert "Total document signed" in said


def test_same_snapshot_gives_the_same_bytes_and_for_life_says_so(certificate: Certificate, waiting: CertificateCopy):
    Certificate.objects.update(valid_through=None)
    certificate.refresh_from_db()
    second = copies.request_copy(certificate, at=NOW, actor="user:2")
    frozen = certificate_snapshot.from_json(second.snapshot)

    first_time, second_time = rendering.render_certificate(frozen), rendering.render_certificate(frozen)

    assert first_time == second_time
    text = words(first_time)
    assert "Valid indefinitely" in text
    assert "Copy 2" in text
    assert certificate.number in text


def test_holder_downloads_it_and_that_is_noted(ready: CertificateCopy, certificate: Certificate, client: Client):
    sign_in(client, certificate.applicant.user)

    answer = client.get(reverse("certificate_pdf"))

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content == copies.stored_bytes(ready)
    assert (
        AuditEvent.objects.filter(event="certification.copy_downloaded", person=certificate.applicant_id).count() == 1
    )


def test_nobody_else_gets_it(ready: CertificateCopy, other_applicant: Applicant, client: Client):
    sign_in(client, other_applicant.user)

    assert client.get(reverse("certificate_pdf")).status_code == 404
    assert not AuditEvent.objects.filter(event="certification.copy_downloaded").exists()


def test_without_a_second_factor_it_is_not_handed_out(ready: CertificateCopy, certificate: Certificate, client: Client):
    sign_in(client, certificate.applicant.user, second_factor=False)

    answer = client.get(reverse("certificate_pdf"))

    assert answer.status_code == 302
    assert reverse("second_factor") in answer.headers["Location"]


def test_a_revoked_certificate_is_not_handed_out(ready: CertificateCopy, certificate: Certificate, client: Client):
    Certificate.objects.update(state=CertificateState.REVOKED, revoked_on=date(2026, 3, 1))
    sign_in(client, certificate.applicant.user)

    assert client.get(reverse("certificate_pdf")).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_without_a_key_it_waits_and_staff_hear_of_it_once(waiting: CertificateCopy, settings):
    process_sealer.cache_clear()
    settings.SEAL_KEY_FILE = ""

    assert [copies.make(waiting.pk), copies.make(waiting.pk)] == [False, False]

    process_sealer.cache_clear()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.failures, waiting.attempts) == (CopyState.WAITING, 0, 1)
    assert waiting.not_before > timezone.now() - timedelta(seconds=5)
    assert OutgoingEmail.objects.filter(template="staff_alert").count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_that_cannot_be_printed_stops_and_staff_let_it_go_on(waiting: CertificateCopy):
    CertificateCopy.objects.update(snapshot="{}", failures=copies.MOST_FAILURES - 1)

    assert not copies.make(waiting.pk)

    waiting.refresh_from_db()
    assert waiting.state == CopyState.FAILED
    assert not copies.make(waiting.pk)
    copies.try_again(copy_id=waiting.pk, reason="Template mended", at=NOW, actor="user:1")
    with pytest.raises(IllegalMoveError):
        copies.try_again(copy_id=waiting.pk, reason="Again", at=NOW, actor="user:1")


@pytest.mark.django_db(transaction=True)
def test_sweep_takes_up_what_a_lost_worker_left(waiting: CertificateCopy, enqueued: list[WakeUp]):
    CertificateCopy.objects.update(state=CopyState.MAKING, lease_until=NOW - timedelta(minutes=1), attempts=2)

    copies.sweep(at=timezone.now())
    CertificateCopy.objects.update(not_before=NOW - timedelta(minutes=1))
    copies.sweep(at=timezone.now())

    waiting.refresh_from_db()
    assert waiting.state == CopyState.WAITING
    assert [wake_up.ids for wake_up in enqueued] == [{"copy_id": str(waiting.pk)}]


def test_changed_bytes_are_found_by_the_nightly_check(ready: CertificateCopy):
    file = Path(settings.CERTIFICATES_DIR) / ready.stored_as
    content = file.read_bytes()
    file.write_bytes(content + b" ")

    broken = invariants.check()

    file.write_bytes(content)
    assert [line for line in broken if "Invariant 18" in line and f"{ready.pk} (changed)" in line]
