"""A Sponsor Note that was withdrawn (R-SCH-8): nobody new is eligible by it, and who is certified stays so."""

from datetime import date

import pytest
from django.urls import reverse

from certification.models import SponsorNote
from certification.rules.trace import Outcome
from certification.services.evaluation import evaluate_person
from certification.states import ImportKind
from tests.certification.importing import NOTES, accepted, checked
from tests.factories.certification import CertificateFactory, MedicalEducationFactory, SponsorNoteFactory
from tests.people import senior

pytestmark = pytest.mark.django_db
LAST, FIRST = date(2026, 1, 31), date(2026, 2, 1)


def outcomes(applicant, rule_id):
    return [evaluate_person(applicant, day).trace(rule_id).outcome for day in (LAST, FIRST)]


@pytest.fixture
def note(applicant):
    education = MedicalEducationFactory.create(applicant=applicant)
    return SponsorNoteFactory.create(school=education.school, withdrawn_on=FIRST)


def test_note_counts_until_the_day_of_its_withdrawal(applicant, note, client):
    assert outcomes(applicant, "R-SCH-1") == [Outcome.MET, Outcome.NOT_MET]

    page = client.get(reverse("eligibility"), {"school": note.school.name, "code": note.school.code, "year": "2015"})

    assert "Not eligible for 2015" in page.content.decode()
    about = client.get(reverse("school", args=[note.school.code])).content.decode()
    assert "No sponsor note of this school is in force any more" in about
    assert "meet the requirement on medical schools" not in about


def test_certificate_is_not_touched(applicant, note):
    CertificateFactory.create(applicant=applicant, issued_on=date(2025, 6, 2))

    assert outcomes(applicant, "R-SCH-1") == [Outcome.MET, Outcome.MET]
    assert outcomes(applicant, "R-SCH-8") == [Outcome.NA, Outcome.MET]


def test_file_that_names_the_day_withdraws_and_one_that_does_not_leaves_it():
    by = senior()
    school = SponsorNoteFactory.create(school__code="S000001", from_year=1990).school
    with_days = NOTES.replace("\n", ",withdrawn_on\n")

    accepted(checked(f"{with_days}S000001,1990,current,directory,2026-02-01\n", by, ImportKind.SPONSOR_NOTES), by)
    accepted(checked(f"{NOTES}S000001,1990,2020,directory\n", by, ImportKind.SPONSOR_NOTES), by)
    faulty = checked(f"{with_days}S000001,1990,current,directory,soon\n", by, ImportKind.SPONSOR_NOTES)

    kept = SponsorNote.objects.get(school=school)
    assert (kept.to_year, kept.withdrawn_on) == (2020, FIRST)
    assert faulty.rejected_rows == 1
