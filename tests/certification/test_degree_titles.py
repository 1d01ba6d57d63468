"""Titles of degrees by school, country and year, and results of OET Medicine."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from certification.models import DegreeTitle, ExaminationResult
from tests.factories.certification import (
    DegreeTitleFactory,
    ExaminationResultFactory,
    MedicalSchoolFactory,
    OetResultFactory,
)

pytestmark = pytest.mark.django_db


def test_titles_of_the_school_and_of_its_country_hold_in_their_years():
    school = MedicalSchoolFactory.create(country="GH")
    DegreeTitleFactory.create(title="Of the country")
    DegreeTitleFactory.create(title="Of the school", school=school, from_year=1990, to_year=2000)
    DegreeTitleFactory.create(title="Of another school", school=MedicalSchoolFactory.create(country="GH"))
    DegreeTitleFactory.create(title="Of another country", country="NG")

    def titles(year):
        return set(DegreeTitle.objects.concerning(school, year).values_list("title", flat=True))

    assert titles(1989) == {"Of the country"}
    assert titles(1990) == titles(2000) == {"Of the country", "Of the school"}
    assert titles(2001) == {"Of the country"}
    assert titles(None) == {"Of the country", "Of the school"}


def test_excluded_awards_are_known_and_not_accepted():
    school = MedicalSchoolFactory.create(country="GH")
    excluded = DegreeTitleFactory.create(title="Stomatologist", excluded_reason="Only stomatology (R-CRED-5)")

    assert excluded.is_excluded
    assert list(DegreeTitle.objects.concerning(school, 2001)) == [excluded]
    assert not DegreeTitle.objects.concerning(school, 2001).accepted().exists()


def refused(make, **values):
    with pytest.raises(IntegrityError), transaction.atomic():
        make(**values)


def test_database_refuses_what_cannot_be():
    title = DegreeTitleFactory.create()
    refused(DegreeTitleFactory.create, title=title.title)
    refused(DegreeTitleFactory.create, title="Other", from_year=2001, to_year=2000)
    refused(OetResultFactory.create, writing=501)
    refused(OetResultFactory.create, taken_on=date(2025, 11, 1))
    refused(ExaminationResultFactory.create, passed=True, incomplete=True)

    assert ExaminationResultFactory.create(passed=False, incomplete=True) in ExaminationResult.objects.all()
