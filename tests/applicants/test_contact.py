"""Contact information: the service, the form and the page."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from applicants.forms import ContactForm
from applicants.models import ContactInformation
from applicants.services.contact import current_contact, update_contact, values_of
from portal.models import AuditEvent
from tests.factories.applicants import ApplicantFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 5, 4, 12, tzinfo=UTC)
VALID = {
    "email": "kofi@example.org",
    "phone": "+233 20 765 4321",
    "fax": "",
    "line1": "1 Example Street",
    "line2": "",
    "city": "Kumasi",
    "region": "",
    "postal_code": "",
    "country": "GH",
}


def changed(applicant, **changes):
    contact = current_contact(applicant)
    assert contact is not None
    return replace(values_of(contact), **changes)


def test_change_adds_a_version_and_keeps_the_old_one(applicant):
    before = current_contact(applicant)

    after = update_contact(applicant=applicant, values=changed(applicant, city="Tema"), at=AT, actor="user:1")

    before.refresh_from_db()
    assert (before.city, before.superseded_at) == ("Accra", AT)
    assert (after.city, after.recorded_at, after.recorded_by, after.superseded_at) == ("Tema", AT, "user:1", None)
    assert current_contact(applicant) == after
    event = AuditEvent.objects.get(event="applicants.contact_updated")
    assert (event.actor, event.at, event.facts) == ("user:1", AT, {"changed": "city"})
    assert event.subject_id == str(applicant.pk)


def test_saving_the_same_writes_nothing(applicant):
    before = current_contact(applicant)
    assert before is not None

    after = update_contact(applicant=applicant, values=values_of(before), at=AT, actor="user:1")

    assert after == before
    assert ContactInformation.objects.count() == 1
    assert not AuditEvent.objects.exists()


def test_first_contact_information_is_recorded():
    applicant = ApplicantFactory.create()
    values = ContactForm(VALID)
    assert values.is_valid()

    contact = update_contact(applicant=applicant, values=values.values(), at=AT, actor="user:1")

    assert current_contact(applicant) == contact


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("phone", "", "Enter your phone number with + and the country code, such as +234 801 234 5678"),
        ("phone", "020 765 4321", "Enter your phone number with + and the country code, such as +234 801 234 5678"),
        ("phone", "+233", "Enter your phone number with + and the country code, such as +234 801 234 5678"),
        ("email", "kofi", "Enter an e-mail address with @ and a domain, such as name@example.org"),
        ("line1", "", "Enter your street address"),
        ("line1", "1 Example\nStreet", "Enter this on one line, without control characters"),
        ("city", "", "Enter your city"),
        ("city", "x" * 121, "Use at most 120 characters"),
        ("country", "", "Select your country"),
        ("country", "ZZ", "Select your country from the list"),
        ("fax", "123", "Enter your fax number with + and the country code, such as +234 1 234 5678, or leave it empty"),
    ],
)
def test_mistake_is_answered_with_its_remedy(field, value, message):
    form = ContactForm(VALID | {field: value})

    assert form.errors == {field: [message]}


def test_every_field_tells_the_browser_what_it_is():
    assert all(field.widget.attrs.get("autocomplete") for field in ContactForm().fields.values())


def test_page_shows_what_is_on_file(applicant_client):
    page = applicant_client.get(reverse("contact_details")).content.decode()

    assert "20 Example Road" in page
    assert '<option value="GH" selected>' in page


def test_saved_details_return_to_the_page_they_were_needed_on(applicant_client, applicant):
    back = reverse("order_details")

    response = applicant_client.post(reverse("contact_details"), VALID | {"next": back})

    assert response["Location"] == back
    contact = current_contact(applicant)
    assert (contact.city, contact.recorded_by) == ("Kumasi", f"user:{applicant.user.pk}")


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "dashboard"]
)
def test_saved_details_lead_nobody_away(applicant_client, elsewhere):
    response = applicant_client.post(reverse("contact_details"), VALID | {"next": elsewhere})

    assert response["Location"] == reverse("contact_details")


def test_saved_details_are_confirmed_on_the_next_page(applicant_client):
    page = applicant_client.post(reverse("contact_details"), VALID, follow=True).content.decode()

    assert "Your contact details were saved." in page


def test_mistakes_are_listed_and_nothing_is_saved(applicant_client, applicant):
    before = current_contact(applicant)

    page = applicant_client.post(reverse("contact_details"), VALID | {"city": ""}).content.decode()

    assert page.count("Enter your city") == 2
    assert "<title>Error: " in page
    assert 'value="+233 20 765 4321"' in page
    assert current_contact(applicant) == before


def test_staff_have_no_contact_page(staff_client):
    assert staff_client.get(reverse("contact_details")).status_code == 403


def test_stranger_is_asked_to_sign_in(client):
    response = client.get(reverse("contact_details"))

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))
