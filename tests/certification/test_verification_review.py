"""What staff do with requests to schools and their answers, and who may (R-PSV-4 to R-PSV-7)."""

from datetime import date, timedelta
from typing import Any

import pytest

from applicants.permissions import NotAllowedError
from applicants.roles import Role
from certification.models import SchoolOfficial, VerificationAnswer, VerificationRequest
from certification.services.verification import answers, officials, requests, review
from certification.services.verification.links import LinkClosedError, LinkStanding
from certification.services.verification.officials import Entry, ListError
from certification.states import AnswerChannel, CredentialState, Verdict, VerificationState
from portal.audit import actor_label
from portal.four_eyes import SamePersonError
from portal.models import AuditEvent
from tests.certification.school_scenes import AT, LATER, reply_to, sent_request, state_of, token_of
from tests.factories.schools_portal import SchoolOfficialFactory
from tests.people import reviewer, senior, staff_in

pytestmark = pytest.mark.django_db


def answered(verdict: Verdict = Verdict.CONFIRMED, **values: object) -> VerificationRequest:
    request = sent_request()
    answers.answer_by_link(token_of(request.official), reply_to(request, verdict, **values), at=LATER)
    request.refresh_from_db()
    return request


def test_staff_accept_an_answer_and_the_credential_is_verified():
    request = answered()

    review.accept(request.pk, reason="", at=LATER, actor=reviewer())

    assert state_of(request) == VerificationState.ACCEPTED
    request.credential.refresh_from_db()
    assert request.credential.state == CredentialState.VERIFIED


def test_an_answer_of_somebody_who_was_not_listed_or_does_not_confirm_is_not_accepted():
    for request in (answered(Verdict.NOT_CONFIRMED), answered(), answered()):
        answer = review.answer_of(request)
        if answer.verdict == Verdict.CONFIRMED and not VerificationAnswer.objects.filter(comments="x").exists():
            VerificationAnswer.objects.filter(pk=answer.pk).update(comments="x", checks={"genuine": True})
        elif answer.verdict == Verdict.CONFIRMED:
            SchoolOfficial.objects.filter(pk=request.official_id or 0).update(listed_from=date(2026, 4, 1))
        with pytest.raises(requests.VerificationError):
            review.accept(request.pk, reason="", at=LATER, actor=reviewer())
        assert state_of(request) == VerificationState.ANSWERED


@pytest.mark.parametrize(
    ("signed", "is_named"),
    [
        ("Ama Registrar", True),
        ("Dr. AMA  REGISTRAR, PhD", True),
        ("Kofi Clerk", True),
        ("Ama", False),
        ("A. Dean", False),
        ("Suharto", True),
        ("Prof. Suharto, MD", True),
        ("Suharto Wijaya", False),
        ("Esi Mensah", True),
        ("Dr. Mensah", False),
        ("Professor", False),
    ],
)
def test_a_signatory_whom_the_list_does_not_name_takes_a_reason(signed, is_named):
    request = answered(signatory_name=signed)
    SchoolOfficialFactory.create(school=request.school, name="Kofi Clerk")
    SchoolOfficialFactory.create(name="A. Dean")
    for titled in ("Dr. Suharto", "Profa. Dra. Esi Mensah, PhD"):
        SchoolOfficialFactory.create(school=request.school, name=titled)

    if not is_named:
        with pytest.raises(requests.VerificationError, match="not on the school’s list"):
            review.accept(request.pk, reason=" ", at=LATER, actor=reviewer())
        assert state_of(request) == VerificationState.ANSWERED
    review.accept(request.pk, reason="" if is_named else "Married name", at=LATER, actor=reviewer())

    assert state_of(request) == VerificationState.ACCEPTED


def test_a_question_begins_a_new_round_with_a_link_of_its_own():
    request = answered()
    old = token_of(request.official)

    review.requery(request.pk, question="Which year?", at=LATER, actor=reviewer())

    assert state_of(request) == VerificationState.REQUERIED
    with pytest.raises(LinkClosedError) as caught:
        answers.answer_by_link(old, reply_to(request), at=LATER)
    assert caught.value.standing is LinkStanding.REPLACED
    new = token_of(request.official)
    requests.open_by_link(new, at=LATER)
    assert state_of(request) == VerificationState.OPENED
    answers.answer_by_link(new, reply_to(request, comments="2015"), at=LATER)
    assert VerificationAnswer.objects.count() == 2
    review.accept(request.pk, reason="", at=LATER, actor=reviewer())


def test_a_refutation_takes_two_people():
    request = answered(Verdict.NOT_OURS)
    first, second = reviewer(), senior()

    assert not review.refute(request.pk, reason="No such person", at=LATER, actor=first)
    with pytest.raises((SamePersonError, NotAllowedError)):
        review.refute(request.pk, reason="No such person", at=LATER, actor=first)
    assert state_of(request) == VerificationState.ANSWERED
    assert review.refute(request.pk, reason="No such person", at=LATER, actor=second)

    assert state_of(request) == VerificationState.REFUTED
    request.credential.refresh_from_db()
    assert request.credential.state == CredentialState.REFUSED


def test_a_school_that_is_closed_is_answered_for_by_a_successor_on_its_list():
    request = sent_request()
    review.give_up(request.pk, reason="Closed", at=LATER, actor=reviewer())
    entry = Entry(name="Jo", title="Head of archive", email="a@ministry.example", institution="Ministry of Health")
    successor = officials.add(
        school_id=request.school_id, entry=entry, reason="Gazette of 2025", at=LATER, actor=reviewer()
    )
    assert state_of(request) == VerificationState.UNABLE_TO_VERIFY

    review.send_to(request.pk, official_id=successor.pk, at=LATER, actor=reviewer())
    answers.answer_by_link(token_of(successor), reply_to(request), at=LATER)

    assert state_of(request) == VerificationState.ANSWERED


def test_an_answer_on_paper_is_entered_by_staff_for_a_listed_signatory():
    request = sent_request()
    review.note_letter(request.pk, at=LATER, actor=reviewer())
    stranger = SchoolOfficialFactory.create()
    staff = staff_in(Role.CREDENTIAL_REVIEWER)
    assert request.official_id is not None
    entered: dict[str, Any] = {
        "reply": reply_to(request),
        "received_at": LATER,
        "at": LATER + timedelta(days=2),
        "staff": staff,
    }

    with pytest.raises(requests.NotAuthorizedError):
        answers.record_paper(request.pk, official_id=stranger.pk, **entered)
    with pytest.raises(NotAllowedError):
        answers.record_paper(
            request.pk, official_id=request.official_id, **{**entered, "staff": staff_in(Role.FINANCE)}
        )
    answer = answers.record_paper(request.pk, official_id=request.official_id, **entered)

    assert (answer.channel, answer.received_at, answer.recorded_by) == (AnswerChannel.PAPER, LATER, actor_label(staff))


@pytest.mark.parametrize(
    "act",
    [
        lambda key, actor: review.accept(key, reason="x", at=LATER, actor=actor),
        lambda key, actor: review.requery(key, question="x", at=LATER, actor=actor),
        lambda key, actor: review.refute(key, reason="x", at=LATER, actor=actor),
        lambda key, actor: review.give_up(key, reason="x", at=LATER, actor=actor),
        lambda key, actor: review.withdraw(key, reason="x", at=LATER, actor=actor),
        lambda key, actor: review.send_to(key, official_id=1, at=LATER, actor=actor),
        lambda key, actor: review.note_letter(key, at=LATER, actor=actor),
        lambda key, actor: officials.remove(key, reason="x", at=LATER, actor=actor),
        lambda key, actor: officials.add(
            school_id=key, entry=Entry("A", "B", "a@b.example"), reason="x", at=LATER, actor=actor
        ),
    ],
)
def test_other_roles_do_nothing_with_requests_and_lists(act):
    request = answered(Verdict.NOT_OURS)
    before = AuditEvent.objects.count()

    for role in (Role.FINANCE, Role.EDITOR, Role.ADMINISTRATOR, Role.AUDITOR):
        with pytest.raises(NotAllowedError):
            act(request.pk, actor_label(staff_in(role)))

    assert AuditEvent.objects.count() == before
    assert state_of(request) == VerificationState.ANSWERED


def test_a_person_is_listed_once_and_with_a_reason():
    official = SchoolOfficialFactory.create(email="Ana@school.example")
    entry = Entry(name="Ana", title="Dean", email="ana@school.example")

    for reason in ("Letter", " "):
        with pytest.raises(ListError):
            officials.add(school_id=official.school_id, entry=entry, reason=reason, at=AT, actor=reviewer())
    officials.remove(official.pk, reason="Left", at=AT, actor=reviewer())
    with pytest.raises(ListError):
        officials.remove(official.pk, reason="Left", at=AT, actor=reviewer())
    assert officials.add(school_id=official.school_id, entry=entry, reason="Back", at=AT, actor=reviewer())
