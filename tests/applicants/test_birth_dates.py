"""A birth date that was checked once and is wrong: corrected by a document that two people have read."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from applicants.models import Applicant, BirthDateCorrection, IdentityCheck, Registration, SuspectedDuplicate, User
from applicants.roles import Role
from applicants.services import birth_dates, reviews
from applicants.services.identity import IdentityNotCheckedError, SubmissionError
from applicants.services.purging import images_due
from applicants.services.reviews import ReviewError
from certification.services import facts_as_of
from portal.audit import actor_label
from portal.four_eyes import SamePersonError
from portal.models import AuditEvent, InboxMessage, OutgoingEmail, Proposal
from tests.applicants.identity_scenes import AT, WATCHED, passes, reading, scan, send_passport, taken
from tests.factories.applicants import ApplicantFactory, RegistrationFactory
from tests.people import browser_of, staff_in
from tests.support import unchanged

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("uploads_dir")]
OLD, NEW = date(1990, 3, 14), date(1990, 3, 15)
PAGE, WITHDRAW = reverse("birth_date"), reverse("birth_date_withdraw")
TYPED = {
    "birth_date_day": "15",
    "birth_date_month": "3",
    "birth_date_year": "1990",
    "explanation": "Passport corrected",
}


def nothing_happens(enqueued):
    return unchanged.nothing_happens(enqueued, *WATCHED, BirthDateCorrection, Proposal, InboxMessage)


def ask(applicant: Applicant, birth_date: date = NEW, shade: int = 40) -> BirthDateCorrection:
    return birth_dates.ask(
        applicant=applicant,
        birth_date=birth_date,
        explanation="Passport corrected",
        file=scan(shade),
        at=AT,
        actor=actor_label(applicant.user),
    )


def decide(
    correction: BirthDateCorrection, reviewer: User, *, not_a_duplicate: bool = False, **changes: object
) -> bool:
    """Take it and press the button."""
    taken(correction, reviewer)
    good = {"birth_date": NEW, "internal_note": "A slip at the first check", **changes}
    entered = reading(correction, **good)
    return birth_dates.accept(
        key=correction.pk, reading=entered, not_a_duplicate=not_a_duplicate, reviewer=reviewer, at=AT
    )


@pytest.fixture
def first(db: None) -> User:
    return staff_in(Role.CREDENTIAL_REVIEWER)


@pytest.fixture
def second(db: None) -> User:
    return staff_in(Role.SENIOR_REVIEWER)


def born(applicant: Applicant) -> date:
    return Applicant.objects.get(pk=applicant.pk).birth_date


def test_two_people_correct_it_and_the_old_date_is_kept(applicant: Applicant, first: User, second: User):
    correction = ask(applicant)

    assert decide(correction, first) is False
    correction.refresh_from_db()
    # The second person reads for themself.
    assert (born(applicant), correction.state, correction.read_birth_date, correction.checks) == (
        OLD,
        "in_review",
        None,
        [],
    )
    assert decide(correction, second) is True

    correction.refresh_from_db()
    assert (born(applicant), correction.state, correction.old_birth_date) == (NEW, "accepted", OLD)
    assert Applicant.objects.get().identity_checked_on == date(2026, 5, 4)
    proposal = Proposal.objects.get()
    assert (proposal.proposed_by, proposal.decided_by) == (actor_label(first), actor_label(second))
    event = AuditEvent.objects.get(event="applicants.birth_date_corrected", person=applicant.pk)
    assert (event.actor, event.facts) == (actor_label(second), {"correction": correction.pk})
    written = str(
        [
            *AuditEvent.objects.values_list("facts", "reason"),
            *OutgoingEmail.objects.values_list("subject", "text", "html"),
            *InboxMessage.objects.values_list("title", "text"),
        ]
    )
    assert not [day for day in ("1990", "March") if day in written]
    assert OutgoingEmail.objects.get(template="birth_date_corrected").to_email == applicant.user.email
    # What is made from now on has the right date, whatever the day it speaks of; staff look at what was sent before.
    assert facts_as_of(applicant_id=applicant.pk, as_of=date(2026, 5, 3)).birth_date == NEW
    assert OutgoingEmail.objects.filter(subject__contains="A checked birth date was corrected").count() == 1


def test_nobody_decides_what_they_proposed(applicant: Applicant, second: User, enqueued: list[object]):
    correction = ask(applicant)
    decide(correction, second)
    reviews.take(BirthDateCorrection, correction.pk, reviewer=second, at=AT)

    entered = reading(correction, birth_date=NEW, internal_note="Again")

    with nothing_happens(enqueued), pytest.raises(SamePersonError):
        birth_dates.accept(key=correction.pk, reading=entered, not_a_duplicate=False, reviewer=second, at=AT)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"birth_date": OLD}, "birth_date"),
        ({"birth_date": None}, "birth_date"),
        ({"birth_date": date(1990, 3, 16)}, "birth_date"),
        ({"family_name": "Mensa"}, "family_name"),
        ({"expires_on": AT.date() - timedelta(days=1)}, "expires_on"),
        ({"checks": ()}, "checks"),
        ({"internal_note": " "}, "internal_note"),
    ],
)
def test_what_does_not_agree_is_refused(applicant: Applicant, first: User, enqueued: list[object], changes, field):
    correction = ask(applicant)
    taken(correction, first)
    entered = reading(correction, **{"birth_date": NEW, "internal_note": "A slip", **changes})

    with nothing_happens(enqueued), pytest.raises(ReviewError) as refused:
        birth_dates.accept(key=correction.pk, reading=entered, not_a_duplicate=False, reviewer=first, at=AT)

    assert refused.value.field == field  # type: ignore[attr-defined]  # a DecisionError


def test_a_second_person_who_reads_another_date_corrects_nothing(applicant: Applicant, first: User, second: User):
    check = send_passport_accepted(applicant)
    correction = birth_dates.find_in_record(record=check, reason="Read wrongly", at=AT, actor=actor_label(first))
    decide(correction, first)

    with pytest.raises(ReviewError, match="read another date"):
        decide(correction, second, birth_date=date(1990, 3, 16))

    assert born(applicant) == OLD


def send_passport_accepted(applicant: Applicant) -> IdentityCheck:
    """A passport in the record whose picture is still there."""
    Applicant.objects.update(identity_checked_on=None)
    check = send_passport(applicant)
    passes(check)
    IdentityCheck.objects.update(state="accepted", decided_at=AT, decided_by="user:1")
    Applicant.objects.update(identity_checked_on=AT.date())
    return IdentityCheck.objects.select_related("upload", "applicant").get()


def test_staff_find_the_error_in_a_document_of_the_record(applicant: Applicant, first: User, second: User):
    check = send_passport_accepted(applicant)
    words = {"action": "look_again", "_selected_action": [check.pk], "confirmed": "1", "words": "Read wrongly"}

    browser_of(Role.CREDENTIAL_REVIEWER).post(reverse("admin:applicants_identitycheck_changelist"), words)

    correction = BirthDateCorrection.objects.get()
    assert (correction.found_by, correction.upload, correction.explanation) == (
        actor_label(first),
        check.upload,
        "Read wrongly",
    )
    # The picture stays as long as somebody has to read it, and the person cannot take back what is not theirs.
    assert not images_due(AT + timedelta(days=900)).exists()
    with pytest.raises(SubmissionError):
        birth_dates.withdraw(applicant=applicant, at=AT, actor="tests")
    assert [decide(correction, first), decide(correction, second)] == [False, True]
    assert born(applicant) == NEW
    # As after a change of name: what was accepted under the record of before counts no more, the new reading does.
    assert IdentityCheck.objects.get().state == "invalidated"


def test_an_identity_form_with_the_old_date_ends(applicant: Applicant, first: User, second: User, settings):
    settings.IDENTITY_MODEL = "notarized_form"
    correction = ask(applicant)
    decide(correction, first)
    decide(correction, second)

    assert Applicant.objects.get().identity_checked_on is None
    assert "no longer valid" in InboxMessage.objects.get(kind="birth_date_corrected").text


def test_somebody_else_with_the_right_date_is_compared_first(applicant: Applicant, first: User, second: User):
    ApplicantFactory.create(birth_date=NEW)
    waiting = RegistrationFactory.create(birth_date=NEW, given_names="Kofi", state="under_review")
    correction = ask(applicant)

    with pytest.raises(ReviewError, match="Compare both records"):
        decide(correction, first)
    decide(correction, first, not_a_duplicate=True)
    decide(correction, second, not_a_duplicate=True)

    found = SuspectedDuplicate.objects.get(applicant=applicant)
    assert found.registration == Registration.objects.get(pk=waiting.pk)


def test_what_was_never_checked_is_left_to_the_first_document(
    applicant: Applicant, first: User, enqueued: list[object]
):
    Applicant.objects.update(identity_checked_on=None)
    check = send_passport(applicant)
    passes(check)

    with nothing_happens(enqueued):
        with pytest.raises(IdentityNotCheckedError):
            ask(applicant)
        with pytest.raises(ReviewError, match="first document"):
            birth_dates.find_in_record(record=check, reason="Wrong", at=AT, actor=actor_label(first))


def test_the_person_asks_sees_and_withdraws(applicant_client, applicant: Applicant):
    page = applicant_client.post(PAGE, TYPED | {"file": scan()}, follow=True).content.decode()
    assert "We have received your request" in page
    assert "March 15, 1990" in page
    assert "Send for checking" not in page

    again = applicant_client.post(PAGE, TYPED | {"file": scan(41)})
    assert "checking a request already" in again.content.decode()
    applicant_client.post(WITHDRAW)

    assert BirthDateCorrection.objects.get().state == "withdrawn"
    same = applicant_client.post(PAGE, TYPED | {"birth_date_day": "14", "file": scan()}).content.decode()
    assert "This date is on your record already" in same


def test_returned_with_the_reason_and_the_proposal_ends(applicant: Applicant, first: User, second: User):
    correction = ask(applicant)
    decide(correction, first)
    reviews.take(BirthDateCorrection, correction.pk, reviewer=second, at=AT)

    entered = reading(correction, return_reason="We cannot read it.")
    birth_dates.give_back(key=correction.pk, reading=entered, reviewer=second, at=AT)

    assert (born(applicant), Proposal.objects.get().state) == (OLD, "lapsed")
    assert InboxMessage.objects.get(kind="birth_date_request_returned")


def test_two_people_correct_it_on_the_pages_of_staff(applicant: Applicant):
    correction = ask(applicant)
    passes(correction)
    address = reverse("admin:applicants_birthdatecorrection_change", args=[correction.pk])
    values = {"read_family_name": "Mensah", "read_given_names": "Kofi", "read_birth_date": "1990-03-15"}
    checks = {"checks": ["name", "birth_date", "document"], "internal_note": "Seen", "read_expires_on": "2099-01-01"}

    dates = []
    for role in (Role.CREDENTIAL_REVIEWER, Role.SENIOR_REVIEWER):
        browser = browser_of(role)
        browser.post(address, {"act": "take"})
        assert "Correct (two people)" in browser.get(address).content.decode()
        assert browser.post(address, {"act": "accept", **values, **checks}).status_code == 302
        dates.append(born(applicant))

    assert dates == [OLD, NEW]
