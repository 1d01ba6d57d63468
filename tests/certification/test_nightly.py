"""The nightly evaluation: everybody once, in bounded lots, with warnings before a window closes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from certification.models import IssueCandidate, LastVerdict
from certification.services import nightly
from certification.services.nightly import evaluate_everybody, months_before, months_left
from portal.models import InboxMessage, OutgoingEmail
from tests.certification.certificates import enough_credit, with_everything_met
from tests.factories.applicants import ApplicantFactory
from tests.factories.certification import CertificateFactory, ExaminationResultFactory, HoldFactory

__all__ = ["enough_credit"]
pytestmark = pytest.mark.django_db
AT = datetime(2026, 2, 1, 15, tzinfo=UTC)


def test_everybody_is_judged_once_a_day():
    people = ApplicantFactory.create_batch(5)
    CertificateFactory.create(applicant=people[0], issued_on=date(2025, 6, 2), valid_through=date(2026, 12, 31))

    assert evaluate_everybody(at=AT, at_once=2) == 5
    assert evaluate_everybody(at=AT, at_once=2) == 0

    certified = LastVerdict.objects.get(applicant=people[0])
    assert (certified.outcome, certified.valid_through, certified.open_rules) == ("ELIGIBLE", date(2026, 12, 31), {})
    assert (
        LastVerdict.objects.exclude(pk=certified.pk).values_list("outcome", flat=True).distinct().get()
        == "NOT_ELIGIBLE"
    )
    assert LastVerdict.objects.filter(as_of=date(2026, 2, 1)).count() == 5
    assert not IssueCandidate.objects.exists()


@pytest.mark.usefixtures("enough_credit")
def test_whoever_is_eligible_waits_for_the_certificate_without_a_page_being_opened(applicant):
    with_everything_met(applicant)

    evaluate_everybody(at=AT)
    assert IssueCandidate.objects.get().applicant == applicant
    HoldFactory.create(applicant=applicant, placed_at=AT + timedelta(hours=1))
    evaluate_everybody(at=AT + timedelta(days=1))

    assert not IssueCandidate.objects.exists()


def test_run_that_was_stopped_goes_on_where_it_was():
    ApplicantFactory.create_batch(5)

    assert evaluate_everybody(at=AT, at_once=2, seconds=0) == 2
    assert evaluate_everybody(at=AT, at_once=2) == 3


def test_day_of_a_change_is_kept():
    applicant = ApplicantFactory.create()
    evaluate_everybody(at=AT)
    evaluate_everybody(at=AT + timedelta(days=1))
    assert LastVerdict.objects.get().changed_on == date(2026, 2, 1)

    CertificateFactory.create(applicant=applicant)
    evaluate_everybody(at=AT + timedelta(days=2))

    kept = LastVerdict.objects.get()
    assert (kept.outcome, kept.changed_on, kept.as_of) == ("ELIGIBLE", date(2026, 2, 3), date(2026, 2, 3))


def test_queries_grow_with_lots_and_not_with_people():
    ApplicantFactory.create_batch(3)
    with CaptureQueriesContext(connection) as few:
        evaluate_everybody(at=AT)
    ApplicantFactory.create_batch(9)
    with CaptureQueriesContext(connection) as many:
        evaluate_everybody(at=AT + timedelta(days=1))

    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("closes_in", "months"),
    [(400, None), (360, 12), (200, 12), (180, 6), (40, 6), (28, 1), (0, 1)],
)
def test_person_is_warned_before_the_window_closes(closes_in, months):
    today = date(2026, 2, 1)
    closes_on = today + timedelta(days=closes_in)
    applicant = ApplicantFactory.create()
    passed_on = closes_on.replace(year=closes_on.year - 7)
    ExaminationResultFactory.create(applicant=applicant, taken_on=passed_on, reported_on=passed_on)

    evaluate_everybody(at=AT)
    evaluate_everybody(at=AT + timedelta(hours=1))

    messages = list(InboxMessage.objects.filter(kind="time_limit_near"))
    assert [message.key for message in messages] == ([f"time_limit:{closes_on}:{months}"] if months else [])
    assert LastVerdict.objects.get().pass_by == closes_on
    if months:
        assert f"{closes_on:%B} {closes_on.day}, {closes_on.year}" in messages[0].text
        assert str(closes_on.year) not in OutgoingEmail.objects.get().text


def test_person_is_warned_three_times_and_no_more():
    applicant = ApplicantFactory.create()
    ExaminationResultFactory.create(applicant=applicant, taken_on=date(2020, 1, 15), reported_on=date(2020, 2, 1))

    for days in range(0, 420, 14):
        evaluate_everybody(at=AT + timedelta(days=days - 60))

    keys = InboxMessage.objects.order_by("created_at").values_list("key", flat=True)
    assert list(keys) == [f"time_limit:2027-01-15:{months}" for months in (12, 6, 1)]


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2027, 1, 15), 12, date(2026, 1, 15)),
        (date(2027, 3, 31), 1, date(2027, 2, 28)),
        (date(2028, 3, 31), 1, date(2028, 2, 29)),
        (date(2027, 1, 31), 6, date(2026, 7, 31)),
        (date(2027, 1, 15), 1, date(2026, 12, 15)),
    ],
)
def test_months_before(day, months, expected):
    assert months_before(day, months) == expected


def test_nobody_is_warned_after_the_day():
    assert months_left(date(2026, 1, 31), date(2026, 2, 1)) is None


def test_command_judges_everybody(capsys):
    ApplicantFactory.create_batch(2)

    call_command("evaluate_everybody")

    assert capsys.readouterr().out == "2 people judged.\n"


def test_a_lot_that_fails_keeps_nothing(monkeypatch):
    ApplicantFactory.create_batch(2)
    monkeypatch.setattr(nightly, "note_verdicts", lambda *_args, **_options: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        evaluate_everybody(at=AT)

    assert not LastVerdict.objects.exists()
