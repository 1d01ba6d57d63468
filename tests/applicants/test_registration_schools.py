"""The school that somebody named when they registered tells whether another registration is of the same person."""
# ruff: noqa: RUF001 - names in other letters

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applicants.models import Registration, SuspectedDuplicate
from applicants.services.registration.comparing import compare
from applicants.services.registration.duplicates import find_suspects
from applicants.services.registration.finishing import finish
from tests.factories.applicants import ApplicantFactory, RegistrationFactory
from tests.factories.certification import MedicalEducationFactory

pytestmark = pytest.mark.django_db


def draft(**values: object) -> Registration:
    """Return a registration with every answer, before its end."""
    told: Registration = RegistrationFactory.create(state="draft", submitted_at=None, agreed_at=None, **values)
    return told


def test_marriage_between_two_registrations_is_found_by_the_school_that_both_named():
    first = finish(draft(family_name="Quartey-Papafio", given_names="Efua").pk, at=timezone.now())
    told = draft(
        family_name="Zimmermann", given_names="Efua Irmgard Theodora", school_name="Univ. of Accra Medical School"
    )

    second = finish(told.pk, at=timezone.now())

    assert (first.state, second.state) == ("completed", "under_review")
    suspicion = SuspectedDuplicate.objects.get()
    assert (suspicion.applicant, suspicion.reasons) == (first.applicant, ["birth_date", "school"])
    line = next(line for line in compare(second).lines if line.label == "Medical school")
    assert [cell.text for cell in line.theirs] == ["University of Accra Medical School"]


@pytest.mark.parametrize(("family", "given"), [("Шевченко", "Олена"), ("Роре", "Роза")])
def test_names_in_other_letters_are_found_by_birth_date_and_school(family: str, given: str):
    first = finish(draft(family_name="Shevchenko", given_names="Olena").pk, at=timezone.now())

    assert [suspect.applicant_id for suspect in find_suspects(draft(family_name=family, given_names=given))] == [
        first.applicant_id
    ]
    elsewhere = draft(family_name=family, given_names=given, school_name="Kyiv National Institute")
    assert find_suspects(elsewhere) == []


def test_a_school_that_was_only_told_clears_nobody():
    first = finish(draft(birth_date=date(1993, 3, 7)).pk, at=timezone.now())

    second = draft(school_name="Faculty of Medicine at Legon")

    assert [suspect.applicant_id for suspect in find_suspects(second)] == [first.applicant_id]


def person(kind: str, school: str) -> None:
    """Let there be one Kofi Mensah more, whose school is on record, told once, or in a registration that waits."""
    if kind == "waiting":
        RegistrationFactory.create(state="under_review", school_name=school)
        return
    applicant = ApplicantFactory.create(family_name="Mensah", given_names="Kofi Kwame", birth_date=date(1994, 3, 7))
    if kind == "on record":
        MedicalEducationFactory.create(applicant=applicant, school_name=school)
    else:
        RegistrationFactory.create(
            state="completed", applicant=applicant, school_name=school, password="", finished_at=timezone.now()
        )


@pytest.mark.parametrize("kind", ["on record", "told", "waiting"])
def test_search_asks_the_same_number_of_questions_however_many_are_found(kind: str):
    told = draft(earlier_number="00000000")
    person(kind, "University of Accra Medical School 1")
    with CaptureQueriesContext(connection) as for_one:
        assert len(find_suspects(told)) == 1
    for number in range(2, 6):
        person(kind, f"University of Accra Medical School {number}")

    with CaptureQueriesContext(connection) as for_five:
        suspects = find_suspects(told)

    assert [suspect.reasons for suspect in suspects] == [("birth_date", "name", "school")] * 5
    assert len(for_five) == len(for_one) <= 10
