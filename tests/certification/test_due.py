"""What is done by hand in the hours without a broker."""

from datetime import timedelta

import pytest
from django.utils import timezone

from applicants.models import Applicant
from certification.models import ExaminationResult
from certification.services import due
from certification.services.imports import receiving, store
from certification.services.verification import requests
from certification.states import VerificationState
from certification.states.imports import ImportState
from portal.models import InboxMessage
from tests.certification import importing
from tests.certification.school_scenes import diploma_of
from tests.factories.certification import ApplicationFactory, MedicalSchoolFactory
from tests.factories.schools_portal import SchoolOfficialFactory
from tests.people import senior

pytestmark = [pytest.mark.django_db(transaction=True)]


def test_a_file_is_checked_and_then_written(applicant: Applicant):
    text = importing.USMLE + importing.row(applicant.identification_number)
    file_import, actor = importing.upload(text, senior()), senior()

    assert due.work_off(at=timezone.now())["imports"] == 1
    file_import.refresh_from_db()
    assert (file_import.state, ExaminationResult.objects.count()) == (ImportState.READY, 0)

    receiving.accept(import_id=file_import.pk, rows=1, tells_people=False, actor=actor, at=timezone.now())
    due.work_off(at=timezone.now())
    file_import.refresh_from_db()
    assert (file_import.state, ExaminationResult.objects.count()) == (ImportState.APPLIED, 1)


def test_a_file_that_this_container_does_not_have_is_left_to_the_one_that_has_it(applicant: Applicant):
    file_import = importing.upload(importing.USMLE + importing.row(applicant.identification_number), senior())
    store.delete(file_import)

    assert due.work_off(at=timezone.now())["imports"] == 0

    file_import.refresh_from_db()
    assert (file_import.state, file_import.token) == (ImportState.UPLOADED, None)


def test_a_request_goes_to_the_school_once_somebody_is_on_its_list(applicant: Applicant):
    school, at = MedicalSchoolFactory.create(), timezone.now()
    asked = requests.prepare(diploma_of(applicant, school), at=at, actor="user:1")
    assert asked.state == VerificationState.PREPARED
    SchoolOfficialFactory.create(school=school)

    assert due.work_off(at=at)["requests to schools"] == 1

    asked.refresh_from_db()
    assert asked.state == VerificationState.SENT


def test_whoever_left_a_draft_is_reminded_before_it_is_lost(applicant: Applicant):
    left = ApplicationFactory.create(applicant=applicant, state="draft", submitted_at=None).changed_at

    assert due.work_off(at=left + timedelta(days=75))["reminders of drafts"] == 0
    assert due.work_off(at=left + timedelta(days=77))["reminders of drafts"] == 1
    assert InboxMessage.objects.get(user=applicant.user).kind == "application_reminder"
