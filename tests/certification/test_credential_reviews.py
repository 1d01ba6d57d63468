"""What reviewers decide about a credential."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from applicants.models import Applicant, User
from applicants.permissions import NotAllowedError
from applicants.roles import Role
from applicants.services import reviews
from applicants.services.reviews import DecisionError, HeldByAnotherError, NotYoursError
from certification.models import (
    Credential,
    MedicalSchool,
    VerificationRequest,
)
from certification.services.credentials import deciding, handing_in, moves
from certification.services.credentials.deciding import CHECKS
from certification.states import CredentialKind, CredentialPart, CredentialState
from portal.audit import actor_label
from portal.four_eyes import SamePersonError
from portal.models import InboxMessage, OutgoingEmail
from tests.certification.credential_reviewing import (
    reading,
    reviewer,
    school,
    senior,
    state_of,
    taken,
)
from tests.certification.credential_scenes import (
    AT,
    TITLE,
    add,
    describe,
    nothing_happens,
    passes,
    submit,
    upload,
    waiting,
)
from tests.factories.applicants import StaffFactory

__all__ = ["reviewer", "school", "senior"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("uploads_dir")]
C, P = CredentialState, CredentialPart


def test_an_accepted_diploma_is_made_ready_for_its_school_and_the_person_told(
    applicant: Applicant, school: MedicalSchool, reviewer: User
):
    credential = taken(applicant, reviewer)

    deciding.accept(key=credential.pk, reading=reading(credential), reviewer=reviewer, at=AT)

    assert state_of(credential) == C.ACCEPTED_FOR_VERIFICATION
    request = VerificationRequest.objects.get()
    assert (request.credential_id, request.school) == (credential.pk, school)
    assert [message.kind for message in InboxMessage.objects.all()] == ["credential_accepted"]
    stored = Credential.objects.get()
    assert (stored.read_name, stored.decided_by, stored.reviewer) == ("Kofi Mensah", actor_label(reviewer), None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"checks": ("name",)}, "checks"),
        ({"name": "K. Mensah"}, "name"),
        ({"name": ""}, "name"),
        ({"degree_title": "Licentiate of Magic"}, "degree_title"),
        ({"degree_title": "Licentiate of Magic", "title_by_hand": True, "internal_note": ""}, None),
        ({"degree_title": "DOCTOR OF  STOMATOLOGY", "title_by_hand": True, "internal_note": "Yes"}, "degree_title"),
        ({"degree_title": ""}, "degree_title"),
        ({"school_id": None}, "school"),
        ({"issued_on": None}, "issued_on"),
    ],
)
def test_what_does_not_agree_is_never_silently_accepted(
    applicant: Applicant, school: MedicalSchool, reviewer: User, enqueued, changes, field
):
    credential = taken(applicant, reviewer)

    with nothing_happens(enqueued), pytest.raises((DecisionError, NotAllowedError)) as refused:
        deciding.accept(key=credential.pk, reading=reading(credential, **changes), reviewer=reviewer, at=AT)

    assert getattr(refused.value, "field", None) == field
    assert VerificationRequest.objects.count() == 0


def test_a_title_that_the_guide_does_not_have_is_decided_by_a_senior_with_a_reason(
    applicant: Applicant, school: MedicalSchool, senior: User, enqueued
):
    credential = taken(applicant, senior)
    entered = reading(credential, degree_title="Medicinae Universae Doctor", title_by_hand=True)

    with nothing_happens(enqueued), pytest.raises(DecisionError, match="Say why"):
        deciding.accept(key=credential.pk, reading=entered, reviewer=senior, at=AT)
    entered = replace(entered, internal_note="Confirmed by the ministry on paper")
    deciding.accept(key=credential.pk, reading=entered, reviewer=senior, at=AT)

    accepted = Credential.objects.get(pk=credential.pk, state=C.ACCEPTED_FOR_VERIFICATION)
    assert accepted.title_accepted_on == date(2026, 5, 4)


def test_case_and_blanks_of_a_title_do_not_matter_and_the_year_does(school: MedicalSchool):
    assert deciding.judge_title(TITLE.upper().replace(" ", "  "), school, 2018).answer.value == "accepted"
    assert {deciding.judge_title(TITLE, *one).answer.value for one in ((school, 1999), (None, 2018))} == {"unknown"}


def test_a_translation_has_checks_of_its_own(applicant: Applicant, school: MedicalSchool, reviewer: User, enqueued):
    credential = upload(applicant).credential
    add(credential, P.TRANSLATION, shade=99)
    passes()
    describe(credential, language="es")
    submit(credential)
    reviews.take(Credential, credential.pk, reviewer=reviewer, at=AT)
    credential.refresh_from_db()
    plain = tuple(check for check in CHECKS if check not in {"word_for_word", "translator", "certified"})

    with nothing_happens(enqueued), pytest.raises(DecisionError):
        deciding.accept(key=credential.pk, reading=reading(credential, checks=plain), reviewer=reviewer, at=AT)
    deciding.accept(key=credential.pk, reading=reading(credential), reviewer=reviewer, at=AT)


def letter_taken(applicant: Applicant, who: User) -> Credential:
    """A letter of the school in place of the diploma, held by its reviewer."""
    credential = upload(applicant, part=P.SCHOOL_LETTER).credential
    passes()
    describe(credential, issued_on=None, degree_title="")
    submit(credential)
    reviews.take(Credential, credential.pk, reviewer=who, at=AT)
    return credential


@pytest.mark.parametrize(
    ("act", "checks", "said"),
    [
        (deciding.accept, tuple(CHECKS), "R-CRED-8"),
        (deciding.accept_letter, (deciding.NAME, deciding.COMPLETE), "checks"),
    ],
)
def test_a_letter_is_never_accepted_as_a_diploma_or_unchecked(
    applicant: Applicant, school: MedicalSchool, reviewer: User, enqueued, act, checks, said
):
    credential = letter_taken(applicant, reviewer)

    with nothing_happens(enqueued), pytest.raises(DecisionError, match=said):
        act(key=credential.pk, reading=reading(credential, checks=checks), reviewer=reviewer, at=AT)


def test_a_letter_counts_for_examinations(applicant: Applicant, school: MedicalSchool, reviewer: User):
    credential = letter_taken(applicant, reviewer)

    deciding.accept_letter(key=credential.pk, reading=reading(credential), reviewer=reviewer, at=AT)

    stored = Credential.objects.get()
    assert (stored.state, stored.letter_accepted_on) == (C.RETURNED_TO_APPLICANT, date(2026, 5, 4))
    assert InboxMessage.objects.get().kind == "credential_letter_accepted"
    with pytest.raises(handing_in.IncompleteError):
        submit(stored)


def test_a_return_needs_a_reason_which_stands_in_the_inbox_alone(
    applicant: Applicant, school: MedicalSchool, reviewer: User, enqueued
):
    credential = taken(applicant, reviewer)
    with nothing_happens(enqueued), pytest.raises(DecisionError):
        deciding.give_back(key=credential.pk, reading=reading(credential), reviewer=reviewer, at=AT)

    entered = reading(credential, return_reason="Page 2 is cut off", internal_note="Third time")
    deciding.give_back(key=credential.pk, reading=entered, reviewer=reviewer, at=AT)

    assert state_of(credential) == C.RETURNED_TO_APPLICANT
    message, mail = InboxMessage.objects.get(), OutgoingEmail.objects.get(template="credential_returned")
    assert "Page 2 is cut off" in message.text
    assert "Third time" not in message.text
    assert "Page 2" not in mail.text + mail.html + mail.subject


@pytest.mark.parametrize(
    ("act", "state", "told"),
    [(deciding.refuse, C.REFUSED, ["credential_refused"]), (deciding.suspect, C.SUSPECTED_FRAUD, [])],
)
def test_refusal_and_suspicion_take_two_people(
    applicant: Applicant, school: MedicalSchool, reviewer: User, senior: User, enqueued, act, state, told
):
    credential = taken(applicant, reviewer)
    entered = reading(credential, return_reason="Not eligible", internal_note="Seal is copied")

    assert act(key=credential.pk, reading=entered, reviewer=reviewer, at=AT) is False
    assert state_of(credential) == C.IN_REVIEW
    with nothing_happens(enqueued), pytest.raises(SamePersonError):
        act(key=credential.pk, reading=entered, reviewer=reviewer, at=AT)
    colleague = StaffFactory.create(is_superuser=False, role=Role.CREDENTIAL_REVIEWER)
    reviews.take(Credential, credential.pk, reviewer=colleague, at=AT)
    with nothing_happens(enqueued), pytest.raises(NotAllowedError):
        act(key=credential.pk, reading=entered, reviewer=colleague, at=AT)
    later = AT + reviews.REVIEW_HOLDS
    reviews.take(Credential, credential.pk, reviewer=senior, at=later)
    assert act(key=credential.pk, reading=entered, reviewer=senior, at=later) is True

    assert state_of(credential) == state
    assert [message.kind for message in InboxMessage.objects.all()] == told


def test_a_suspicion_ends_by_a_senior_and_keeps_the_place_in_the_queue(
    applicant: Applicant, school: MedicalSchool, reviewer: User, senior: User, enqueued
):
    credential = waiting(applicant)
    for state in (C.IN_REVIEW, C.SUSPECTED_FRAUD):
        moves.move(credential, state, at=AT, actor="test")
    later = AT + timedelta(days=3)
    reviews.take(Credential, credential.pk, reviewer=reviewer, at=later)
    entered = reading(credential, internal_note="The school confirmed the seal")
    with nothing_happens(enqueued), pytest.raises(NotAllowedError):
        deciding.clear(key=credential.pk, reading=entered, reviewer=reviewer, at=later)
    later += reviews.REVIEW_HOLDS
    reviews.take(Credential, credential.pk, reviewer=senior, at=later)
    deciding.clear(key=credential.pk, reading=entered, reviewer=senior, at=later)

    stored = Credential.objects.get()
    assert (stored.state, stored.submitted_at, stored.decided_by) == (C.SUBMITTED, AT, None)


def test_one_reviewer_at_a_time_and_the_late_one_is_refused(
    applicant: Applicant, school: MedicalSchool, reviewer: User, senior: User, enqueued
):
    credential = taken(applicant, reviewer)
    with nothing_happens(enqueued), pytest.raises(HeldByAnotherError, match=reviewer.username):
        reviews.take(Credential, credential.pk, reviewer=senior, at=AT + timedelta(minutes=19))
    reviews.take(Credential, credential.pk, reviewer=senior, at=AT + reviews.REVIEW_HOLDS)
    with nothing_happens(enqueued), pytest.raises(NotYoursError):
        deciding.accept(key=credential.pk, reading=reading(credential), reviewer=reviewer, at=AT + reviews.REVIEW_HOLDS)


def test_another_kind_is_reviewed_without_a_title(applicant: Applicant, school: MedicalSchool, reviewer: User):
    credential = upload(applicant, kind=CredentialKind.TRANSCRIPT).credential
    passes()
    describe(credential, degree_title="")
    submit(credential)
    reviews.take(Credential, credential.pk, reviewer=reviewer, at=AT)
    credential.refresh_from_db()

    deciding.accept(key=credential.pk, reading=reading(credential, degree_title=""), reviewer=reviewer, at=AT)

    assert state_of(credential) == C.ACCEPTED_FOR_VERIFICATION
