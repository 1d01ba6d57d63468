"""Reading restricted data is an event: a purpose before a record opens, one event for it, and a note of searches."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.models import Applicant, User
from portal import reading
from portal.audit import READING, SEARCH, person_of, record, record_reading
from portal.models import AuditEvent, Heartbeat
from tests.factories.applicants import ApplicantFactory, StaffFactory
from tests.support.orders import make_authority, make_physician, pay_with_credit
from tests.support.reading import PURPOSE, open_record
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db


def address_of(applicant: Applicant) -> str:
    return reverse("admin:applicants_applicant_change", args=[applicant.pk])


def readings() -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(event=READING).order_by("pk"))


def test_a_record_asks_for_the_purpose_and_shows_nothing_before(staff_client: Client, applicant: Applicant):
    page = staff_client.get(address_of(applicant))

    assert page.status_code == 200
    assert "Why are you opening this record?" in page.content.decode()
    for secret in ("Mensah", "Kofi", applicant.identification_number, "20 Example Road", applicant.user.email):
        assert secret not in page.content.decode()
    assert readings() == []


def test_a_purpose_opens_the_record_and_is_written_once(staff_client: Client, staff_member: User, applicant: Applicant):
    page = open_record(staff_client, address_of(applicant), purpose="other", purpose_detail="Moved abroad")
    again = staff_client.get(address_of(applicant))
    user = staff_client.get(reverse("admin:applicants_user_change", args=[applicant.user.pk]))

    assert "20 Example Road" in page.content.decode()
    assert "20 Example Road" in again.content.decode()
    assert applicant.user.email in user.content.decode()
    [event] = readings()
    assert event.actor == f"user:{staff_member.pk}"
    assert (event.subject_type, event.subject_id) == ("applicants.applicant", str(applicant.pk))
    assert event.person == applicant.pk
    assert event.reason == "Another purpose: Moved abroad"
    assert event.facts == {"role": "administrator"}


def test_a_purpose_for_one_person_opens_nobody_else(
    staff_client: Client, applicant: Applicant, other_applicant: Applicant
):
    open_record(staff_client, address_of(applicant))

    page = staff_client.get(address_of(other_applicant)).content.decode()

    assert "Souza" not in page
    assert [event.person for event in readings()] == [applicant.pk]


def test_a_purpose_in_one_session_opens_nothing_in_another(staff_client: Client, applicant: Applicant):
    open_record(staff_client, address_of(applicant))
    other = Client()
    sign_in(other, StaffFactory.create())

    assert "20 Example Road" not in other.get(address_of(applicant)).content.decode()


def test_a_purpose_is_asked_again_after_half_an_hour(staff_client: Client, applicant: Applicant):
    open_record(staff_client, address_of(applicant))
    session = staff_client.session
    kept = session["purposes_of_reading"][str(applicant.pk)]
    assert datetime.fromisoformat(kept["until"]) - timezone.now() < timedelta(minutes=30)
    session["purposes_of_reading"] = {
        str(applicant.pk): kept | {"until": (timezone.now() - timedelta(seconds=1)).isoformat()}
    }
    session.save()

    page = staff_client.get(address_of(applicant)).content.decode()

    assert "20 Example Road" not in page
    assert len(readings()) == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"purpose": ""}, "Choose a purpose."),
        ({"purpose": "curiosity"}, "Choose one of the purposes."),
        ({"purpose": "other"}, "Say in your own words"),
        ({"purpose_detail": "about 0-482-137-5"}, "Leave out numbers"),
        ({"purpose_detail": "see kofi@example.org"}, "Leave out numbers"),
        ({"purpose_detail": "x" * 201}, "at most 200 characters"),
        ({"purpose_detail": "a\x00b"}, "Null characters"),
    ],
)
def test_a_purpose_that_says_nothing_or_too_much_is_refused(
    staff_client: Client, applicant: Applicant, given: dict[str, str], said: str
):
    page = open_record(staff_client, address_of(applicant), **given)

    assert page.status_code == 422
    assert said in page.content.decode()
    assert "20 Example Road" not in page.content.decode()
    assert readings() == []
    assert "20 Example Road" not in staff_client.get(address_of(applicant)).content.decode()


def test_what_was_typed_is_kept_when_the_purpose_is_refused(staff_client: Client, applicant: Applicant):
    page = open_record(staff_client, address_of(applicant), purpose_detail="see kofi@example.org")

    assert 'value="see kofi@example.org"' in page.content.decode()


def test_the_history_of_a_record_asks_too(staff_client: Client, applicant: Applicant):
    address = reverse("admin:applicants_applicant_history", args=[applicant.pk])
    record("applicants.contact_updated", actor="tests", subject=applicant, at=timezone.now(), changed="phone")

    assert "Contact" not in staff_client.get(address).content.decode().split("content-main")[-1]
    assert "Why are you opening" in staff_client.get(address).content.decode()


def test_staff_without_the_right_are_refused_and_not_asked(applicant: Applicant):
    trainee = StaffFactory.create(is_superuser=False)
    client = Client()
    sign_in(client, trainee)

    seen = client.get(address_of(applicant))
    tried = client.post(address_of(applicant), PURPOSE)

    assert (seen.status_code, tried.status_code) == (403, 403)
    assert readings() == []


@pytest.mark.parametrize("key", ["999999999", "x", "_5F", "0" * 400])
def test_a_record_that_does_not_exist_is_not_asked_about(staff_client: Client, key: str):
    response = staff_client.get(f"/staff/applicants/applicant/{key}/change/")

    assert response.status_code == 302
    assert readings() == []


def test_orders_requests_and_reports_belong_to_a_person_too(staff_client: Client):
    physician = make_physician(10_000_090)
    [request] = pay_with_credit(physician, [make_authority(1)])
    order = request.order_line.order
    for name, key in (("payments_order", order.pk), ("cvs_reportrequest", request.pk)):
        page = staff_client.get(reverse(f"admin:{name}_change", args=[key])).content.decode()
        assert "Why are you opening" in page
        assert order.reference not in page

    shown = open_record(staff_client, reverse("admin:payments_order_change", args=[order.pk]))
    same_person = staff_client.get(reverse("admin:cvs_reportrequest_change", args=[request.pk]))

    assert order.reference in shown.content.decode()
    assert "Why are you opening" not in same_person.content.decode()
    assert [(event.subject_type, event.person) for event in readings()] == [("payments.order", physician.pk)]


def test_a_record_about_nobody_opens_at_once(staff_client: Client, staff_member: User):
    page = staff_client.get(reverse("admin:applicants_user_change", args=[staff_member.pk]))

    assert staff_member.email in page.content.decode()


def test_opening_a_record_again_costs_one_query_more_than_without_a_purpose(
    staff_client: Client, applicant: Applicant, django_assert_max_num_queries
):
    open_record(staff_client, address_of(applicant))

    with django_assert_max_num_queries(12) as counted:
        staff_client.get(address_of(applicant))

    asked = [query["sql"] for query in counted.captured_queries if "audit" in query["sql"] or "UPDATE" in query["sql"]]
    assert asked == []


def test_a_session_keeps_a_limited_number_of_purposes(staff_client: Client, applicant: Applicant):
    at = timezone.now()
    session = staff_client.session
    for person in range(1, 60):
        reading.begin(
            session, subject=Applicant(pk=person), person=person, purpose="Test", actor="tests", role="staff", at=at
        )

    assert len(session["purposes_of_reading"]) == reading.MOST_PERSONS
    assert reading.purpose_of(session, 59, at=at) == "Test"
    assert reading.purpose_of(session, 1, at=at) == ""


def test_a_search_is_noted_with_its_rows_and_without_its_words(staff_client: Client, applicant: Applicant):
    staff_client.get(reverse("admin:applicants_applicant_changelist"), {"q": "Mensah"})

    [event] = AuditEvent.objects.filter(event=SEARCH)
    assert (event.subject_type, event.subject_id, event.person) == ("applicants.applicant", "", None)
    assert event.facts == {"rows": 1, "role": "administrator"}
    assert "Mensah" not in str(vars(event))


def test_a_list_without_a_search_and_a_search_of_no_people_are_no_events(staff_client: Client, applicant: Applicant):
    staff_client.get(reverse("admin:applicants_applicant_changelist"))
    staff_client.get(reverse("admin:certification_medicalschool_changelist"), {"q": "college"})

    assert not AuditEvent.objects.filter(event=SEARCH).exists()


def test_the_person_concerned_is_found_from_what_the_event_is_about(applicant: Applicant):
    contact = applicant.contacts.get()
    staff = StaffFactory.create()

    assert person_of(applicant) == person_of(contact) == person_of(applicant.user) == applicant.pk
    assert person_of(staff) is None
    assert person_of(Heartbeat(name="x")) is None


def test_a_person_named_by_the_caller_wins(applicant: Applicant):
    other = ApplicantFactory.create()

    event = record("tests.done", actor="tests", subject=applicant, at=timezone.now(), person=other.pk)
    read = record_reading(actor="tests", subject=applicant, purpose="Test", at=timezone.now(), role="finance")

    assert event.person == other.pk
    assert (read.person, read.reason, read.facts) == (applicant.pk, "Test", {"role": "finance"})
