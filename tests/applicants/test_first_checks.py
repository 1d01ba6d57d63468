"""Whoever mistyped while registering is set right by the first document, and is still compared with everybody on record."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from applicants.models import (
    Applicant,
    FormerNameOfRecord,
    IdentityCheck,
    NameRequest,
    Registration,
    SuspectedDuplicate,
    User,
    VerifiedName,
)
from applicants.models.reviews import ReviewedRecord
from applicants.services import identity, names
from applicants.services.first_checks import was_checked
from applicants.services.identity import SubmissionError
from applicants.services.registration.comparing import compare
from applicants.services.registration.finishing import TURN
from applicants.services.reviews import DecisionError
from certification.facts import Name
from certification.services import facts_as_of
from portal.locks import wait_for_turn
from portal.models import AuditEvent, InboxMessage
from tests.applicants.identity_scenes import (
    AT,
    accept_change,
    ask_for_change,
    nothing_happens,
    passes,
    reading,
    scan,
    send_passport,
    taken,
)
from tests.factories.applicants import ApplicantFactory, RegistrationFactory, StaffFactory
from tests.support.sign_in import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("uploads_dir")]
RIGHT: dict[str, Any] = {"family_name": "Mensah", "given_names": "Kofi"}  # Any: arguments of many functions
DAY = date(2026, 5, 4)


@pytest.fixture
def reviewer(db: None) -> User:
    return StaffFactory.create()


@pytest.fixture
def mistyped(db: None) -> Applicant:
    """Kofi Mensah, who wrote another name when he registered, and whom nobody has checked."""
    return ApplicantFactory.create(family_name="Mensha", given_names="Kfoi", identity_checked_on=None)


def address(record: ReviewedRecord) -> str:
    return reverse(f"admin:applicants_{record._meta.model_name}_change", args=[record.pk])


def test_a_mistyped_name_is_set_right_before_the_passport_is_shown(
    client: Client, mistyped: Applicant, reviewer: User, enqueued: list[object]
):
    with nothing_happens(enqueued), pytest.raises(SubmissionError, match="ask for a change of your name of record"):
        send_passport(mistyped, **RIGHT)
    sign_in(client, mistyped.user)
    assert reverse("name_change") in client.get(reverse("identity")).content.decode()
    page = client.get(reverse("name_change")).content.decode()
    assert "We have not checked your identity yet" in page
    assert "stays on record as a verified name" not in page
    asked = {**RIGHT, "reason": "correction", "understands": "on", "file": scan(90)}
    client.post(reverse("name_change"), asked)
    accept_change(NameRequest.objects.get(), reviewer)

    mistyped.refresh_from_db()
    assert (mistyped.family_name, mistyped.identity_checked_on) == ("Mensah", None)
    assert FormerNameOfRecord.objects.get().family_name == "Mensha"
    assert "show us your passport under this name" in InboxMessage.objects.get(kind="name_changed").text

    check = send_passport(mistyped)
    taken(check, reviewer)
    identity.accept(key=check.pk, reading=reading(check), not_a_duplicate=False, reviewer=reviewer, at=AT)

    mistyped.refresh_from_db()
    assert mistyped.identity_checked_on == DAY
    printed = facts_as_of(applicant_id=mistyped.pk, as_of=DAY)
    assert (printed.name, printed.other_verified_names) == (Name("Mensah", "Kofi"), ())


def test_a_second_change_keeps_the_name_that_a_document_showed(mistyped: Applicant, reviewer: User):
    accept_change(ask_for_change(mistyped, **RIGHT), reviewer)
    accept_change(ask_for_change(mistyped, shade=91, family_name="Boateng"), reviewer)

    mistyped.refresh_from_db()
    assert mistyped.identity_checked_on is None
    assert [name.family_name for name in VerifiedName.objects.all()] == ["Mensah"]


def test_a_name_set_right_is_compared_with_everybody_on_record(
    staff_client: Client, mistyped: Applicant, reviewer: User, enqueued: list[object]
):
    twin = ApplicantFactory.create(**RIGHT, birth_date=mistyped.birth_date)
    request = ask_for_change(mistyped, at=timezone.now(), **RIGHT)
    found = {"read_expires_on": "2100-05-01"}
    passes(request)
    staff_client.post(address(request), {"act": "take"})
    shown = staff_client.get(address(request)).content.decode()
    assert "Records that may be of the same person" in shown
    assert reverse("admin:applicants_applicant_change", args=[twin.pk]) in shown

    with nothing_happens(enqueued):
        answer = staff_client.post(address(request), entered(request, **found))
    assert "Compare both records first" in answer.content.decode()
    staff_client.post(address(request), entered(request, **found, not_a_duplicate="on"))

    request.refresh_from_db()
    assert request.state == "accepted"


def test_a_change_of_somebody_who_was_checked_asks_for_no_comparison(applicant: Applicant, reviewer: User):
    ApplicantFactory.create(family_name="Boateng", given_names="Kofi", birth_date=applicant.birth_date)

    request = ask_for_change(applicant)

    assert names.same_people(request, None, checked=was_checked(applicant)) == []
    accept_change(request, reviewer)


def test_the_service_compares_too(mistyped: Applicant, reviewer: User, enqueued: list[object]):
    ApplicantFactory.create(**RIGHT, birth_date=mistyped.birth_date)
    request = ask_for_change(mistyped, **RIGHT)
    taken(request, reviewer)

    with nothing_happens(enqueued), pytest.raises(DecisionError) as error:
        names.accept(key=request.pk, reading=reading(request), not_a_duplicate=False, reviewer=reviewer, at=AT)

    assert error.value.field == "not_a_duplicate"


# --- A mistyped birth date ---

BORN, MISTYPED = date(1990, 3, 14), date(1990, 4, 13)


@pytest.fixture
def misdated(db: None) -> Applicant:
    """Kofi Mensah, who entered another birth date when he registered, and whom nobody has checked."""
    return ApplicantFactory.create(**RIGHT, birth_date=MISTYPED, identity_checked_on=None)


def test_the_first_document_corrects_the_birth_date(staff_client: Client, misdated: Applicant, enqueued: list[object]):
    check = send_passport(misdated, at=timezone.now(), expires_on=date(2100, 5, 1))
    passes(check)
    staff_client.post(address(check), {"act": "take"})
    found = {"read_birth_date": str(BORN), "read_expires_on": "2100-05-01"}

    assert "takes_birth_date" not in staff_client.get(address(check)).content.decode()
    with nothing_happens(enqueued):
        refused = staff_client.post(address(check), entered(check, **found)).content.decode()
    assert "differs from the record" in refused
    # Apart from the checks, of which a reviewer ticks every one.
    assert refused.index("takes_birth_date") < refused.index('id="id_checks"')
    staff_client.post(address(check), entered(check, **found, takes_birth_date="on"))

    misdated.refresh_from_db()
    assert misdated.birth_date == BORN
    assert misdated.identity_checked_on is not None
    event = AuditEvent.objects.get(event="applicants.birth_date_corrected")
    assert (event.person, event.facts) == (misdated.pk, {})
    assert "the one in your document" in InboxMessage.objects.get(kind="identity_accepted").text


def test_name_and_birth_date_may_both_be_mistyped(mistyped: Applicant, reviewer: User):
    born = date(1991, 3, 14)
    accept_change(ask_for_change(mistyped, **RIGHT), reviewer, birth_date=born, takes_birth_date=True)

    mistyped.refresh_from_db()
    assert (mistyped.full_name, mistyped.birth_date) == ("Kofi Mensah", born)
    assert "the one in your document" in InboxMessage.objects.get(kind="name_changed").text


def test_a_change_of_name_alone_says_nothing_of_the_birth_date(mistyped: Applicant, reviewer: User):
    accept_change(ask_for_change(mistyped, **RIGHT), reviewer)

    assert "date of birth" not in InboxMessage.objects.get(kind="name_changed").text


def test_a_birth_date_that_was_checked_once_is_taken_from_no_document(
    staff_client: Client, applicant: Applicant, reviewer: User, enqueued: list[object]
):
    request = ask_for_change(applicant)
    taken(request, reviewer)
    entry = reading(request, birth_date=date(1991, 3, 14), takes_birth_date=True)

    with nothing_happens(enqueued), pytest.raises(DecisionError) as error:
        names.accept(key=request.pk, reading=entry, not_a_duplicate=True, reviewer=reviewer, at=AT)

    assert error.value.field == "birth_date"
    assert "takes_birth_date" not in staff_client.get(address(request)).content.decode()


def test_a_date_typed_in_another_form_is_the_same_date(staff_client: Client, misdated: Applicant):
    check = send_passport(misdated, at=timezone.now())
    passes(check)
    staff_client.post(address(check), {"act": "take"})
    found = {"read_birth_date": f"{BORN:%m/%d/%Y}", "read_expires_on": "05/01/2100"}

    refused = staff_client.post(address(check), entered(check, **found)).content.decode()

    assert "takes_birth_date" in refused
    assert refused.count("≠ check") == 1
    # What the reviewer ticks is true whether the date of the record or of the document stays.
    assert "I read the birth date in the document" in refused
    staff_client.post(address(check), entered(check, **found, takes_birth_date="on"))
    misdated.refresh_from_db()
    assert misdated.birth_date == BORN


def test_the_page_of_an_unchecked_person_takes_few_queries(
    staff_client: Client, misdated: Applicant, django_assert_max_num_queries
):
    ApplicantFactory.create(**RIGHT, birth_date=BORN)
    check = send_passport(misdated, at=timezone.now())
    passes(check)
    staff_client.post(address(check), {"act": "take"})
    found = {"read_birth_date": str(BORN), "read_expires_on": "2100-05-01"}
    staff_client.post(address(check), entered(check, **found) | {"act": "save"}, follow=True)

    with django_assert_max_num_queries(12):
        page = staff_client.get(address(check)).content.decode()

    assert "Records that may be of the same person" in page


def test_an_impossible_birth_date_is_read_again(misdated: Applicant, reviewer: User, enqueued: list[object]):
    check = send_passport(misdated)
    taken(check, reviewer)
    entry = reading(check, birth_date=date(2020, 3, 14), takes_birth_date=True)

    with nothing_happens(enqueued), pytest.raises(DecisionError, match="Read the date again"):
        identity.accept(key=check.pk, reading=entry, not_a_duplicate=True, reviewer=reviewer, at=AT)


def test_a_corrected_birth_date_is_compared_with_everybody_on_record(
    staff_client: Client, misdated: Applicant, enqueued: list[object]
):
    twin = ApplicantFactory.create(**RIGHT, birth_date=BORN)
    check = send_passport(misdated, at=timezone.now(), expires_on=date(2100, 5, 1))
    passes(check)
    staff_client.post(address(check), {"act": "take"})
    found = {"read_birth_date": str(BORN), "read_expires_on": "2100-05-01", "takes_birth_date": "on"}

    with nothing_happens(enqueued):
        refused = staff_client.post(address(check), entered(check, **found)).content.decode()
    assert "Compare both records first" in refused
    assert reverse("admin:applicants_applicant_change", args=[twin.pk]) in refused
    staff_client.post(address(check), entered(check, **found, not_a_duplicate="on"))

    misdated.refresh_from_db()
    assert misdated.birth_date == BORN


# --- Registrations that are sent or wait meanwhile ---


def accept_birth_date(check: IdentityCheck, reviewer: User) -> None:
    """Let the passport correct the birth date."""
    taken(check, reviewer)
    entry = reading(check, birth_date=BORN, takes_birth_date=True)
    identity.accept(key=check.pk, reading=entry, not_a_duplicate=False, reviewer=reviewer, at=AT)


def test_a_waiting_registration_that_is_like_the_right_name_is_shown_to_staff(mistyped: Applicant, reviewer: User):
    waiting: Registration = RegistrationFactory.create(state="under_review", **RIGHT, birth_date=mistyped.birth_date)
    RegistrationFactory.create(state="under_review", family_name="Diallo", birth_date=date(1980, 11, 30))

    accept_change(ask_for_change(mistyped, **RIGHT), reviewer)

    suspicion = SuspectedDuplicate.objects.get()
    assert (suspicion.registration, suspicion.applicant) == (waiting, mistyped)
    assert suspicion.reasons == ["birth_date", "name"]
    assert [other.applicant for other in compare(waiting).others] == [mistyped]


def test_a_waiting_registration_that_is_like_the_right_birth_date_is_shown_to_staff(
    misdated: Applicant, reviewer: User
):
    waiting: Registration = RegistrationFactory.create(state="under_review", **RIGHT, birth_date=BORN)

    accept_birth_date(send_passport(misdated), reviewer)

    suspicion = SuspectedDuplicate.objects.get()
    assert (suspicion.registration, suspicion.applicant) == (waiting, misdated)


def test_a_person_is_suspected_once(mistyped: Applicant, reviewer: User):
    """Also when the registration was suspected while the person's own one still waited."""
    born = mistyped.birth_date
    known, other = (
        RegistrationFactory.create(state="under_review", **RIGHT, birth_date=born, email=f"{name}@example.org")
        for name in ("known", "other")
    )
    own = RegistrationFactory.create(state="completed", applicant=mistyped, password="", finished_at=AT)
    SuspectedDuplicate.objects.create(registration=known, applicant=mistyped, reasons=["email"], found_at=AT)
    SuspectedDuplicate.objects.create(registration=other, other_registration=own, reasons=["email"], found_at=AT)

    accept_change(ask_for_change(mistyped, **RIGHT), reviewer)

    assert SuspectedDuplicate.objects.count() == 2


def statements(queries: CaptureQueriesContext) -> list[str]:
    """Return what was asked of the database, without marks of transactions."""
    return [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]


def test_corrections_take_the_turn_of_registrations_before_any_row(
    mistyped: Applicant, misdated: Applicant, reviewer: User
):
    """As registrations do; whoever locked a row first and then waited for the turn would be waited for in turn."""
    with CaptureQueriesContext(connection) as turn:
        wait_for_turn(TURN)
    request, check = ask_for_change(mistyped, **RIGHT), send_passport(misdated, shade=91)
    for record in (request, check):
        taken(record, reviewer)
    of_name, of_date = reading(request), reading(check, birth_date=BORN, takes_birth_date=True)

    with CaptureQueriesContext(connection) as name:
        names.accept(key=request.pk, reading=of_name, not_a_duplicate=False, reviewer=reviewer, at=AT)
    with CaptureQueriesContext(connection) as day:
        identity.accept(key=check.pk, reading=of_date, not_a_duplicate=True, reviewer=reviewer, at=AT)

    assert statements(name)[0] == statements(day)[0] == statements(turn)[0]


def entered(record: ReviewedRecord, **changes: object) -> dict[str, object]:
    """The review as a careful reviewer fills it."""
    read = reading(record)
    return {
        "act": "accept",
        "read_family_name": read.family_name,
        "read_given_names": read.given_names,
        "read_birth_date": str(read.birth_date),
        "read_expires_on": str(read.expires_on),
        "checks": list(read.checks),
        **changes,
    }
