"""Invariant 23: one person, one number, held by the database and asked for every night."""

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from applicants import invariants
from applicants.models import Applicant, Registration, SuspectedDuplicate, User
from tests.factories.applicants import RegistrationFactory

pytestmark = pytest.mark.django_db


def test_a_number_is_changed_by_nobody(applicant: Applicant):
    before = applicant.identification_number

    with pytest.raises(IntegrityError, match="for life"), transaction.atomic():
        Applicant.objects.update(identification_number="11111111")

    Applicant.objects.update(family_name="Boateng", identification_number=before)
    applicant.refresh_from_db()
    assert (applicant.family_name, applicant.identification_number) == ("Boateng", before)
    assert invariants.check() == []


def test_the_nightly_questions_notice_a_trigger_that_was_switched_off():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE applicants_applicant DISABLE TRIGGER applicants_number_for_life")

    assert invariants.check() == ["Invariant 23: a number cannot be changed: broken for applicants_number_for_life"]
    with pytest.raises(CommandError, match="1 invariants are broken"):
        call_command("check_invariants", "--skip-stored-bytes")


def test_the_nightly_questions_notice_another_number_to_sign_in_with(applicant: Applicant):
    User.objects.filter(pk=applicant.user_id).update(username="11111111")

    [line] = invariants.check()

    assert line.endswith(f"unless the account was deleted: broken for {applicant.pk}")


def test_the_nightly_questions_notice_a_duplicate_that_nobody_decided_about(applicant: Applicant):
    at = timezone.now()
    told: Registration = RegistrationFactory.create(state="completed", applicant=applicant, password="", finished_at=at)
    SuspectedDuplicate.objects.create(registration=told, reasons=["name"], found_at=at)

    [line] = invariants.check()

    assert line.endswith(f"without a decision: broken for {told.pk}")
