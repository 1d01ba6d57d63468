"""Names of record: changes with their consequences, former names, and which name was in force when (R-NAME-1 to 4)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from applicants.models import Applicant, FormerNameOfRecord, IdentityCheck, NameRequest, User, VerifiedName
from applicants.services import identity, names, reviews
from applicants.services.identity import IdentityNotCheckedError, SubmissionError
from applicants.services.names import LateForAppointmentError
from applicants.services.readings import DOCUMENT_CHECK, NAME_CHECK
from applicants.states import NameRequestKind
from certification.facts import Name
from certification.services import facts_as_of
from portal.models import AuditEvent, InboxMessage, OutgoingEmail
from tests.applicants.identity_scenes import (
    AT,
    accept_change,
    ask_for_change,
    ask_for_verification,
    nothing_happens,
    reading,
    refuse,
    send_passport,
    taken,
)
from tests.factories.applicants import ApplicantFactory, StaffFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("uploads_dir")]
OLD, NEW = Name("Mensah", "Kofi"), Name("Boateng", "Kofi")
YEAR = timedelta(days=366)


@pytest.fixture
def reviewer(db: None) -> User:
    return StaffFactory.create()


def facts(applicant: Applicant, day: date):
    return facts_as_of(applicant_id=applicant.pk, as_of=day)


def decide(request: NameRequest, reviewer: User, **changes: object) -> None:
    names.accept(key=request.pk, reading=reading(request, **changes), not_a_duplicate=False, reviewer=reviewer, at=AT)


def test_a_change_waits_and_changes_nothing_yet(applicant: Applicant, enqueued: list[object]):
    request = ask_for_change(applicant)

    applicant.refresh_from_db()
    assert (request.state, request.kind, applicant.family_name) == ("requested", "change", "Mensah")
    assert not VerifiedName.objects.exists()
    assert AuditEvent.objects.get(event="applicants.name_requested").facts == {"kind": "change"}


def test_accepting_a_change_keeps_the_old_name_verified_and_dated(applicant: Applicant, reviewer: User):
    request = ask_for_change(applicant, native_script_name="Боатенг")
    accept_change(request, reviewer)

    applicant.refresh_from_db()
    assert (applicant.family_name, applicant.given_names) == ("Boateng", "Kofi")
    assert applicant.native_script_name == "Боатенг"
    assert VerifiedName.objects.get().family_name == "Mensah"
    former = FormerNameOfRecord.objects.get()
    assert (former.family_name, former.from_on, former.until_on) == ("Mensah", None, date(2026, 5, 4))
    event = AuditEvent.objects.get(event="applicants.name_changed")
    assert (event.actor, event.facts) == (f"user:{reviewer.pk}", {"request": request.pk})
    mail = OutgoingEmail.objects.get(template="name_changed")
    assert "Boateng" not in mail.subject + mail.text
    assert "administers your examinations" in mail.text


def test_facts_give_the_name_of_the_day(applicant: Applicant, reviewer: User):
    accept_change(ask_for_change(applicant), reviewer)

    before, after = facts(applicant, date(2026, 5, 3)), facts(applicant, date(2026, 5, 4))

    assert (before.name, before.other_verified_names) == (OLD, ())
    assert (after.name, after.other_verified_names) == (NEW, (OLD,))


def test_a_name_that_comes_back_is_printed_once(applicant: Applicant, reviewer: User):
    accept_change(ask_for_change(applicant), reviewer)
    applicant.refresh_from_db()
    accept_change(ask_for_change(applicant, at=AT + YEAR, family_name="Mensah", shade=33), reviewer, at=AT + YEAR)

    now = facts(applicant, date(2027, 5, 6))

    assert (now.name, now.other_verified_names) == (OLD, (NEW,))
    assert facts(applicant, date(2026, 12, 1)).name == NEW
    assert facts(applicant, date(2026, 1, 1)).name == OLD
    second = FormerNameOfRecord.objects.order_by("pk").last()
    assert (second.from_on, second.until_on) == (date(2026, 5, 4), date(2027, 5, 5))


def test_two_changes_on_one_day_leave_the_last(applicant: Applicant, reviewer: User):
    accept_change(ask_for_change(applicant), reviewer)
    applicant.refresh_from_db()
    accept_change(ask_for_change(applicant, family_name="Owusu", shade=33), reviewer)

    assert facts(applicant, date(2026, 5, 3)).name == OLD
    assert facts(applicant, date(2026, 5, 4)).name == Name("Owusu", "Kofi")


def test_days_are_counted_in_philadelphia(applicant: Applicant, reviewer: User):
    evening = datetime(2026, 5, 5, 2, tzinfo=UTC)
    accept_change(ask_for_change(applicant, at=evening), reviewer, at=evening)

    assert FormerNameOfRecord.objects.get().until_on == date(2026, 5, 4)


@pytest.mark.parametrize(("model", "still_checked"), [("passport", True), ("notarized_form", False)])
def test_a_change_ends_the_identity_form_and_counts_as_the_check_of_the_new_passport(
    settings, reviewer: User, model: str, still_checked: bool
):
    newcomer = ApplicantFactory.create(identity_checked_on=None)
    check = send_passport(newcomer)
    taken(check, reviewer)
    identity.accept(key=check.pk, reading=reading(check), not_a_duplicate=False, reviewer=reviewer, at=AT)
    settings.IDENTITY_MODEL = model
    newcomer.refresh_from_db()

    accept_change(ask_for_change(newcomer, at=AT + YEAR), reviewer, at=AT + YEAR)

    newcomer.refresh_from_db()
    assert (newcomer.identity_checked_on == date(2027, 5, 5)) is still_checked
    assert (newcomer.identity_checked_on is None) is not still_checked
    assert IdentityCheck.objects.get(pk=check.pk).state == "invalidated"
    assert AuditEvent.objects.filter(event="applicants.identity_invalidated").count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"family_name": "Boatang"}, "family_name"),
        ({"birth_date": date(1991, 3, 14)}, "birth_date"),
        ({"expires_on": date(2026, 5, 3)}, "expires_on"),
        ({"checks": (NAME_CHECK,)}, "checks"),
    ],
)
def test_accepting_a_change_is_refused_where_the_passport_does_not_fit(
    applicant: Applicant, reviewer: User, enqueued: list[object], changes: dict[str, object], field: str
):
    request = ask_for_change(applicant)
    taken(request, reviewer)

    with nothing_happens(enqueued), pytest.raises(reviews.DecisionError) as error:
        decide(request, reviewer, **changes)

    assert error.value.field == field


def test_returning_leaves_the_record_alone(applicant: Applicant, reviewer: User, enqueued: list[object]):
    request = ask_for_change(applicant)
    taken(request, reviewer)
    with nothing_happens(enqueued), pytest.raises(reviews.DecisionError):
        names.give_back(key=request.pk, reading=reading(request), reviewer=reviewer, at=AT)

    names.give_back(key=request.pk, reading=reading(request, return_reason="Expired"), reviewer=reviewer, at=AT)

    applicant.refresh_from_db()
    assert applicant.family_name == "Mensah"
    assert not FormerNameOfRecord.objects.exists()
    assert OutgoingEmail.objects.filter(template="name_request_returned").count() == 1


def test_the_name_of_record_is_no_change(applicant: Applicant, enqueued: list[object]):
    with nothing_happens(enqueued), pytest.raises(SubmissionError, match="name of record already"):
        ask_for_change(applicant, family_name="Mensah")


def test_letters_of_another_case_are_a_change_because_reports_print_them(applicant: Applicant):
    assert ask_for_change(applicant, family_name="mensah").pk


# --- Terms before an appointment ---


# May 4, 2026 is a Monday; Memorial Day is May 25.
@pytest.mark.parametrize(
    ("appointment_on", "late"),
    [(date(2026, 5, 12), True), (date(2026, 5, 13), False), (date(2026, 5, 4), True), (None, False)],
)
def test_a_change_needs_seven_business_days_before_an_appointment(
    applicant: Applicant, enqueued: list[object], appointment_on: date | None, late: bool
):
    if not late:
        assert ask_for_change(applicant, appointment_on=appointment_on).pk
        return
    with nothing_happens(enqueued), pytest.raises(LateForAppointmentError, match="7 business days"):
        ask_for_change(applicant, appointment_on=appointment_on)
    assert ask_for_change(applicant, appointment_on=appointment_on, knows_it_is_late=True).pk


@pytest.mark.parametrize(("accepted_on", "is_warned"), [(4, False), (7, False), (8, True), (18, True), (19, False)])
def test_who_waited_too_long_for_us_is_told_of_the_appointment(
    applicant: Applicant, reviewer: User, accepted_on: int, is_warned: bool
):
    request = ask_for_change(applicant, appointment_on=date(2026, 5, 18))

    accept_change(request, reviewer, at=AT.replace(day=accepted_on))

    told = InboxMessage.objects.get(kind="name_changed").text
    assert ("you cannot test on that day" in told) is is_warned
    assert "2026" not in OutgoingEmail.objects.get(template="name_changed").subject + told


def test_holidays_do_not_count_before_an_appointment():
    tuesday = datetime(2026, 5, 19, 15, tzinfo=UTC)

    assert names.is_late_for(date(2026, 5, 28), at=tuesday)
    assert not names.is_late_for(date(2026, 5, 29), at=tuesday)
    assert names.consequences(ApplicantFactory.build(), at=tuesday).earliest_appointment_on == date(2026, 5, 29)


# --- Former names ---


def test_verifying_a_former_name_never_alters_the_record(applicant: Applicant, reviewer: User):
    before = Applicant.objects.filter(pk=applicant.pk).values().get()
    request = ask_for_verification(applicant)
    taken(request, reviewer)

    names.accept(
        key=request.pk,
        reading=reading(request, checks=(NAME_CHECK, DOCUMENT_CHECK), birth_date=None, expires_on=None),
        not_a_duplicate=False,
        reviewer=reviewer,
        at=AT,
    )

    assert Applicant.objects.filter(pk=applicant.pk).values().get() == before
    assert not FormerNameOfRecord.objects.exists()
    assert facts(applicant, date(2026, 5, 4)).other_verified_names == (Name("Asante", "Kofi"),)
    assert facts(applicant, date(2026, 5, 4)).name == OLD


def test_a_former_name_needs_its_checks(applicant: Applicant, reviewer: User, enqueued: list[object]):
    request = ask_for_verification(applicant)
    taken(request, reviewer)

    with nothing_happens(enqueued), pytest.raises(reviews.DecisionError) as error:
        decide(request, reviewer, checks=(NAME_CHECK,))

    assert error.value.field == "checks"


@pytest.mark.parametrize("name", [("MENSAH", "KOFI"), ("Asante", "Kofi")])
def test_a_name_on_record_is_not_verified_again(applicant: Applicant, enqueued: list[object], name: tuple[str, str]):
    VerifiedName.objects.create(
        applicant=applicant, family_name="Asante", given_names="Kofi", verified_on=date(2020, 1, 1)
    )

    with nothing_happens(enqueued), pytest.raises(SubmissionError, match="on your record already"):
        ask_for_verification(applicant, name)


# --- Limits and order ---


def test_no_former_name_is_asked_for_before_identity_was_checked(enqueued: list[object]):
    newcomer = ApplicantFactory.create(identity_checked_on=None)

    with nothing_happens(enqueued), pytest.raises(IdentityNotCheckedError):
        ask_for_verification(newcomer)


def test_one_request_of_a_kind_waits_at_a_time(applicant: Applicant, enqueued: list[object]):
    first = ask_for_change(applicant)
    ask_for_verification(applicant)
    with nothing_happens(enqueued), pytest.raises(SubmissionError, match="checking a request of this kind"):
        ask_for_change(applicant, family_name="Owusu", shade=33)
    refuse(first)

    assert ask_for_change(applicant, family_name="Owusu", shade=33).state == "requested"
    first.refresh_from_db()
    assert first.state == "withdrawn"


def test_requests_are_limited(applicant: Applicant, enqueued: list[object]):
    for turn in range(names.MOST_REQUESTS):
        ask_for_verification(applicant, ("Asante", f"Kofi {'K' * turn}"), shade=turn, at=AT + timedelta(days=turn))
        names.withdraw(applicant=applicant, kind=NameRequestKind.FORMER_NAME, at=AT, actor="user:1")

    with nothing_happens(enqueued), pytest.raises(SubmissionError, match="10 requests in a year"):
        ask_for_change(applicant, at=AT + timedelta(days=20))
    assert ask_for_change(applicant, at=AT + timedelta(days=366)).pk


def test_a_request_can_be_withdrawn_until_a_reviewer_begins(applicant: Applicant, reviewer: User, enqueued):
    request = ask_for_change(applicant)
    with nothing_happens(enqueued), pytest.raises(SubmissionError, match="nothing to withdraw"):
        names.withdraw(applicant=applicant, kind=NameRequestKind.FORMER_NAME, at=AT, actor="user:1")
    taken(request, reviewer)
    with nothing_happens(enqueued), pytest.raises(SubmissionError, match="nothing to withdraw"):
        names.withdraw(applicant=applicant, kind=NameRequestKind.CHANGE, at=AT, actor="user:1")
