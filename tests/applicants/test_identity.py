"""Showing a passport: what is refused, what waits, and what a reviewer's decision brings (R-APP-4 to R-APP-6)."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from applicants.models import Applicant, IdentityCheck, User
from applicants.services import identity, purging, reviews
from applicants.services.identity import SubmissionError
from applicants.services.reviews import ReviewError
from applicants.states import IdentityState
from portal import retention
from portal.models import AuditEvent, OutgoingEmail, Upload
from portal.states import IllegalMoveError
from portal.uploads.services import UploadRefusedError
from tests.applicants.identity_scenes import (
    AT,
    NUMBER,
    claim,
    nothing_happens,
    passes,
    reading,
    refuse,
    scan,
    send_passport,
    taken,
)
from tests.factories.applicants import ApplicantFactory, IdentityCheckFactory, StaffFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("uploads_dir")]


@pytest.fixture
def newcomer(db: None) -> Applicant:
    """Kofi Mensah, whose identity nobody has checked."""
    return ApplicantFactory.create(identity_checked_on=None)


@pytest.fixture
def reviewer(db: None) -> User:
    return StaffFactory.create()


def decide(check: IdentityCheck, reviewer: User, *, not_a_duplicate: bool = False, **changes: object) -> IdentityCheck:
    return identity.accept(
        key=check.pk, reading=reading(check, **changes), not_a_duplicate=not_a_duplicate, reviewer=reviewer, at=AT
    )


def test_a_passport_waits_for_staff_and_is_on_record(newcomer: Applicant, enqueued: list[object]):
    check = send_passport(newcomer)

    assert (check.state, check.submitted_at, check.kind) == ("submitted", AT, "passport")
    assert check.upload.owner == newcomer.user
    newcomer.refresh_from_db()
    assert newcomer.identity_checked_on is None
    events = AuditEvent.objects.filter(event="applicants.identity_submitted")
    assert events.get().actor == f"user:{newcomer.user.pk}"
    assert NUMBER not in str(list(AuditEvent.objects.values()))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"expires_on": date(2026, 5, 3)}, "is expired"),
        ({"family_name": "Mensa"}, "name of record"),
        ({"given_names": ""}, "name of record"),
        ({"family_name": "Мensah"}, "name of record"),  # noqa: RUF001 - begins with a Cyrillic letter
    ],
)
def test_what_cannot_be_accepted_is_refused_at_once(
    newcomer: Applicant, enqueued: list[object], changes: dict[str, Any], words: str
):
    with nothing_happens(enqueued), pytest.raises(SubmissionError, match=words):
        send_passport(newcomer, **changes)


def test_a_passport_is_good_on_its_last_day(newcomer: Applicant):
    assert send_passport(newcomer, expires_on=date(2026, 5, 4)).pk


def test_a_file_that_is_refused_at_once_leaves_nothing(newcomer: Applicant, enqueued: list[object]):
    script = scan(name="passport.html")
    with nothing_happens(enqueued), pytest.raises(UploadRefusedError):
        identity.submit_passport(applicant=newcomer, claim=claim(newcomer), file=script, at=AT, actor="user:1")


def test_a_second_passport_is_refused_while_the_first_waits(newcomer: Applicant, enqueued: list[object]):
    send_passport(newcomer)

    with nothing_happens(enqueued), pytest.raises(SubmissionError, match="need not send it again"):
        send_passport(newcomer, shade=10)


def test_another_file_takes_the_place_of_one_that_did_not_pass(newcomer: Applicant):
    first = send_passport(newcomer)
    refuse(first)

    second = send_passport(newcomer, shade=10)

    first.refresh_from_db()
    assert (first.state, second.state) == ("withdrawn", "submitted")


def test_the_same_file_may_be_sent_again_after_it_was_returned(newcomer: Applicant, reviewer: User):
    first = send_passport(newcomer)
    taken(first, reviewer)
    identity.give_back(key=first.pk, reading=reading(first, return_reason="Too dark"), reviewer=reviewer, at=AT)

    second = send_passport(newcomer)

    assert second.upload_id == first.upload_id
    assert second.pk != first.pk


def test_nobody_who_is_checked_sends_again(applicant: Applicant, enqueued: list[object]):
    with nothing_happens(enqueued), pytest.raises(SubmissionError, match="confirmed already"):
        send_passport(applicant)


def test_the_number_of_submissions_is_limited(newcomer: Applicant, enqueued: list[object]):
    for _ in range(identity.MOST_SUBMISSIONS):
        IdentityCheckFactory.create(
            applicant=newcomer, state="withdrawn", created_at=AT, decided_at=AT, decided_by="user:1"
        )

    with nothing_happens(enqueued), pytest.raises(SubmissionError, match="10 documents"):
        send_passport(newcomer)
    assert send_passport(newcomer, at=AT + identity.SUBMISSION_WINDOW).pk


def test_what_waits_can_be_withdrawn_until_a_reviewer_begins(newcomer: Applicant, reviewer: User, enqueued):
    check = send_passport(newcomer)
    taken(check, reviewer)
    with nothing_happens(enqueued), pytest.raises(SubmissionError, match="nothing to withdraw"):
        identity.withdraw(applicant=newcomer, at=AT, actor="user:1")

    other = send_passport(ApplicantFactory.create(identity_checked_on=None), passport_number="X123456")
    assert identity.withdraw(applicant=other.applicant, at=AT, actor="user:1").state == "withdrawn"


def test_one_open_check_a_person_is_a_rule_of_the_database(newcomer: Applicant):
    IdentityCheckFactory.create(applicant=newcomer)

    with pytest.raises(IntegrityError, match="identity_check_one_open"), transaction.atomic():
        IdentityCheckFactory.create(applicant=newcomer)


# --- Staff ---


def test_accepting_confirms_the_person_from_that_day_on_and_tells_them(newcomer: Applicant, reviewer: User):
    check = send_passport(newcomer)
    taken(check, reviewer)

    decided = decide(check, reviewer)

    newcomer.refresh_from_db()
    assert newcomer.identity_checked_on == date(2026, 5, 4)
    assert (decided.state, decided.decided_by, decided.reviewer) == ("accepted", f"user:{reviewer.pk}", None)
    assert AuditEvent.objects.filter(event="applicants.identity_accepted", subject_id=str(check.pk)).count() == 1
    mail = OutgoingEmail.objects.get(template="identity_accepted")
    assert mail.to_email == newcomer.user.email
    assert "Mensah" not in mail.subject + mail.text


def test_what_the_passport_prints_in_capitals_is_the_same_name(newcomer: Applicant, reviewer: User):
    check = send_passport(newcomer, family_name="MENSAH", given_names="KOFI")
    taken(check, reviewer)

    assert decide(check, reviewer, family_name="MENSAH", given_names=" KOFI ").state == "accepted"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"family_name": "Mensa"}, "family_name"),
        ({"given_names": "Kofi Kwame"}, "family_name"),
        ({"birth_date": date(1990, 3, 15)}, "birth_date"),
        ({"birth_date": None}, "birth_date"),
        ({"expires_on": date(2026, 5, 3)}, "expires_on"),
        ({"expires_on": None}, "expires_on"),
        ({"checks": ("name", "birth_date")}, "checks"),
        ({"checks": ()}, "checks"),
    ],
)
def test_accepting_is_refused_where_the_document_does_not_fit(
    newcomer: Applicant, reviewer: User, enqueued: list[object], changes: dict[str, Any], field: str
):
    check = send_passport(newcomer)
    taken(check, reviewer)

    with nothing_happens(enqueued), pytest.raises(reviews.DecisionError) as error:
        decide(check, reviewer, **changes)

    assert error.value.field == field


def test_a_passport_that_expired_since_it_was_sent_is_refused(newcomer: Applicant, reviewer: User, enqueued):
    check = send_passport(newcomer, expires_on=date(2026, 5, 5))
    later = AT + timedelta(days=2)
    taken(check, reviewer, at=later)

    with nothing_happens(enqueued), pytest.raises(reviews.DecisionError, match="expired"):
        identity.accept(
            key=check.pk,
            reading=reading(check, expires_on=date(2026, 5, 5)),
            not_a_duplicate=False,
            reviewer=reviewer,
            at=later,
        )


def test_the_name_counts_that_is_on_record_when_it_is_decided(newcomer: Applicant, reviewer: User, enqueued):
    check = send_passport(newcomer)
    taken(check, reviewer)
    Applicant.objects.filter(pk=newcomer.pk).update(family_name="Owusu")

    with nothing_happens(enqueued), pytest.raises(reviews.DecisionError, match="name of record"):
        decide(check, reviewer)


def test_one_passport_of_two_people_waits_until_both_records_were_compared(
    newcomer: Applicant, reviewer: User, enqueued
):
    earlier = send_passport(ApplicantFactory.create(identity_checked_on=None))
    check = send_passport(newcomer)
    taken(check, reviewer)
    assert identity.same_passport(check) == [earlier]

    with nothing_happens(enqueued), pytest.raises(reviews.DecisionError, match="Another record"):
        decide(check, reviewer)

    assert decide(check, reviewer, not_a_duplicate=True).state == "accepted"


def test_a_file_that_has_not_passed_is_not_reviewed(newcomer: Applicant, reviewer: User, enqueued):
    check = send_passport(newcomer)

    with nothing_happens(enqueued), pytest.raises(reviews.DocumentNotReadyError):
        reviews.take(IdentityCheck, check.pk, reviewer=reviewer, at=AT)


def test_returning_needs_a_reason_and_tells_the_person_without_it(newcomer: Applicant, reviewer: User, enqueued):
    check = send_passport(newcomer)
    taken(check, reviewer)
    with nothing_happens(enqueued), pytest.raises(reviews.DecisionError) as error:
        identity.give_back(key=check.pk, reading=reading(check, return_reason=" "), reviewer=reviewer, at=AT)
    assert error.value.field == "return_reason"

    identity.give_back(key=check.pk, reading=reading(check, return_reason="Too dark"), reviewer=reviewer, at=AT)

    check.refresh_from_db()
    newcomer.refresh_from_db()
    assert (check.state, check.return_reason, newcomer.identity_checked_on) == ("returned", "Too dark", None)
    assert "Too dark" not in OutgoingEmail.objects.get(template="identity_returned").text


def test_a_record_belongs_to_one_reviewer_for_twenty_minutes(newcomer: Applicant, reviewer: User, enqueued):
    other, check = StaffFactory.create(), send_passport(newcomer)
    taken(check, reviewer)

    with nothing_happens(enqueued), pytest.raises(reviews.HeldByAnotherError, match=reviewer.username):
        reviews.take(IdentityCheck, check.pk, reviewer=other, at=AT + timedelta(minutes=19, seconds=59))
    with nothing_happens(enqueued), pytest.raises(reviews.NotYoursError):
        decide(check, other)

    reviews.take(IdentityCheck, check.pk, reviewer=other, at=AT + timedelta(minutes=20))
    with nothing_happens(enqueued), pytest.raises(reviews.NotYoursError):
        decide(check, reviewer)


def test_saving_keeps_what_was_entered_and_lets_others_go_on(newcomer: Applicant, reviewer: User):
    other, check = StaffFactory.create(), send_passport(newcomer)
    taken(check, reviewer)
    entered = reading(check, checks=("name", "nonsense"), internal_note="Ask a colleague", return_reason="Draft")

    reviews.save(IdentityCheck, check.pk, judgment=entered, reviewer=reviewer, at=AT)

    check.refresh_from_db()
    assert (check.checks, check.internal_note, check.read_family_name) == (["name"], "Ask a colleague", "Mensah")
    assert (check.state, check.decided_at) == ("in_review", None)
    assert reviews.take(IdentityCheck, check.pk, reviewer=other, at=AT).reviewer == other


def test_nothing_is_decided_twice(newcomer: Applicant, reviewer: User, enqueued):
    check = send_passport(newcomer)
    taken(check, reviewer)
    decide(check, reviewer)

    with nothing_happens(enqueued):
        for act in (
            lambda: decide(check, reviewer),
            lambda: reviews.take(IdentityCheck, check.pk, reviewer=reviewer, at=AT),
            lambda: identity.give_back(
                key=check.pk, reading=reading(check, return_reason="No"), reviewer=reviewer, at=AT
            ),
        ):
            with pytest.raises(ReviewError):
                act()


def test_nobody_reviews_their_own_record(newcomer: Applicant, enqueued):
    check = send_passport(newcomer)
    passes(check)

    with nothing_happens(enqueued), pytest.raises(reviews.NotYoursError, match="own record"):
        reviews.take(IdentityCheck, check.pk, reviewer=newcomer.user, at=AT)


def test_a_state_is_left_only_as_the_table_allows(newcomer: Applicant):
    check = send_passport(newcomer)

    with pytest.raises(IllegalMoveError):
        reviews.decide(check, IdentityState.ACCEPTED, actor="user:1", at=AT)


def test_the_gate_reads_the_database_and_not_what_was_loaded(applicant: Applicant):
    identity.require_checked(applicant)
    Applicant.objects.filter(pk=applicant.pk).update(identity_checked_on=None)

    with pytest.raises(identity.IdentityNotCheckedError):
        identity.require_checked(applicant)


def test_what_is_promised_comes_from_what_was_kept(newcomer: Applicant):
    assert reviews.promised_days(IdentityCheck, at=AT) == reviews.TARGET_DAYS
    for turn in range(20):
        # Decided after one business day, three of them after four.
        days = 4 if turn in {3, 7, 11} else 1
        IdentityCheckFactory.create(
            state="accepted",
            submitted_at=AT - timedelta(days=14),
            decided_at=AT - timedelta(days=14 - days),
            decided_by="user:1",
        )

    assert reviews.promised_days(IdentityCheck, at=AT) == 4
    assert reviews.promised_days(IdentityCheck, at=AT + timedelta(days=365)) == reviews.TARGET_DAYS


# --- Pictures ---


def test_pictures_are_erased_when_their_time_after_the_decision_is_over(
    newcomer: Applicant, reviewer: User, uploads_dir, settings, django_capture_on_commit_callbacks
):
    check = send_passport(newcomer)
    taken(check, reviewer)
    decide(check, reviewer)
    rule = retention.table.rules["identity-images"]
    over = AT + timedelta(days=settings.IDENTITY_IMAGE_DAYS)
    assert [path for path in uploads_dir.rglob("*") if path.is_file()]

    with django_capture_on_commit_callbacks(execute=True):
        assert retention.purge([rule], at=over)["identity-images"] == 0
        assert retention.purge([rule], at=over + timedelta(seconds=1))["identity-images"] == 1

    assert [path for path in uploads_dir.rglob("*") if path.is_file()] == []
    check.refresh_from_db()
    assert check.upload.erased_at
    assert not check.upload.is_shown
    assert check.state == "accepted"
    assert retention.purge([rule], at=over + timedelta(days=9))["identity-images"] == 0


def test_a_picture_stays_while_it_was_sent_again_and_is_undecided(newcomer: Applicant, reviewer: User):
    first = send_passport(newcomer)
    taken(first, reviewer)
    identity.give_back(key=first.pk, reading=reading(first, return_reason="Again"), reviewer=reviewer, at=AT)
    send_passport(newcomer, at=AT + timedelta(days=1))

    assert not purging.images_due(AT + timedelta(days=1000)).exists()
    assert Upload.objects.count() == 1
