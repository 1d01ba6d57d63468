"""Scenes of tests about schools: a physician, a school with its list, a document at the school, its link."""

import re
from datetime import UTC, datetime, timedelta

from applicants.models import Applicant
from certification.models import (
    Credential,
    CredentialDocument,
    MedicalSchool,
    SchoolOfficial,
    VerificationRequest,
)
from certification.services.verification import requests
from certification.services.verification.answers import Reply
from certification.services.verification.questions import questions_of
from certification.states import CredentialKind, CredentialPart, CredentialState, Verdict
from portal.models import OutgoingEmail
from tests.factories.applicants import ApplicantFactory
from tests.factories.certification import CredentialFactory, MedicalEducationFactory
from tests.factories.schools_portal import SchoolOfficialFactory
from tests.portal.upload_files import checked, picture, take_in

AT = datetime(2026, 3, 2, 15, tzinfo=UTC)
LATER = AT + timedelta(days=3)


def diploma_of(applicant: Applicant, school: MedicalSchool, *, file: bool = False, **values: object) -> Credential:
    """A diploma that a reviewer has accepted for verification."""
    credential: Credential = CredentialFactory.create(
        applicant=applicant,
        school=school,
        issuer=school.name,
        kind=CredentialKind.DIPLOMA,
        state=CredentialState.ACCEPTED_FOR_VERIFICATION,
        **values,
    )
    if file:
        upload = checked(take_in(applicant.user, picture()))
        CredentialDocument.objects.create(
            credential=credential, part=CredentialPart.ORIGINAL, upload=upload, added_at=AT
        )
    return credential


def sent_request(
    official: SchoolOfficial | None = None, *, at: datetime = AT, file: bool = False, applicant: Applicant | None = None
) -> VerificationRequest:
    """A request about a diploma that was sent to an official at `at`."""
    official = official or SchoolOfficialFactory.create()
    person = applicant or ApplicantFactory.create()
    if not hasattr(person, "education"):
        MedicalEducationFactory.create(applicant=person, school=official.school)
    return requests.prepare(diploma_of(person, official.school, file=file), at=at, actor="user:1")


def token_of(official: SchoolOfficial | None, number: int = -1) -> str:
    """The secret part of the link in a message to `official`, the newest by default."""
    assert official is not None
    messages = OutgoingEmail.objects.filter(to_email=official.email, text__contains="/school/answer/")
    text = list(messages.order_by("created_at", "pk"))[number].text
    found = re.search(r"/school/answer/([^/\s]+)/", text)
    assert found is not None
    return found.group(1)


def tokens_of(official: SchoolOfficial) -> list[str]:
    """Every secret part that was sent to `official`, in no order."""
    texts = OutgoingEmail.objects.filter(to_email=official.email).values_list("text", flat=True)
    return [token for text in texts for token in re.findall(r"/school/answer/([^/\s]+)/", text)]


def reply_to(request: VerificationRequest, verdict: Verdict = Verdict.CONFIRMED, **values: object) -> Reply:
    """A whole answer that says yes, or a short one that does not."""
    yes = verdict == Verdict.CONFIRMED
    given: dict[str, object] = {
        "checks": dict.fromkeys(questions_of(request), True) if yes else {},
        "comments": "" if yes else "We have no such graduate.",
        "signatory_name": "Ama Registrar",
        "signatory_title": "Registrar",
        **values,
    }
    return Reply(verdict=verdict, **given)  # type: ignore[arg-type]  # values of the fields by name


def form_of(request: VerificationRequest, verdict: str = "confirmed", **values: object) -> dict[str, object]:
    """What a browser sends with the button of the answer."""
    return {
        **dict.fromkeys(questions_of(request), "yes"),
        "verdict": verdict,
        "comments": "",
        "signatory_name": "Ama Registrar",
        "signatory_title": "Registrar",
        "signed": "on",
        "act": "answer",
        **values,
    }


def state_of(request: VerificationRequest) -> str:
    """The state of the request as it is stored."""
    request.refresh_from_db()
    return request.state
