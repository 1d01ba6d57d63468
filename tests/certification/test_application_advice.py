"""What is told before anybody pays is what the engine says of the answers so far."""

from datetime import date
from decimal import Decimal

import pytest

from certification.services.application.checking import advice_on
from tests.certification.applications import attended, complete, degree, eligible_school
from tests.factories.certification import MedicalSchoolFactory, SponsorNoteFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 2, 1)
STUDENT = degree(graduated=False, title="", graduation_on=date(2027, 6, 30), degree_on=None)


def ended_school():
    """A school whose note covers no graduation after 2015."""
    school = MedicalSchoolFactory.create()
    SponsorNoteFactory.create(school=school, from_year=2000, to_year=2015)
    return school


def transferred(**changes):
    """One and a half credit years at another school."""
    values = {"awarded_degree": False, "credit_years": Decimal("1.5"), "attended_to": date(2010, 6, 30)}
    return attended(**{**values, **changes})


@pytest.mark.parametrize(
    ("history", "said", "expected"),
    [
        (lambda: [attended(eligible_school())], degree(), []),
        (lambda: [attended()], degree(), ["R-SCH-1"]),
        (lambda: [attended(MedicalSchoolFactory.create())], STUDENT, ["R-SCH-1"]),
        (lambda: [attended(ended_school())], STUDENT, ["R-SCH-3"]),
        (lambda: [attended(ended_school())], degree(degree_on=date(2016, 1, 5)), ["R-SCH-7"]),
        (lambda: [attended(ended_school())], degree(graduation_on=date(2016, 1, 5), degree_on=None), ["R-SCH-2"]),
        (lambda: [attended(eligible_school(), credit_years=Decimal(3))], degree(), ["R-CRED-1"]),
        (lambda: [attended(eligible_school()), transferred()], degree(), ["R-CRED-2"]),
        (lambda: [attended(eligible_school()), transferred(school=eligible_school())], degree(), []),
        (lambda: [attended(eligible_school(country="US"), credit_years=Decimal(1))], degree(), ["R-IMG-4"]),
    ],
)
def test_advice_is_what_the_rules_say(applicant, history, said, expected):
    application = complete(applicant, *history(), said=said)

    assert [advice.rule for advice in advice_on(application, today=TODAY)] == expected


def test_reason_of_the_rule_is_what_is_read(applicant):
    application = complete(
        applicant, attended(ended_school()), said=degree(graduation_on=date(2016, 1, 5), degree_on=None)
    )

    (advice,) = advice_on(application, today=TODAY)

    assert "Your graduation year, 2016, is not covered. Covered: 2000 to 2015." in advice.words
    assert not advice.stops
