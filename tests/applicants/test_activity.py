"""A person sees who looked at their record and why, and what changed on it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from applicants.models import Applicant, User
from portal.audit import record, record_reading
from portal.audit_history import PAGE_SIZE
from tests.factories.applicants import StaffFactory
from tests.support.orders import make_authority, make_physician, pay_with_credit
from tests.support.reading import open_record
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 15, tzinfo=UTC)


def seen_by(client: Client, query: str = "") -> str:
    return client.get(f"{reverse('account_activity')}{query}").content.decode()


def test_nobody_looked_and_nothing_changed_yet(applicant_client: Client):
    assert "Nobody has opened your record" in seen_by(applicant_client)
    assert "Nothing has changed yet" in seen_by(applicant_client, "?show=changes")
    assert "There is nothing older." in seen_by(applicant_client, "?before=1")


def test_a_reading_shows_role_and_purpose_and_not_who_it_was(
    applicant_client: Client, staff_client: Client, staff_member: User, applicant: Applicant
):
    open_record(staff_client, reverse("admin:applicants_applicant_change", args=[applicant.pk]), purpose="delivery")

    page = seen_by(applicant_client)

    assert "To look into the delivery of a report" in page
    assert ">Administrator<" in page
    assert staff_member.email not in page
    assert f"user:{staff_member.pk}" not in page


def test_the_role_is_the_one_of_the_time_of_reading(applicant_client: Client, applicant: Applicant):
    record_reading(actor="user:1", subject=applicant, purpose="Test", at=AT, role="senior reviewer")

    assert "Senior reviewer" in seen_by(applicant_client)


def test_times_are_in_the_zone_of_the_person(applicant_client: Client, applicant: Applicant):
    record_reading(actor="user:1", subject=applicant, purpose="Test", at=AT)

    assert "March 2, 2026, 3:00 PM in Accra (10:00 AM ET)" in seen_by(applicant_client)


def test_changes_say_what_and_by_whom_and_no_reason(applicant_client: Client, staff_member: User, applicant: Applicant):
    own, staff = f"user:{applicant.user.pk}", f"user:{staff_member.pk}"
    record("applicants.contact_updated", actor=own, subject=applicant, at=AT, changed="email,postal_code")
    record("payments.credit_granted", actor=staff, subject=applicant, at=AT, reason="Not for them", amount_cents=5)
    record("payments.order_expired", actor="sweep", subject=applicant, at=AT)
    record("certification.hold_placed", actor=staff, subject=applicant, at=AT, reason="Not for them")

    page = seen_by(applicant_client, "?show=changes")

    assert "Contact details changed: email, postal code" in page
    assert re.findall(r'data-label="By">([^<]*)<', page) == ["The portal", "Administrator", "You"]
    assert "Not for them" not in page
    assert "hold" not in page.lower().split("<main")[1].split("</main")[0]


def test_acts_about_a_persons_orders_and_reports_are_among_the_changes():
    physician = make_physician(10_000_091)
    pay_with_credit(physician, [make_authority(1)])
    client = Client()
    sign_in(client, physician.user)

    page = seen_by(client, "?show=changes")

    for act in ("Credit given", "Order begun", "Order paid", "Payment received", "Report paid for"):
        assert act in page


@pytest.mark.parametrize("query", ["", "?show=changes"])
def test_nobody_sees_what_happened_to_somebody_else(applicant_client: Client, other_applicant: Applicant, query: str):
    record_reading(actor="user:1", subject=other_applicant, purpose="Theirs", at=AT)
    record("payments.order_paid", actor="user:1", subject=other_applicant, at=AT)

    page = seen_by(applicant_client, query)

    assert "<table" not in page


def test_long_lists_come_in_pages(applicant_client: Client, applicant: Applicant, django_assert_max_num_queries):
    for number in range(PAGE_SIZE * 2 + 1):
        record_reading(
            actor="user:1", subject=applicant, purpose=f"Purpose {number}.", at=AT + timedelta(minutes=number)
        )

    with django_assert_max_num_queries(12):
        page = seen_by(applicant_client)
    shown = []
    while found := re.search(r'href="[^"]*(\?before=\d+)" rel="next"', page):
        shown += re.findall(r"Purpose (\d+)\.", page)
        page = seen_by(applicant_client, found[1])
    shown += re.findall(r"Purpose (\d+)\.", page)

    assert [int(number) for number in shown] == list(reversed(range(PAGE_SIZE * 2 + 1)))


@pytest.mark.parametrize("before", ["x", "-1", "0", "9" * 19, "1%00", "٣", "1;DROP"])
def test_a_start_that_is_no_number_is_the_newest_page_or_an_empty_one(
    applicant_client: Client, applicant: Applicant, before: str
):
    record_reading(actor="user:1", subject=applicant, purpose="Test", at=AT)

    response = applicant_client.get(f"{reverse('account_activity')}?before={before}")

    assert response.status_code == 200


def test_staff_have_no_activity_of_their_own_and_strangers_sign_in(client: Client, staff_client: Client):
    assert staff_client.get(reverse("account_activity")).status_code == 403
    assert client.get(reverse("account_activity")).status_code == 302
    assert client.post(reverse("account_activity")).status_code in {302, 405}


def test_the_account_leads_there(applicant_client: Client):
    assert reverse("account_activity") in applicant_client.get(reverse("account_home")).content.decode()


def test_history_of_a_record_names_actor_act_reason_and_time(
    staff_client: Client, staff_member: User, applicant: Applicant
):
    colleague = StaffFactory.create()
    record("tests.hold_placed", actor=f"user:{colleague.pk}", subject=applicant, at=AT, reason="Papers", kind="fees")
    record("applicants.contact_updated", actor=f"user:{applicant.user.pk}", subject=applicant, at=AT, changed="phone")
    record("tests.done", actor="sweep", subject=applicant, at=AT, ready=True, none=None)
    address = reverse("admin:applicants_applicant_history", args=[applicant.pk])

    page = open_record(staff_client, address).content.decode()

    for words in (
        colleague.username,
        "Hold placed",
        "Papers",
        "kind: fees",
        "March 2, 2026, 10:00 AM ET",
        "the account’s owner",
        "Contact details changed",
        "sweep",
        "none: none, ready: yes",
        "Record opened",
        staff_member.username,
    ):
        assert words in page
    assert applicant.user.email not in page


def test_history_comes_in_pages_and_is_of_this_record_alone(staff_client: Client, staff_member: User):
    other = StaffFactory.create()
    for number in range(PAGE_SIZE + 1):
        record("tests.done", actor="sweep", subject=staff_member, at=AT, reason=f"Reason {number}.")
    record("tests.done", actor="sweep", subject=other, at=AT, reason="Reason of another.")
    address = reverse("admin:applicants_user_history", args=[staff_member.pk])

    newest = staff_client.get(address).content.decode()
    start = re.search(r'href="(\?before=\d+)" rel="next"', newest)
    assert start
    oldest = staff_client.get(address + start[1]).content.decode()

    assert len(re.findall(r"Reason \d+\.", newest)) == PAGE_SIZE
    assert re.findall(r"Reason \d+\.", oldest) == ["Reason 0."]
    assert "of another" not in newest + oldest


def test_every_page_of_staff_has_a_history(staff_client: Client, staff_member: User):

    models = [model for model in admin.site._registry if model._meta.model_name != "user"]

    templates = {type(admin.site._registry[model]).object_history_template for model in models}

    assert templates == {None}
    assert (
        "no event of this record"
        in staff_client.get(reverse("admin:applicants_user_history", args=[staff_member.pk])).content.decode()
    )
