"""People in the staff door."""

import pytest
from django.urls import reverse

from tests.factories.applicants import VerifiedNameFactory
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
