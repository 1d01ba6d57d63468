"""People in the staff door."""

import pytest
from django.urls import reverse
from django.utils import timezone

from applicants.models import SuspectedDuplicate
from applicants.roles import Role
from portal.models import AuditEvent
from tests.applicants.registering import nothing_happens
from tests.factories.applicants import RegistrationFactory, VerifiedNameFactory
from tests.people import browser_of
from tests.support.reading import open_record

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("dashes", [True, False])
def test_person_is_found_by_number(staff_client, applicant, other_applicant, dashes):
    number = applicant.identification_number
    typed = f"{number[0]}-{number[1:4]}-{number[4:7]}-{number[7]}" if dashes else number

    response = staff_client.get(reverse("admin:applicants_applicant_changelist"), {"q": typed})

    assert list(response.context["cl"].result_list) == [applicant]


def test_person_is_shown_with_names_and_contact_and_cannot_be_changed(staff_client, applicant):
    VerifiedNameFactory.create(applicant=applicant, family_name="Boateng")
    address = reverse("admin:applicants_applicant_change", args=[applicant.pk])

    page = open_record(staff_client, address).content.decode()
    refused = staff_client.post(address, {"family_name": "Other"})

    assert "Boateng" in page
    assert "20 Example Road" in page
    assert refused.status_code == 403
    applicant.refresh_from_db()
    assert applicant.family_name == "Mensah"


def test_password_hash_is_not_shown(staff_client, applicant):
    address = reverse("admin:applicants_user_change", args=[applicant.user.pk])

    page = open_record(staff_client, address).content.decode()

    assert applicant.user.email in page
    assert "argon2" not in page


@pytest.mark.parametrize("role", [Role.SENIOR_REVIEWER, Role.AUDITOR])
def test_the_registration_of_somebody_on_record_asks_for_the_purpose(applicant, role):
    told = RegistrationFactory.create(
        state="completed", applicant=applicant, password="", finished_at=timezone.now(), school_name="Telling School"
    )
    address, browser = reverse("admin:applicants_registration_change", args=[told.pk]), browser_of(role)

    assert "Telling School" not in browser.get(address).content.decode()
    page = browser.post(address, {"purpose_given": "1", "purpose": "complaint"}, follow=True).content.decode()

    assert "Telling School" in page
    event = AuditEvent.objects.get(event="portal.record_read")
    assert (event.person, event.reason) == (applicant.pk, "To look into a complaint or an appeal")


@pytest.mark.parametrize("besides", [{}, {"purpose_given": "1"}, {"purpose_given": "1", "purpose": "complaint"}])
@pytest.mark.parametrize("state", ["under_review", "completed"])
@pytest.mark.parametrize("role", [Role.CREDENTIAL_REVIEWER, Role.AUDITOR])
def test_staff_who_may_not_decide_are_refused_before_anything_is_noted(
    applicant, other_applicant, enqueued, role, state, besides
):
    whose = (
        {"applicant": other_applicant, "password": "", "finished_at": timezone.now()} if state == "completed" else {}
    )
    told = RegistrationFactory.create(state=state, **whose)
    SuspectedDuplicate.objects.create(registration=told, applicant=applicant, reasons=["name"], found_at=timezone.now())
    address, browser = reverse("admin:applicants_registration_change", args=[told.pk]), browser_of(role)

    with nothing_happens(enqueued):
        refused = browser.post(address, {"decision": "other", "reason": "A friend", **besides})

    assert refused.status_code == 403
    told.refresh_from_db()
    assert told.state == state


@pytest.mark.parametrize("role", [Role.CREDENTIAL_REVIEWER, Role.AUDITOR])
def test_staff_who_may_not_decide_compare_and_are_noted(applicant, role):
    told = RegistrationFactory.create(state="under_review")
    SuspectedDuplicate.objects.create(registration=told, applicant=applicant, reasons=["name"], found_at=timezone.now())
    address, browser = reverse("admin:applicants_registration_change", args=[told.pk]), browser_of(role)

    page = browser.post(address, {"open": "1"}, follow=True).content.decode()
    refused = browser.post(address, {"decision": "other", "reason": "A friend"})

    assert "The names are alike" in page
    assert "Open an account" not in page
    assert AuditEvent.objects.get(event="portal.record_read").person == applicant.pk
    assert refused.status_code == 403
    told.refresh_from_db()
    assert told.state == "under_review"
