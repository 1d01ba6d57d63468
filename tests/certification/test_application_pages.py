"""The physician's pages of the Application for Certification."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from applicants.models import Applicant
from certification.application_texts import CURRENT_BOOKLET, CURRENT_CONFIRMATION
from certification.models import Application, MedicalEducation, MedicalSchoolAttendance
from certification.services.application import drafts, reminders
from certification.states import ApplicationState
from payments.models import Order, OrderLine, Payment
from payments.services import sync
from portal import retention
from portal.models import AuditEvent, InboxMessage
from sandbox.stripe_double.process import StripeDoubleProcess
from tests.certification import applications
from tests.certification.applications import (
    FEE_CENTS,
    attended,
    complete,
    degree,
    degree_answers,
    eligible_school,
    page,
    school_answers,
)
from tests.factories.applicants import ApplicantFactory

pytestmark = pytest.mark.django_db(transaction=True)
A = ApplicationState


def purge(*, at: datetime) -> None:
    """Run the retention rule of drafts."""
    retention.purge([retention.table.rules["application-draft"]], at=at)


def now_of(applicant: Applicant) -> Application:
    return Application.objects.get(applicant=applicant)


def test_from_nothing_to_waiting_for_review(
    applicant: Applicant,
    applicant_client: Client,
    stripe_double: StripeDoubleProcess,
    django_assert_max_num_queries: DjangoAssertNumQueries,
):
    applications.make_fee()
    school = eligible_school(name="University of Sampleton", city="Accra")
    client = applicant_client
    assert "$160.00" in client.get(page("")).content.decode()

    assert client.post(page("start"))["Location"] == page("details")
    assert client.post(page("details"))["Location"] == page("education")
    first = client.post(page("attendance_new"), school_answers("Sampleton University"))
    assert "Is it one of these?" in first.content.decode()
    chosen = {"shown_for": "Sampleton University|GH", "chosen": school.code}
    assert client.post(page("attendance_new"), school_answers("Sampleton University") | chosen).status_code == 302
    assert client.post(page("education"), {"complete": "on"})["Location"] == page("degree")
    assert client.post(page("degree"), degree_answers())["Location"] == page("booklet")
    booklet = {"version": CURRENT_BOOKLET.version, "read": "on"}
    assert client.post(page("booklet"), booklet)["Location"] == page("purpose")
    signed = {"version": CURRENT_CONFIRMATION.version, "understood": "on", "signed_name": applicant.full_name.lower()}
    assert client.post(page("purpose"), signed)["Location"] == page("check")
    with django_assert_max_num_queries(12):
        shown = client.get(page("check")).content.decode()
    assert "University of Sampleton" in shown
    assert "MB ChB" in shown
    assert client.post(page("check"))["Location"] == "/orders/review/"
    assert now_of(applicant).state == A.DRAFT

    client.post("/orders/review/", {"total_cents": str(FEE_CENTS)})
    payment = Payment.objects.get()
    assert now_of(applicant).state == A.SUBMITTED
    stripe_double.control.pay(str(payment.session_id))
    sync.sync(payment.pk)

    done = now_of(applicant)
    assert (done.state, done.confirmation_version, done.signed_name) == (
        A.PAID,
        CURRENT_CONFIRMATION.version,
        applicant.full_name.lower(),
    )
    assert done.confirmed_at is not None
    assert InboxMessage.objects.filter(kind="application_received").count() == 1
    with django_assert_max_num_queries(12):
        assert "It is our turn" in client.get(page("")).content.decode()
    assert client.get(page("degree"))["Location"] == page("")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"first": "31 2 2009"}, "Enter a real date"),
        ({"first": "1 9 1807"}, "Enter a year between"),
        ({"first": "1 1 2999"}, "Enter a year between"),
        ({"last": "1 1 2001"}, "Enter a last day after the first day"),
        ({"school_name": ""}, "Enter the name of the medical school"),
        ({"school_name": "x" * 251}, "Use at most 250 characters"),
        ({"school_name": "Sample\0ton"}, "without control characters"),
        ({"country": "ZZ"}, "Select a country from the list"),
        ({"credit_years": "13"}, "Enter at most 12 credit years"),
        ({"credit_years": "-1"}, "Enter 0 or more"),
        ({"credit_years": "1e999"}, "credit years"),
        ({"awarded_degree": "perhaps"}, "Select one of the answers"),
        ({"premedical_only": "yes"}, "Select “No”"),
        ({"accepted": "1 9 2010"}, "this school gives the degree"),
        ({"accepted": "1 9 2008", "awarded_degree": "no"}, "Enter a day after your first day"),
        ({"accepted": "1 9 20100", "awarded_degree": "no"}, "Enter a real date"),
    ],
)
def test_a_school_that_cannot_be_is_refused_with_the_remedy(
    applicant: Applicant, applicant_client: Client, values: dict[str, str], said: str
):
    drafts.start(applicant=applicant, at=timezone.now(), actor="tests")
    drafts.see_details(applicant=applicant, at=timezone.now())

    answer = applicant_client.post(page("attendance_new"), school_answers("Sampleton", **values))

    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert MedicalSchoolAttendance.objects.count() == 0


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (degree_answers(graduation="1 9 2009"), "Enter a day after your first day"),
        (degree_answers(graduation="1 1 2030"), "not in the future"),
        (degree_answers(graduated="no"), "Enter the day you expect"),
        (degree_answers(printed="1 1 2029"), "not in the future"),
        (degree_answers() | {"degree_title": ""}, "exactly as on the diploma"),
    ],
)
def test_a_degree_that_cannot_be_is_refused(applicant: Applicant, applicant_client: Client, answers, said: str):
    complete(applicant, said=degree(title="Kept"))

    answer = applicant_client.post(page("degree"), answers)

    assert said in answer.content.decode()
    assert now_of(applicant).degree_title == "Kept"


@pytest.mark.parametrize(
    ("country", "graduated", "rule"),
    [("US", date(2015, 6, 30), "R-IMG-4"), ("CA", date(2025, 6, 30), "R-IMG-2")],
)
def test_who_cannot_be_certified_cannot_pay(
    applicant: Applicant, applicant_client: Client, country: str, graduated: date, rule: str
):
    applications.make_fee()
    complete(
        applicant, attended(eligible_school(country=country)), said=degree(graduation_on=graduated, degree_on=None)
    )

    shown = applicant_client.get(page("check")).content.decode()
    answer = applicant_client.post(page("check"), {"accepts_warnings": "on"})

    assert f"Rule {rule}" in shown
    assert "Go on to payment" not in shown
    assert answer.status_code == 200
    assert OrderLine.objects.count() == Order.objects.count() == 0


def test_a_first_day_graduate_of_a_canadian_school_may_pay(applicant: Applicant, applicant_client: Client):
    applications.make_fee()
    at_canada = attended(eligible_school(country="CA"), attended_to=date(2025, 7, 1))
    complete(applicant, at_canada, said=degree(graduation_on=date(2025, 7, 1), degree_on=None))

    assert applicant_client.post(page("check"))["Location"] == "/orders/review/"


def test_a_school_without_a_note_is_warned_of_before_paying(applicant: Applicant, applicant_client: Client):
    applications.make_fee()
    complete(applicant, attended())

    silent = applicant_client.post(page("check"))
    assert "We did not find your school" in silent.content.decode()
    assert OrderLine.objects.count() == 0
    told = applicant_client.post(page("check"), {"accepts_warnings": "on"})

    assert told["Location"] == "/orders/review/"


def test_double_submit_is_one_line_and_double_pay_one_payment(
    applicant: Applicant, applicant_client: Client, stripe_double: StripeDoubleProcess
):
    applications.make_fee()
    complete(applicant)
    for _ in range(2):
        applicant_client.post(page("check"))
    for _ in range(2):
        applicant_client.post("/orders/review/", {"total_cents": str(FEE_CENTS)})

    assert (OrderLine.objects.count(), Payment.objects.count()) == (1, 1)
    assert now_of(applicant).state == A.SUBMITTED


def test_given_up_payment_makes_it_a_draft_again(
    applicant: Applicant, applicant_client: Client, stripe_double: StripeDoubleProcess
):
    applications.make_fee()
    complete(applicant)
    applicant_client.post(page("check"))
    applicant_client.post("/orders/review/", {"total_cents": str(FEE_CENTS)})
    assert "A payment is under way" in _withdrawn(applicant_client)

    applicant_client.post(f"/payments/{Payment.objects.get().pk}/cancel/")

    assert (now_of(applicant).state, now_of(applicant).fee_paid_at) == (A.DRAFT, None)
    _withdrawn(applicant_client)
    assert now_of(applicant).state == A.WITHDRAWN
    assert not OrderLine.objects.filter(removed_at__isnull=True).exists()


def _withdrawn(client: Client) -> str:
    return client.post(page("withdraw"), {"sure": "on"}, follow=True).content.decode()


def test_answers_changed_in_another_tab_are_checked_again_when_pay_is_pressed(
    applicant: Applicant, applicant_client: Client
):
    applications.make_fee()
    complete(applicant)
    applicant_client.post(page("check"))
    drafts.keep_attendance(
        applicant=applicant,
        said=attended(None, awarded_degree=False, attended_to=None),
        key=None,
        at=timezone.now(),
    )

    answer = applicant_client.post("/orders/review/", {"total_cents": str(FEE_CENTS)})

    assert "The application changed meanwhile" in answer.content.decode()
    assert Payment.objects.count() == 0
    assert now_of(applicant).state == A.DRAFT


def test_a_strangers_history_does_not_exist(applicant: Applicant, other_applicant: Applicant, applicant_client: Client):
    complete(applicant)
    complete(other_applicant)
    theirs = MedicalSchoolAttendance.objects.get(application__applicant=other_applicant).pk

    for name in ("attendance", "attendance_remove"):
        assert applicant_client.get(page(name, theirs)).status_code == 404
        assert applicant_client.post(page(name, theirs), school_answers("Mine now")).status_code == 404
    assert MedicalSchoolAttendance.objects.count() == 2


def test_beginning_takes_a_post_and_a_checked_identity(applicant: Applicant, applicant_client: Client):
    assert applicant_client.get(page("start")).status_code == 405
    unchecked = ApplicantFactory.create(identity_checked_on=None)

    answer = applications.signed_in(unchecked).post(page("start"))

    assert answer["Location"] == "/account/identity/"
    assert Application.objects.count() == 0


def test_a_degree_on_record_needs_no_application(applicant: Applicant, applicant_client: Client):
    school = eligible_school()
    MedicalEducation.objects.create(applicant=applicant, school=school, school_name=school.name)

    assert "You do not need to apply again" in applicant_client.get(page("")).content.decode()
    applicant_client.post(page("start"))

    assert Application.objects.count() == 0


def test_the_history_is_full_at_its_limit_and_has_one_degree(applicant: Applicant, applicant_client: Client):
    school = eligible_school()
    complete(applicant, attended(school))
    second = applicant_client.post(page("attendance_new"), school_answers(school.name))
    assert "Another school in your history gives the degree" in second.content.decode()
    row = MedicalSchoolAttendance.objects.get()
    for _ in range(drafts.MOST_ATTENDANCES - 1):
        row.pk, row.awarded_degree = None, False
        row.save(force_insert=True)

    answer = applicant_client.post(page("attendance_new"), school_answers(school.name, awarded_degree="no"))

    assert "The history is full" in answer.content.decode()
    assert MedicalSchoolAttendance.objects.count() == drafts.MOST_ATTENDANCES


def test_the_signature_is_the_name_of_record(applicant: Applicant, applicant_client: Client):
    complete(applicant)
    Application.objects.update(confirmation_version="", confirmed_at=None, signed_name="")
    form = {"version": CURRENT_CONFIRMATION.version, "understood": "on", "signed_name": "Somebody Else"}

    assert "exactly as it is on record" in applicant_client.post(page("purpose"), form).content.decode()
    old = applicant_client.post(page("purpose"), {**form, "version": "1999-1", "signed_name": applicant.full_name})

    assert old["Location"] == page("")
    assert now_of(applicant).confirmed_at is None


def test_a_draft_is_kept_ninety_days_with_a_word_before_it_goes(applicant: Applicant, applicant_client: Client):
    complete(applicant)
    applicant_client.logout()
    left = now_of(applicant).changed_at

    assert reminders.remind(at=left + timedelta(days=75)) == 0
    assert reminders.remind(at=left + timedelta(days=77)) == 1
    assert reminders.remind(at=left + timedelta(days=78)) == 0
    assert InboxMessage.objects.get().kind == "application_reminder"
    purge(at=left + timedelta(days=89))
    assert now_of(applicant).degree_title == "MB ChB"
    drafts.see_details(applicant=applicant, at=left + timedelta(days=80))
    purge(at=left + timedelta(days=169))
    assert reminders.remind(at=left + timedelta(days=158)) == 1

    purge(at=left + timedelta(days=171))

    assert Application.objects.count() == MedicalSchoolAttendance.objects.count() == 0


def test_removing_a_school_stays_in_the_audit_log(applicant: Applicant, applicant_client: Client):
    complete(applicant)
    row = MedicalSchoolAttendance.objects.get()

    assert row.school_name in applicant_client.get(page("attendance_remove", row.pk)).content.decode()
    assert MedicalSchoolAttendance.objects.count() == 1
    applicant_client.post(page("attendance_remove", row.pk))

    assert MedicalSchoolAttendance.objects.count() == 0
    assert AuditEvent.objects.filter(event="certification.application_school_removed").count() == 1
    assert applicant_client.get(page("check"))["Location"] == page("education")
