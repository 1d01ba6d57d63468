"""Requests to schools: prepared, sent, opened, answered once, reviewed; reminders, and who may do what (R-PSV-1 to R-PSV-7)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, connections

from certification.models import Threshold, VerificationAnswer, VerificationAttempt, VerificationRequest
from certification.services.rule_tables import load_shipped, save_row
from certification.services.verification import answers, links, officials, reminders, requests, review, waiting
from certification.services.verification.answers import AnswerRefusedError
from certification.services.verification.links import LinkClosedError, LinkStanding, LinkUnknownError
from certification.services.verification.officials import Entry
from certification.states import AttemptKind, CredentialState, Verdict, VerificationState
from portal.models import AuditEvent, OutgoingEmail
from portal.secret_links import digest_of
from tests.certification.school_scenes import AT, LATER, diploma_of, reply_to, sent_request, state_of, token_of
from tests.factories.applicants import ApplicantFactory
from tests.factories.certification import CredentialFactory, MedicalSchoolFactory
from tests.factories.schools_portal import SchoolOfficialFactory
from tests.people import reviewer

pytestmark = pytest.mark.django_db


def test_a_document_goes_to_the_longest_listed_official_of_its_school():
    school = MedicalSchoolFactory.create()
    SchoolOfficialFactory.create(school=school, listed_from=date(2024, 1, 1))
    first = SchoolOfficialFactory.create(school=school, listed_from=date(2021, 1, 1))
    SchoolOfficialFactory.create(school=school, listed_from=date(2019, 1, 1), listed_until=date(2026, 3, 2))
    SchoolOfficialFactory.create(school=school, listed_from=date(2019, 1, 1), may_verify=False, may_attest=True)
    SchoolOfficialFactory.create(school=school, listed_from=date(2019, 1, 1), institution="Ministry of Health")
    SchoolOfficialFactory.create(listed_from=date(2018, 1, 1))
    credential = diploma_of(ApplicantFactory.create(), school)

    request = requests.prepare(credential, at=AT, actor="user:1")

    assert (request.state, request.official, request.due_on) == ("sent", first, date(2026, 5, 31))
    credential.refresh_from_db()
    assert credential.state == CredentialState.SENT_TO_SCHOOL
    assert requests.prepare(credential, at=LATER, actor="user:1") == request
    assert OutgoingEmail.objects.count() == 1


def test_message_to_the_school_says_nothing_about_the_person():
    request = sent_request()
    message = OutgoingEmail.objects.get()

    assert message.subject == f"Request {request.reference} to your school"
    for part in (message.subject, message.text, message.html):
        assert request.applicant.family_name not in part
        assert request.applicant.given_names not in part
        assert request.applicant.identification_number not in part
    # Only the hash is kept, and no event holds the secret part.
    assert token_of(request.official) not in str(list(VerificationAttempt.objects.values()))
    assert token_of(request.official) not in str(list(AuditEvent.objects.values()))


def test_a_request_without_anybody_on_the_list_waits_and_goes_out_once_somebody_is_listed():
    school = MedicalSchoolFactory.create()
    request = requests.prepare(diploma_of(ApplicantFactory.create(), school), at=AT, actor="user:1")
    assert request.state == VerificationState.PREPARED
    assert not OutgoingEmail.objects.exists()

    entry = Entry(name="Ana Ruiz", title="Secretaria", email="ana@school.example", language="es")
    official = officials.add(school_id=school.pk, entry=entry, reason="Letter of May 2", at=LATER, actor=reviewer())

    request.refresh_from_db()
    assert (request.state, request.official) == ("sent", official)


def test_a_document_whose_school_is_not_known_is_refused_and_nothing_written():
    with pytest.raises(requests.SchoolUnknownError):
        requests.prepare(CredentialFactory.create(), at=AT, actor="user:1")

    assert not VerificationRequest.objects.exists()


def test_an_answer_is_taken_once_and_moves_the_credential():
    request = sent_request()
    token = token_of(request.official)

    answer = answers.answer_by_link(token, reply_to(request, comments="Fine."), at=LATER)

    assert (answer.channel, answer.verdict, answer.is_late, answer.round) == ("link", "confirmed", False, 1)
    assert answer.official == request.official
    assert state_of(request) == VerificationState.ANSWERED
    request.credential.refresh_from_db()
    assert request.credential.state == CredentialState.REPLY_RECEIVED
    with pytest.raises(LinkClosedError) as caught:
        answers.answer_by_link(token, reply_to(request, Verdict.NOT_OURS), at=LATER)
    assert caught.value.standing is LinkStanding.ANSWERED
    assert VerificationAnswer.objects.get() == answer


@pytest.mark.parametrize(
    ("verdict", "values", "field"),
    [
        (Verdict.CONFIRMED, {"checks": {}}, "graduated"),
        (Verdict.CONFIRMED, {"checks": {"graduated": True, "genuine": False}}, "genuine"),
        (Verdict.CONFIRMED, {"signatory_name": " "}, "signatory_name"),
        (Verdict.NOT_CONFIRMED, {"comments": " "}, "comments"),
        (Verdict.NOT_OURS, {"comments": ""}, "comments"),
    ],
)
def test_an_answer_that_is_not_complete_or_contradicts_itself_is_refused(verdict, values, field):
    request = sent_request()

    with pytest.raises(AnswerRefusedError) as caught:
        answers.answer_by_link(token_of(request.official), reply_to(request, verdict, **values), at=LATER)

    assert caught.value.field == field
    assert not VerificationAnswer.objects.exists()
    assert state_of(request) == VerificationState.SENT


def _expired(request):
    return AT + links.LINK_LIFETIME


def _withdrawn(request):
    review.withdraw(request.pk, reason="Not needed", at=LATER, actor=reviewer())


def _given_up(request):
    review.give_up(request.pk, reason="Closed", at=LATER, actor=reviewer())


def _off_the_list(request):
    officials.remove(request.official_id, reason="Retired", at=LATER, actor=reviewer())


def _somebody_else(request):
    other = SchoolOfficialFactory.create(school=request.school)
    review.send_to(request.pk, official_id=other.pk, at=LATER, actor=reviewer())


@pytest.mark.parametrize(
    ("meanwhile", "standing"),
    [
        (_expired, LinkStanding.EXPIRED),
        (_withdrawn, LinkStanding.WITHDRAWN),
        (_given_up, LinkStanding.WITHDRAWN),
        (_off_the_list, LinkStanding.NOT_LISTED),
        (_somebody_else, LinkStanding.REPLACED),
    ],
)
def test_a_link_that_ended_says_why_and_takes_nothing(meanwhile, standing):
    request = sent_request()
    token = token_of(request.official)
    at = meanwhile(request) or LATER
    state = state_of(request)

    for act in (
        lambda: answers.answer_by_link(token, reply_to(request), at=at),
        lambda: requests.open_by_link(token, at=at),
    ):
        with pytest.raises(LinkClosedError) as caught:
            act()
        assert caught.value.standing is standing
    assert not VerificationAnswer.objects.exists()
    assert state_of(request) == state


def test_nobody_answers_with_a_link_that_was_never_made():
    sent_request()

    for token in ("", "x", "x" * 5000, digest_of("x")):
        with pytest.raises(LinkUnknownError):
            answers.answer_by_link(token, reply_to(VerificationRequest.objects.get()), at=LATER)


def test_an_answer_after_the_day_is_kept_and_marked():
    request = sent_request()
    late = AT + timedelta(days=requests.ANSWER_DAYS + 5)
    reminders.sweep(at=late)

    answer = answers.answer_by_link(token_of(request.official), reply_to(request), at=late)

    assert answer.is_late
    assert state_of(request) == VerificationState.ANSWERED


@pytest.mark.parametrize("days", [44, 45, 60])
def test_a_new_link_goes_to_the_listed_address_only_while_the_request_waits(days):
    request = sent_request()
    token = token_of(request.official)
    at = AT + timedelta(days=days)

    assert requests.ask_for_new_link(token, at=at)
    assert {mail.to_email for mail in OutgoingEmail.objects.all()} == {request.official.email}
    assert answers.answer_by_link(token_of(request.official), reply_to(request), at=at)

    count = OutgoingEmail.objects.count()
    assert not requests.ask_for_new_link(token, at=at)
    assert not requests.ask_for_new_link("never made", at=at)
    assert OutgoingEmail.objects.count() == count


@pytest.mark.parametrize("meanwhile", [_withdrawn, _off_the_list, _somebody_else])
def test_no_new_link_for_who_must_not_answer_any_more(meanwhile):
    request = sent_request()
    official, token = request.official, token_of(request.official)
    meanwhile(request)
    count = OutgoingEmail.objects.filter(to_email=official.email).count()

    assert not requests.ask_for_new_link(token, at=LATER)
    assert OutgoingEmail.objects.filter(to_email=official.email).count() == count


def test_reminders_after_30_60_and_90_days_then_staff():
    request = sent_request()
    written = []
    for day in range(0, 121, 10):
        reminders.sweep(at=AT + timedelta(days=day))
        reminders.sweep(at=AT + timedelta(days=day, hours=1))
        written.append(VerificationAttempt.objects.filter(kind=AttemptKind.REMINDER).count())

    assert written == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3]
    alerts = OutgoingEmail.objects.filter(template="staff_alert")
    assert [request.reference in mail.text for mail in alerts] == [True]
    request.refresh_from_db()
    assert request.staff_told_at == AT + timedelta(days=90)
    request.credential.refresh_from_db()
    assert request.credential.state == CredentialState.REMINDED
    assert answers.answer_by_link(token_of(request.official), reply_to(request), at=AT + timedelta(days=121))


def test_a_changed_table_changes_when_schools_are_reminded():
    sent_request()
    load_shipped(at=AT, actor="user:1")
    first = Threshold.objects.get(code="verification_reminder_1")
    first.value = Decimal(10)
    save_row(first, reason="Sooner", at=AT, actor="user:1")

    reminders.sweep(at=AT + timedelta(days=9))
    assert not VerificationAttempt.objects.filter(kind=AttemptKind.REMINDER).exists()
    reminders.sweep(at=AT + timedelta(days=10))
    assert VerificationAttempt.objects.filter(kind=AttemptKind.REMINDER).count() == 1


def test_one_reminder_is_enough_after_a_standstill_and_none_once_answered():
    request = sent_request()
    reminders.sweep(at=AT + timedelta(days=70))
    assert VerificationAttempt.objects.filter(kind=AttemptKind.REMINDER).count() == 1

    answers.answer_by_link(token_of(request.official), reply_to(request), at=AT + timedelta(days=71))
    reminders.sweep(at=AT + timedelta(days=95))

    assert VerificationAttempt.objects.filter(kind=AttemptKind.REMINDER).count() == 1


def test_nobody_is_reminded_who_left_the_list_and_staff_learn_of_it():
    request = sent_request()
    _off_the_list(request)
    assert request.reference in OutgoingEmail.objects.get(template="staff_alert").text
    count = OutgoingEmail.objects.filter(to_email=request.official.email).count()

    reminders.sweep(at=AT + timedelta(days=30))

    assert OutgoingEmail.objects.filter(to_email=request.official.email).count() == count
    assert OutgoingEmail.objects.filter(template="staff_alert").count() == 2


def test_how_long_schools_take_is_counted_from_our_own_records():
    assert waiting.most_answer_within(at=AT) == 90
    for days in (1, 1, 2, 2, 3, 3, 4, 5, 20, 40):
        request = sent_request()
        answers.answer_by_link(token_of(request.official), reply_to(request), at=AT + timedelta(days=days))

    assert waiting.most_answer_within(at=AT + timedelta(days=41)) == 20
    assert waiting.most_answer_within(at=AT + timedelta(days=500)) == 90


@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_the_same_time_one_is_taken():
    request = sent_request()
    token = token_of(request.official)

    def send(verdict: Verdict) -> str:
        try:
            answers.answer_by_link(token, reply_to(request, verdict), at=LATER)
        except LinkClosedError as error:
            return error.standing.value
        finally:
            connections.close_all()
        return "taken"

    assert connection.vendor == "postgresql"
    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(send, [Verdict.CONFIRMED, Verdict.NOT_OURS] * 2))

    assert outcomes == ["answered", "answered", "answered", "taken"]
    assert VerificationAnswer.objects.count() == 1
