"""What the record says to the rules about credits of another school (R-CRED-2g, R-CRED-3, R-PSV-3)."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from certification.models import Application
from certification.rules.trace import Outcome, Turn
from certification.services.application import review
from certification.services.evaluation import evaluate_person
from certification.states import CredentialKind, CredentialState, CredentialStatus
from tests.certification.applications import accepted, attended, degree, eligible_school
from tests.factories.certification import CredentialFactory, CredentialStatusChangeFactory, MedicalSchoolFactory

pytestmark = pytest.mark.django_db
AT = datetime(2025, 10, 1, 15, tzinfo=UTC)
DAY = date(2025, 10, 2)


def transferred(applicant, school, **changes):
    """A record with one and a half credit years of `school`, and the transcript of it that is expected."""
    values = {"awarded_degree": False, "credit_years": Decimal("1.5"), "attended_to": date(2010, 6, 30), **changes}
    accepted(applicant, attended(eligible_school()), attended(school, **values), said=degree(), at=AT)
    kind = CredentialKind.TRANSFER_TRANSCRIPT
    return CredentialFactory.create(applicant=applicant, kind=kind, issuer=school.name, school=school)


@pytest.mark.parametrize(
    ("state", "documented", "verified", "turn"),
    [
        (CredentialState.DRAFT, Outcome.PENDING, Outcome.NA, Turn.NOBODY),
        (CredentialState.RETURNED_TO_APPLICANT, Outcome.PENDING, Outcome.NA, Turn.NOBODY),
        (CredentialState.REFUSED, Outcome.PENDING, Outcome.NA, Turn.NOBODY),
        (CredentialState.SUBMITTED, Outcome.MET, Outcome.PENDING, Turn.STAFF),
        (CredentialState.IN_REVIEW, Outcome.MET, Outcome.PENDING, Turn.STAFF),
        (CredentialState.SUSPECTED_FRAUD, Outcome.MET, Outcome.PENDING, Turn.STAFF),
        (CredentialState.SENT_TO_SCHOOL, Outcome.MET, Outcome.PENDING, Turn.SCHOOL),
        (CredentialState.REPLY_RECEIVED, Outcome.MET, Outcome.PENDING, Turn.STAFF),
        (CredentialState.VERIFIED, Outcome.MET, Outcome.MET, Turn.NOBODY),
    ],
)
def test_a_transcript_counts_once_it_is_here_and_its_school_verifies_it(applicant, state, documented, verified, turn):
    credential = transferred(applicant, eligible_school())
    changes = {"state": state, "submitted_at": AT, "moved_at": AT, "issuer": "Written in another way"}
    type(credential).objects.filter(pk=credential.pk).update(**changes)
    if state in (CredentialState.VERIFIED, CredentialState.REFUSED):
        CredentialStatusChangeFactory.create(credential=credential, status=CredentialStatus(state), on=DAY)

    verdict = evaluate_person(applicant, DAY)

    assert (verdict.trace("R-CRED-3").outcome, verdict.trace("R-PSV-3").outcome) == (documented, verified)
    assert verdict.trace("R-PSV-3").turn is turn


@pytest.mark.parametrize(
    ("accepted_on", "rule", "older"),
    [
        (date(2019, 7, 31), Outcome.NA, Outcome.MET),
        (date(2019, 8, 1), Outcome.NOT_MET, Outcome.NA),
        (None, Outcome.NOT_MET, Outcome.NA),
    ],
)
def test_credits_accepted_before_the_rule_stay_accepted(applicant, accepted_on, rule, older):
    transferred(applicant, MedicalSchoolFactory.create(), accepted_on=accepted_on)
    Application.objects.update(checks=["accepted"])

    verdict = evaluate_person(applicant, DAY)

    assert (verdict.trace("R-CRED-2").outcome, verdict.trace("R-CRED-2g").outcome) == (rule, older)


def test_the_day_of_acceptance_is_the_persons_word_until_a_document_shows_it(applicant):
    transferred(applicant, MedicalSchoolFactory.create(), accepted_on=date(2019, 7, 31))
    application = Application.objects.get()

    assert evaluate_person(applicant, DAY).trace("R-CRED-2").outcome is Outcome.NOT_MET
    assert "accepted" in review.checks_of(application)
    application.attendances.update(accepted_on=None)
    assert "accepted" not in review.checks_of(application)
