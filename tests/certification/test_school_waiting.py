"""What a physician sees of requests to the school; the transcript that comes along; the attestation for a Pathway."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from certification.models import Credential, CredentialStatusChange
from certification.services.credentials import handing_in
from certification.services.verification import answers, reminders, review, waiting
from certification.states import (
    CredentialKind,
    CredentialPart,
    CredentialState,
    CredentialStatus,
    Verdict,
    VerificationPurpose,
)
from portal.audit import actor_label
from portal.models import Upload
from tests.applicants.identity_scenes import scan
from tests.certification.school_scenes import reply_to, sent_request, token_of
from tests.factories.schools_portal import SchoolOfficialFactory, VerificationRequestFactory
from tests.people import reviewer
from tests.portal.upload_files import checked, pdf

pytestmark = pytest.mark.django_db
PAGE = "/credentials/schools/"


def test_a_physician_sees_when_it_was_sent_reminders_days_and_a_text(
    applicant, applicant_client, django_assert_max_num_queries
):
    at = timezone.now()
    request = sent_request(SchoolOfficialFactory.create(language="es"), at=at - timedelta(days=35), applicant=applicant)
    other = sent_request(at=at)
    reminders.sweep(at=at - timedelta(days=5))
    applicant_client.get(PAGE)

    with django_assert_max_num_queries(12):
        page = applicant_client.get(PAGE).content.decode()

    assert "Today is day 35." in page
    assert "Reminder" in page
    assert "Most schools answer within 90 days." in page
    assert f"Solicitud {request.reference} a su facultad" in waiting.nudge_for(request)[0]
    assert "Muchas gracias." in page
    assert other.reference not in page
    # Who is asked at the school is between the school and us.
    assert request.official.email not in page
    assert request.official.name not in page


def test_a_physician_without_requests_reads_when_that_begins(applicant_client):
    assert "That begins once a reviewer has accepted a document" in applicant_client.get(PAGE).content.decode()


def answered_with_transcript(applicant) -> Upload:
    request = sent_request(at=timezone.now(), applicant=applicant)
    file = SimpleUploadedFile("transcript.pdf", pdf())
    answer = answers.answer_by_link(token_of(request.official), reply_to(request, transcript=file), at=timezone.now())
    assert answer.transcript is not None
    checked(answer.transcript)
    review.accept(request.pk, reason="", at=timezone.now(), actor=reviewer())
    return answer.transcript


def test_a_transcript_that_the_school_sent_is_a_verified_credential(applicant):
    upload = answered_with_transcript(applicant)

    transcript = Credential.objects.get(applicant=applicant, kind=CredentialKind.TRANSCRIPT)
    assert transcript.state == CredentialState.VERIFIED
    assert [document.upload for document in transcript.current_documents()] == [upload]
    assert CredentialStatusChange.objects.get(credential=transcript).status == CredentialStatus.VERIFIED

    answered_with_transcript(applicant)
    assert Credential.objects.filter(applicant=applicant, kind=CredentialKind.TRANSCRIPT).count() == 1


def test_a_transcript_that_the_school_sent_takes_the_place_of_the_one_not_handed_in_yet(applicant):
    own = handing_in.begin(
        applicant=applicant,
        kind=CredentialKind.TRANSCRIPT,
        part=CredentialPart.ORIGINAL,
        issuer="Typed by hand",
        file=scan(40),
        at=timezone.now(),
        actor=actor_label(applicant.user),
    )

    upload = answered_with_transcript(applicant)

    transcript = Credential.objects.get(applicant=applicant, kind=CredentialKind.TRANSCRIPT)
    assert (transcript.pk, transcript.state) == (own.credential_id, CredentialState.VERIFIED)
    assert transcript.school is not None
    assert transcript.issuer == transcript.school.name
    assert [document.upload for document in transcript.current_documents()] == [upload]
    assert transcript.documents.filter(pk=own.pk).exists()


def test_an_attestation_asks_about_clinical_skills_and_goes_to_who_may_attest():
    official = SchoolOfficialFactory.create(may_verify=False, may_attest=True)
    request = VerificationRequestFactory.create(
        credential=None,
        applicant=sent_request(at=timezone.now()).applicant,
        school=official.school,
        purpose=VerificationPurpose.ATTESTATION,
    )
    reminders.sweep(at=timezone.now())
    request.refresh_from_db()
    assert request.official == official

    reply = reply_to(request, Verdict.CONFIRMED)
    assert set(reply.checks) == {"status", "interviewing", "examination", "communication"}
    answers.answer_by_link(token_of(official), reply, at=timezone.now())
    review.accept(request.pk, reason="", at=timezone.now(), actor=reviewer())
    request.refresh_from_db()
    assert request.state == "accepted"
