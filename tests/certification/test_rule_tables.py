"""The rule tables: read for the rules, changed with a reason, and longer time limits."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applicants.roles import Role
from certification.models import PathwaySeason, RuleTableChange, Threshold, WindowException
from certification.rules.facts import Exam
from certification.rules.table_files import shipped_tables
from certification.services.evaluation import evaluate_person
from certification.services.person import person_facts
from certification.services.rule_tables import (
    NoReasonError,
    current_tables,
    grant_window_exception,
    load_shipped,
    save_row,
)
from certification.states import Examination
from portal.models import AuditEvent
from tests.factories.certification import ExaminationResultFactory
from tests.people import staff_in
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db
AT = datetime(2026, 2, 1, 15, tzinfo=UTC)


def load() -> int:
    """Load the shipped files."""
    return load_shipped(at=AT, actor="user:1")


def test_files_are_used_until_the_database_has_rows():
    assert current_tables() is shipped_tables()


def test_loaded_tables_are_the_shipped_ones():
    assert load() > 40

    assert current_tables() == shipped_tables()
    assert load() == 0


def test_tables_are_read_again_only_after_a_change():
    load()
    current_tables()

    with CaptureQueriesContext(connection) as queries:
        current_tables()

    assert len(queries) == 1


def test_change_has_a_reason_and_an_event_and_counts_at_once(applicant):
    row = Threshold(code="credit_years", value=Decimal("5.0"), effective_from=date(2026, 1, 1), basis="test")

    save_row(row, reason="New policy", at=AT, actor="user:7")

    assert current_tables().threshold("credit_years", date(2025, 12, 31)) == Decimal("4.0")
    assert current_tables().threshold("credit_years", date(2026, 1, 1)) == Decimal("5.0")
    change = RuleTableChange.objects.latest("pk")
    assert (change.reason, change.actor, change.before, change.after["value"]) == ("New policy", "user:7", {}, "5.0")
    assert AuditEvent.objects.get(event="certification.rule_table_changed").reason == "New policy"


def test_changed_row_keeps_what_it_was():
    load()
    season = PathwaySeason.objects.get(season=2027)
    season.closes_on = date(2027, 2, 28)

    save_row(season, reason="Extended", at=AT, actor="user:7")

    change = RuleTableChange.objects.latest("pk")
    assert (change.before["closes_on"], change.after["closes_on"]) == ("2027-01-31", "2027-02-28")
    assert current_tables().season(2027).closes_on == date(2027, 2, 28)


@pytest.mark.parametrize("reason", ["", "  "])
def test_change_without_reason_changes_nothing(reason):
    row = Threshold(code="credit_years", value=5, effective_from=date(2026, 1, 1), basis="test")

    with pytest.raises(NoReasonError):
        save_row(row, reason=reason, at=AT, actor="user:7")

    assert not Threshold.objects.exists()
    assert not RuleTableChange.objects.exists()


@pytest.mark.parametrize("changes", [{"effective_to": date(2025, 12, 31)}, {"effective_from": date(1900, 1, 1)}])
def test_impossible_rows_are_refused(changes):
    load()
    values = {"code": "credit_years", "value": 5, "effective_from": date(2026, 1, 1), "basis": "test"} | changes

    with pytest.raises(IntegrityError), transaction.atomic():
        save_row(Threshold(**values), reason="Test", at=AT, actor="user:7")

    assert current_tables() == shipped_tables()


def test_command_loads(capsys):
    call_command("load_rule_tables")

    assert "rows added" in capsys.readouterr().out
    assert current_tables() == shipped_tables()


def test_administrator_changes_a_row_with_a_reason(client):
    load()
    sign_in(client, staff_in(Role.ADMINISTRATOR))
    season = PathwaySeason.objects.get(season=2027)
    page = reverse("admin:certification_pathwayseason_change", args=[season.pk])
    values = {
        "season": 2027,
        "opens_on": "2026-08-01",
        "closes_on": "2027-02-15",
        "pathways": "1,3,4,5,6",
        "licence_valid_on_or_after": "2022-01-01",
        "graduation_on_or_after": "2024-01-01",
        "basis": "source",
    }

    refused = client.post(page, values)
    season.refresh_from_db()
    assert (refused.status_code, season.closes_on) == (200, date(2027, 1, 31))

    done = client.post(page, values | {"change_reason": "Announced today"})

    season.refresh_from_db()
    assert (done.status_code, season.closes_on) == (302, date(2027, 2, 15))
    assert RuleTableChange.objects.latest("pk").reason == "Announced today"


def old_passes(applicant):
    """Two passes more than seven years apart."""
    for examination, day in ((Examination.STEP_1, date(2016, 1, 1)), (Examination.STEP_2_CK, date(2024, 1, 1))):
        ExaminationResultFactory.create(applicant=applicant, examination=examination, taken_on=day, reported_on=day)


def test_longer_time_limit_counts_from_its_day(applicant):
    old_passes(applicant)

    grant_window_exception(
        applicant=applicant,
        examination=Examination.STEP_1,
        new_end_on=date(2024, 6, 1),
        reason="Combined degree",
        at=AT,
        actor="user:7",
    )

    assert person_facts(applicant, date(2026, 2, 1)).window_exceptions[0].exam is Exam.STEP_1
    assert evaluate_person(applicant, date(2026, 2, 1)).trace("R-EXAM-3").outcome.value == "MET"
    assert evaluate_person(applicant, date(2026, 1, 31)).trace("R-EXAM-3").outcome.value == "NOT_MET"
    event = AuditEvent.objects.get(event="certification.window_exception_granted")
    assert (event.reason, event.actor) == ("Combined degree", "user:7")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"number": "0000 0000"}, "Enter the identification number of a physician"),
        ({"examination": "step_2_cs"}, "There is no pass of this examination on record"),
        ({"reason": ""}, "This field is required"),
        ({}, ""),
    ],
)
def test_senior_reviewer_grants_with_a_reason(client, applicant, changes, words):
    old_passes(applicant)
    sign_in(client, staff_in(Role.SENIOR_REVIEWER))
    values = {
        "number": applicant.identification_number,
        "examination": "step_1",
        "new_end_on": "2024-06-01",
        "reason": "Combined degree",
    }

    page = client.post(reverse("admin:certification_windowexception_add"), values | changes)

    if words:
        assert words in page.content.decode()
    assert page.status_code == (200 if words else 302)
    assert WindowException.objects.count() == (0 if words else 1)
    assert AuditEvent.objects.filter(event="certification.window_exception_granted").count() == (0 if words else 1)


@pytest.mark.parametrize(("followed", "status"), [(False, 200), (True, 302)])
def test_threshold_ends_only_when_another_follows(client, followed, status):
    load()
    sign_in(client, staff_in(Role.ADMINISTRATOR))
    if followed:
        row = Threshold(code="window_years", value=8, effective_from=date(2030, 1, 1), basis="test")
        save_row(row, reason="Next policy", at=AT, actor="user:7")
    first = Threshold.objects.get(code="window_years", effective_from=date(1900, 1, 1))
    values = {"code": "window_years", "value": "7", "effective_from": "1900-01-01", "effective_to": "2029-12-31"}

    page = reverse("admin:certification_threshold_change", args=[first.pk])
    done = client.post(page, values | {"basis": "source", "change_reason": "Next policy"})

    first.refresh_from_db()
    assert (done.status_code, first.effective_to) == (status, date(2029, 12, 31) if followed else None)
