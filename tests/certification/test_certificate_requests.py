"""Permanent validation and new copies: asked for, paid for where it costs, reviewed, done (R-CERT-5, R-CERT-6, R-CERT-9)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.models import Applicant, User
from applicants.permissions import NotAllowedError
from applicants.purchases import Purchase, PurchaseRefusedError, Settled
from applicants.roles import Role
from applicants.services import reviews
from applicants.services.reviews import DecisionError, DocumentNotReadyError, HeldByAnotherError, Judgment
from certification.models import Certificate, CertificateCopy, CertificateRequest, ClinicalTraining
from certification.services.certificates import requests
from certification.services.certificates.requests import Ground, RequestError
from certification.states import (
    CertificateChangeKind,
    CertificateState,
)
from certification.states import CertificateRequestKind as Kind
from certification.states import CertificateRequestState as State
from portal.models import InboxMessage, Upload
from tests.certification.certificates import issued
from tests.factories.payments import FeeFactory
from tests.people import staff_in
from tests.portal.upload_files import picture
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db
AT = datetime(2026, 8, 3, 15, tzinfo=UTC)
TRAINING = Ground(
    program="Example Hospital, internal medicine", started_on=date(2025, 7, 1), ended_on=date(2026, 6, 30)
)
ALL_CHECKS = Judgment(checks=(requests.NAME_CHECK, requests.DOCUMENT_CHECK, requests.GROUND_CHECK))


@pytest.fixture
def certificate(applicant: Applicant) -> Certificate:
    """A certificate that ends."""
    return issued(applicant)


@pytest.fixture
def fee(db: None) -> None:
    """The price of a new copy."""
    FeeFactory.create(code=requests.FEE, amount_cents=5000)


def ask(
    certificate: Certificate,
    kind: Kind = Kind.TRAINING,
    ground: Ground = TRAINING,
    *,
    at: datetime = AT,
    file: bool = True,
) -> CertificateRequest:
    """Make a request as the holder of the certificate."""
    document = SimpleUploadedFile("letter.jpg", picture()) if file else None
    return requests.submit(
        applicant=certificate.applicant, kind=kind, ground=ground, file=document, at=at, actor="user:0"
    )


def reviewed(request: CertificateRequest, *, reviewer: User | None = None) -> User:
    """Take the request, whose file passed its checks."""
    if request.upload is not None:
        # The check needs a program of its own, which other tests run.
        Upload.objects.filter(pk=request.upload.pk).update(
            state="clean", checked_at=AT, page_count=1, pages_name="0" * 32, detected_type="jpeg", page_sizes=[[1, 1]]
        )
    person = reviewer or staff_in(Role.CREDENTIAL_REVIEWER)
    reviews.take(CertificateRequest, request.pk, reviewer=person, at=AT)
    return person


def test_a_year_of_training_makes_it_valid_indefinitely(certificate: Certificate):
    request = ask(certificate)
    reviewer = reviewed(request)

    requests.accept(request_id=request.pk, judgment=ALL_CHECKS, reviewer=reviewer, at=AT)

    certificate.refresh_from_db()
    request.refresh_from_db()
    assert (certificate.state, certificate.made_permanent_on) == (CertificateState.MADE_PERMANENT, AT.date())
    assert request.state == State.ACCEPTED
    assert certificate.changes.get(kind=CertificateChangeKind.MADE_PERMANENT).valid_through_after is None
    assert ClinicalTraining.objects.get().program == TRAINING.program
    assert CertificateCopy.objects.get().version == 1
    assert InboxMessage.objects.get().kind == "certificate_changed"


@pytest.mark.parametrize(
    ("kind", "ground", "says"),
    [
        (Kind.TRAINING, Ground(program="A", started_on=date(2025, 9, 1)), "At least 12 months"),
        (Kind.TRAINING, Ground(program="A", started_on=date(2025, 7, 1), ended_on=date(2026, 6, 29)), "At least 12"),
        (Kind.TRAINING, Ground(program="A", started_on=date(2027, 7, 1)), "must have begun"),
        (Kind.TRAINING, Ground(), "Enter the program"),
        (Kind.LICENSE, Ground(jurisdiction="Ohio"), "Enter the state"),
        (Kind.LICENSE, Ground(jurisdiction="Ohio", licensed_on=date(2030, 1, 1)), "must have been issued"),
    ],
)
def test_what_does_not_show_it_is_refused_and_nothing_is_kept(
    certificate: Certificate, kind: Kind, ground: Ground, says: str
):
    with pytest.raises(RequestError, match=says):
        ask(certificate, kind, ground)

    assert not CertificateRequest.objects.exists()
    assert not Upload.objects.exists()


def test_a_second_request_waits_for_the_first(certificate: Certificate):
    ask(certificate)

    with pytest.raises(RequestError, match="A request of yours is open"):
        ask(certificate, Kind.LICENSE, Ground(jurisdiction="Ohio", licensed_on=date(2026, 1, 1)))
    assert CertificateRequest.objects.count() == 1


def test_one_without_an_end_needs_no_validation(certificate: Certificate):
    Certificate.objects.update(valid_through=None)

    with pytest.raises(RequestError, match="valid indefinitely already"):
        ask(certificate)


def test_reviewers_lock_check_and_give_back_with_a_reason(certificate: Certificate):
    request = ask(certificate)
    with pytest.raises(DocumentNotReadyError):
        reviews.take(CertificateRequest, request.pk, reviewer=staff_in(Role.CREDENTIAL_REVIEWER), at=AT)
    reviewer = reviewed(request)
    with pytest.raises(HeldByAnotherError):
        reviews.take(CertificateRequest, request.pk, reviewer=staff_in(Role.SENIOR_REVIEWER), at=AT)
    with pytest.raises(DecisionError):
        requests.accept(request_id=request.pk, judgment=Judgment(checks=("name",)), reviewer=reviewer, at=AT)
    with pytest.raises(DecisionError):
        requests.give_back(request_id=request.pk, judgment=Judgment(), reviewer=reviewer, at=AT)
    with pytest.raises(NotAllowedError):
        requests.accept(request_id=request.pk, judgment=ALL_CHECKS, reviewer=staff_in(Role.COMMITTEE), at=AT)

    requests.give_back(
        request_id=request.pk, judgment=Judgment(return_reason="Ten months only"), reviewer=reviewer, at=AT
    )

    request.refresh_from_db()
    certificate.refresh_from_db()
    assert (request.state, certificate.state) == (State.RETURNED, CertificateState.ISSUED)
    assert InboxMessage.objects.get().kind == "certificate_request_returned"


@pytest.mark.usefixtures("fee")
def test_a_new_copy_is_paid_for_reviewed_and_keeps_the_number(certificate: Certificate):
    number = certificate.number
    request = ask(certificate, Kind.LOST, Ground(explanation="Lost while moving"), file=False)
    assert (request.state, request.submitted_at) == (State.WAITING_FOR_PAYMENT, None)
    assert request.order_line is not None
    news = Settled(request.order_line, certificate.applicant_id, requests.FEE, paid=True, at=AT)

    requests.settled(news)
    requests.settled(news)
    request.refresh_from_db()
    assert request.state == State.SUBMITTED
    requests.accept(request_id=request.pk, judgment=ALL_CHECKS, reviewer=reviewed(request), at=AT)

    certificate.refresh_from_db()
    assert (certificate.number, certificate.state) == (number, CertificateState.ISSUED)
    assert certificate.changes.get(kind=CertificateChangeKind.REPLACED).valid_through_after == certificate.valid_through
    assert certificate.copies.get().version == 1


@pytest.mark.usefixtures("fee")
def test_nothing_is_reviewed_or_paid_twice(certificate: Certificate):
    request = ask(certificate, Kind.LOST, Ground(explanation="Lost"), file=False)
    assert request.order_line is not None
    line, person = request.order_line, certificate.applicant_id
    with pytest.raises(reviews.ReviewError):
        reviews.take(CertificateRequest, request.pk, reviewer=staff_in(Role.CREDENTIAL_REVIEWER), at=AT)
    requests.placed(Purchase(line, person, requests.FEE, AT, "user:0"))
    requests.settled(Settled(line, person, requests.FEE, paid=True, at=AT))
    requests.settled(Settled(line, person, requests.FEE, paid=False, at=AT))
    request.refresh_from_db()
    assert request.state == State.WAITING_FOR_PAYMENT

    requests.withdraw(request_id=request.pk, applicant=certificate.applicant, at=AT, actor="user:0")

    with pytest.raises(PurchaseRefusedError):
        requests.placed(Purchase(line, person, requests.FEE, AT, "user:0"))


def test_sponsored_physicians_ask_for_nothing(certificate: Certificate, other_applicant: Applicant):
    issued(other_applicant)
    for person, sponsored in ((certificate.applicant, True), (other_applicant, False)):
        requests.record_training(
            applicant=person, program="A", started_on=date(2025, 7, 1), ended_on=None, at=AT, actor="user:1",
            j1_sponsored=sponsored,
        )  # fmt: skip

    assert requests.sweep(at=datetime(2026, 6, 29, 15, tzinfo=UTC)) == 0
    assert requests.sweep(at=datetime(2026, 6, 30, 15, tzinfo=UTC)) == 1
    assert requests.sweep(at=AT) == 0

    certificate.refresh_from_db()
    assert certificate.made_permanent_on == date(2026, 6, 30)
    assert certificate.changes.get(kind=CertificateChangeKind.MADE_PERMANENT).decided_by == "certificates"
    assert Certificate.objects.get(applicant=other_applicant).state == CertificateState.ISSUED


def test_person_asks_on_the_page_and_takes_it_back(certificate: Certificate, client: Client):
    page = reverse("certificate_request", args=["training"])
    began = timezone.now().date() - timedelta(days=500)
    values = {
        "program": "Example Hospital",
        "started_on_day": str(began.day), "started_on_month": str(began.month), "started_on_year": str(began.year),
    }  # fmt: skip
    sign_in(client, certificate.applicant.user)

    wrong = client.post(page, {**values, "program": ""}).content.decode()
    assert "Enter the name of the program" in wrong
    assert "Select the document that shows it" in wrong
    done = client.post(page, {**values, "file": SimpleUploadedFile("a.jpg", picture())}, follow=True).content.decode()

    request = CertificateRequest.objects.get()
    assert "We have received your request" in done
    assert "Waiting for a reviewer" in done
    assert (request.started_on, request.state) == (began, State.SUBMITTED)
    assert (
        "was withdrawn"
        in client.post(reverse("certificate_request_withdraw", args=[request.pk]), follow=True).content.decode()
    )


def test_requests_of_others_and_without_a_certificate_do_not_exist(
    certificate: Certificate, other_applicant: Applicant, client: Client
):
    request = ask(certificate)
    sign_in(client, other_applicant.user)

    assert client.get(reverse("certificate_request", args=["lost"])).status_code == 404
    assert client.post(reverse("certificate_request_withdraw", args=[request.pk])).status_code == 404
    sign_in(client, certificate.applicant.user)
    assert client.get(reverse("certificate_request", args=["anything"])).status_code == 404
    request.refresh_from_db()
    assert request.state == State.SUBMITTED


def test_staff_accept_on_the_review_page(certificate: Certificate, client: Client):
    request = ask(certificate)
    reviewed(request)
    sign_in(client, staff_in(Role.CREDENTIAL_REVIEWER))
    address = reverse("admin:certification_certificaterequest_change", args=[request.pk])

    page = client.get(address).content.decode()
    assert "Example Hospital" in page
    answer = client.post(address, {"act": "accept", "checks": list(ALL_CHECKS.checks)}, follow=True)

    assert "Accepted. The person was told" in answer.content.decode()
    certificate.refresh_from_db()
    assert certificate.state == CertificateState.MADE_PERMANENT
