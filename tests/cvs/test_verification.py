"""Look-ups of a report by whoever holds a code, and an authority's word that it has the report."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from cvs import codes
from cvs.models import DispatchJob, IssuedReport, ReportRequest, VerificationLookup
from cvs.services import dispatch, staff, verification
from cvs.states import ReportState, RequestState
from portal.lookups import TooManyLookupsError
from portal.models import AuditEvent, DeliveryState, OutgoingEmail
from sandbox.mailbox.client import MailboxControl
from sandbox.mailbox.faults import Fault
from tests.people import senior
from tests.support.orders import make_authority, make_physician, pay_with_credit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("seal_keys", "enqueued")]

AT = datetime(2026, 6, 3, 14, 5, tzinfo=UTC)
CLIENT = "c" * 32
STRANGER = "d" * 32


@pytest.fixture
def issued() -> IssuedReport:
    """A report that is made and not sent yet."""
    pay_with_credit(make_physician(1, given_names="Ada Maria", family_name="Testperson"), [make_authority(1)])
    dispatch.prepare(DispatchJob.objects.all())
    return IssuedReport.objects.get()


@pytest.fixture
def sent(issued: IssuedReport, mailbox: MailboxControl) -> IssuedReport:
    """The same report, taken by the authority's mail server."""
    dispatch.send(DispatchJob.objects.all())
    assert request_of(issued).state == RequestState.DISPATCHED
    return issued


def request_of(report: IssuedReport) -> ReportRequest:
    return ReportRequest.objects.get(pk=report.request_id)


def printed_date() -> date:
    return IssuedReport.objects.earliest("id").report_on


def typed(code: str, *, day_off: int = 0, client: str = CLIENT, at: datetime = AT) -> verification.Verdict:
    report_on = printed_date() + timedelta(days=day_off)
    return verification.look_up_typed(code=code, report_on=report_on, client=client, at=at)


def linked(code: str, *, client: str = CLIENT, at: datetime = AT) -> verification.Verdict:
    return verification.look_up_link(code=code, client=client, at=at)


def logged() -> list[tuple[Any, ...]]:
    return list(VerificationLookup.objects.order_by("id").values_list("client", "found", "by_link", "report_id"))


def together(count: int, act: Callable[[], object]) -> list[object]:
    """Call `act` in `count` threads at the same moment and return what they returned."""
    start, answers = threading.Barrier(count), []

    def run() -> None:
        start.wait()
        answers.append(act())
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_the_link_of_a_report_finds_it_and_says_only_what_a_holder_may_know(issued: IssuedReport):
    verdict = linked(issued.url_code.lower())

    assert verdict == verification.Verdict(
        checked_at=AT, report=issued, recipient="Medical Board of Test 1", initials="A. M. T."
    )
    assert logged() == [(CLIENT, True, True, issued.pk)]


@pytest.mark.parametrize("written", [str, str.lower, codes.format_short_code, lambda code: f" {code[:4]}–{code[4:]} "])
def test_the_typed_code_with_its_date_finds_the_report(issued: IssuedReport, written: Callable[[str], str]):
    verdict = typed(written(issued.short_code))

    assert verdict.report == issued
    assert logged() == [(CLIENT, True, False, issued.pk)]


def test_unknown_code_and_wrong_date_give_the_same_answer(issued: IssuedReport):
    answers = [
        typed(codes.new_short_code()),
        typed(issued.short_code, day_off=-1),
        linked(codes.new_url_code()),
        linked(issued.short_code),
        linked(issued.acknowledge_code),
    ]

    assert answers == [verification.Verdict(checked_at=AT)] * 5
    assert not any(answer.found for answer in answers)
    assert [(found, report) for _, found, _, report in logged()] == [(False, None)] * 5


def test_a_typing_error_is_told_and_not_counted_as_a_miss(issued: IssuedReport):
    wrong = issued.short_code[:-1] + ("0" if issued.short_code[-1] != "0" else "1")

    for _ in range(12):
        with pytest.raises(codes.InvalidCode, match="typing mistake"):
            typed(wrong)

    assert logged() == []
    assert typed(issued.short_code).found


def test_after_ten_misses_a_client_waits_and_nothing_more_is_logged(issued: IssuedReport):
    for minute in range(10):
        typed(codes.new_short_code(), at=AT + timedelta(seconds=minute))
    before = logged()

    for ask in (
        lambda: typed(issued.short_code, at=AT + timedelta(minutes=1)),
        lambda: linked(issued.url_code, at=AT + timedelta(minutes=1)),
    ):
        with pytest.raises(TooManyLookupsError) as refusal:
            ask()
        assert refusal.value.retry_at == AT + timedelta(minutes=10)

    assert logged() == before
    assert len(before) == 10
    assert typed(issued.short_code, client=STRANGER, at=AT + timedelta(minutes=1)).found
    assert typed(issued.short_code, at=AT + timedelta(minutes=10, seconds=1)).found


def test_nine_misses_are_no_reason_to_wait(issued: IssuedReport):
    for _ in range(9):
        linked(codes.new_url_code())

    assert linked(issued.url_code).found


def test_thirty_answers_in_ten_minutes_are_the_most_even_when_all_were_found(issued: IssuedReport):
    for second in range(30):
        linked(issued.url_code, at=AT + timedelta(seconds=second))

    with pytest.raises(TooManyLookupsError) as refusal:
        linked(issued.url_code, at=AT + timedelta(minutes=1))

    assert refusal.value.retry_at == AT + timedelta(minutes=10)
    assert VerificationLookup.objects.count() == 30


def test_a_replaced_report_says_which_one_to_use(sent: IssuedReport, mailbox: MailboxControl):
    staff.reissue(request_id=sent.request_id, reason="Name corrected", actor=senior(), at=timezone.now())
    dispatch.prepare(DispatchJob.objects.all())
    following = IssuedReport.objects.get(replaces=sent)

    verdict = linked(sent.url_code)

    assert verdict.report.state == ReportState.SUPERSEDED
    assert verdict.replaced_by == following.number
    assert verification.STATES_IN_WORDS[ReportState.SUPERSEDED] == "Yes. A newer report replaces this one."
    assert linked(following.url_code).report.state == ReportState.ISSUED
    assert linked(following.url_code).replaced_by == ""


def test_a_withdrawn_report_is_found_and_marked(sent: IssuedReport):
    IssuedReport.objects.update(state=ReportState.WITHDRAWN)

    verdict = typed(sent.short_code)

    assert verdict.found
    assert verdict.report.state == ReportState.WITHDRAWN


def test_the_authoritys_word_is_recorded_once_and_the_physician_told_once(sent: IssuedReport):
    first = verification.acknowledge(code=sent.acknowledge_code.lower(), at=AT)
    again = verification.acknowledge(code=sent.acknowledge_code, at=AT + timedelta(days=1))

    assert first.acknowledged_at == again.acknowledged_at == AT
    request = request_of(sent)
    assert (request.state, request.acknowledged_at) == (RequestState.DELIVERED, AT)
    assert OutgoingEmail.objects.filter(template="report_acknowledged").count() == 1
    assert AuditEvent.objects.filter(event="cvs.request_delivered").count() == 1


def test_ten_acknowledgements_at_once_are_one(sent: IssuedReport):
    answers = together(10, lambda: verification.acknowledge(code=sent.acknowledge_code, at=AT))

    assert answers == [sent] * 10
    assert OutgoingEmail.objects.filter(template="report_acknowledged").count() == 1
    assert AuditEvent.objects.filter(event="cvs.request_delivered").count() == 1


@pytest.mark.parametrize("field", ["url_code", "short_code", "number"])
def test_no_other_code_acknowledges(sent: IssuedReport, field: str):
    assert verification.acknowledge(code=getattr(sent, field), at=AT) is None
    assert verification.acknowledge(code=codes.new_url_code(), at=AT) is None

    assert IssuedReport.objects.get().acknowledged_at is None
    assert request_of(sent).state == RequestState.DISPATCHED
    assert not OutgoingEmail.objects.filter(template="report_acknowledged").exists()


def test_a_report_whose_hand_over_had_no_answer_is_proven_by_the_authoritys_word(
    issued: IssuedReport, mailbox: MailboxControl
):
    mailbox.fail(Fault.DROP_STORED)
    dispatch.send(DispatchJob.objects.all())
    assert DispatchJob.objects.get().state == DeliveryState.UNCERTAIN

    verification.acknowledge(code=issued.acknowledge_code, at=timezone.now())

    assert DispatchJob.objects.get().state == DeliveryState.SENT
    assert request_of(issued).state == RequestState.DELIVERED
    dispatch.sweep(at=timezone.now() + timedelta(hours=1))
    assert dispatch.send(DispatchJob.objects.all()) is False
    assert len(mailbox.messages()) == 1
