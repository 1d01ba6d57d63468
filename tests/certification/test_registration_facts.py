"""What the record says to the rules about registering for an examination (R-EXAM-7, R-EXAM-8)."""

from datetime import UTC, date, datetime

import pytest

from certification.rules.trace import Outcome, Turn
from certification.services.evaluation import evaluate_person
from certification.states import (
    CredentialKind,
    CredentialState,
    VerificationPurpose,
    VerificationState,
)
from tests.certification.applications import accepted, attended, degree, eligible_school
from tests.factories.certification import CredentialFactory
from tests.factories.schools_portal import VerificationRequestFactory

pytestmark = pytest.mark.django_db
AT = datetime(2025, 10, 1, 15, tzinfo=UTC)


def studying(applicant, *, graduation_on):
    """A record as an accepted application leaves it; the first day at the school was September 1, 2023."""
    school = eligible_school()
    said = degree(graduated=graduation_on is not None, graduation_on=graduation_on, degree_on=None)
    accepted(applicant, attended(school, attended_from=date(2023, 9, 1), attended_to=None), said=said, at=AT)
    return school


def test_student_needs_two_years_and_the_word_of_the_school(applicant):
    school = studying(applicant, graduation_on=None)
    asked = VerificationRequestFactory.create(
        applicant=applicant, credential=None, school=school, purpose=VerificationPurpose.ATTESTATION
    )

    def judged(day):
        return evaluate_person(applicant, day).trace("R-EXAM-8")

    assert (judged(date(2025, 8, 31)).outcome, judged(date(2025, 8, 31)).turn) == (Outcome.PENDING, Turn.APPLICANT)
    assert (judged(date(2025, 9, 1)).outcome, judged(date(2025, 9, 1)).turn) == (Outcome.PENDING, Turn.SCHOOL)
    type(asked).objects.update(
        state=VerificationState.ACCEPTED, decided_at=AT, decided_by="user:1", sent_at=AT, due_on=AT.date()
    )
    assert judged(date(2025, 9, 30)).outcome is Outcome.PENDING
    assert judged(date(2025, 10, 1)).outcome is Outcome.MET
    assert dict(judged(date(2026, 9, 1)).facts_used)["years_completed"] == "3"


def test_graduate_registers_with_a_letter_from_the_day_it_was_accepted(applicant):
    studying(applicant, graduation_on=date(2025, 6, 30))
    returned = CredentialState.RETURNED_TO_APPLICANT
    CredentialFactory.create(
        applicant=applicant, kind=CredentialKind.DIPLOMA, state=returned, letter_accepted_on=date(2025, 11, 3)
    )

    before, after = (evaluate_person(applicant, day) for day in (date(2025, 11, 2), date(2025, 11, 3)))

    assert (before.trace("R-CRED-8").outcome, after.trace("R-CRED-8").outcome) == (Outcome.NA, Outcome.MET)
    assert (after.trace("R-EXAM-7").outcome, after.trace("R-EXAM-7").turn) == (Outcome.PENDING, Turn.SCHOOL)
    assert (after.trace("R-PSV-1").outcome, after.trace("R-PSV-1").turn) == (Outcome.PENDING, Turn.APPLICANT)
