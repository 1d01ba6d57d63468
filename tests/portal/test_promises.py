"""Times on public pages: each comes from what decides it, none stands in the words of a page."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from applicants.models import Applicant
from certification.models import Threshold
from certification.services.certificates import candidates
from certification.services.rule_tables import load_shipped, save_row
from portal import promises
from portal.eastern import eastern_date
from tests.factories.certification import IssueDecisionFactory

AT = datetime(2026, 2, 1, 12, tzinfo=UTC)
PAGES = {"help": "portal/help.html", "landing": "portal/landing.html"}
TIME = re.compile(
    r"\b(?:\d+|an?|one|two|three|four|five|six|ten)\s+(?:business\s+)?(?:hour|day|week|month|year)s?\b", re.IGNORECASE
)
# What banks say, which nothing of ours decides.
OF_OTHERS = {"5 business days"}


def text_of(client: Client, name: str = "help") -> str:
    cache.clear()
    return client.get(reverse(name)).content.decode()


@pytest.mark.parametrize("template", PAGES.values())
def test_no_time_stands_in_the_words_of_a_page(template: str):
    words = (Path(settings.BASE_DIR) / "templates" / template).read_text()

    assert set(TIME.findall(words)) <= OF_OTHERS


@pytest.mark.django_db
def test_every_promise_is_printed_as_it_is(client: Client, monkeypatch: pytest.MonkeyPatch):
    told = {key: 101 + place for place, key in enumerate(promises.current(at=AT))}
    monkeypatch.setattr(promises, "current", lambda at: told)

    pages = "".join(text_of(client, name) for name in PAGES)

    assert {int(number) for number in re.findall(r"\b1\d\d\b(?= (?:business )?(?:day|week)s)", pages)} == set(
        told.values()
    )


@pytest.mark.django_db
def test_a_setting_that_changes_changes_the_page(client: Client, settings: Settings):
    settings.APPLICATION_DRAFT_DAYS, settings.BASKET_DAYS = 47, 1

    page = text_of(client)

    assert "We keep unfinished answers for 47 days." in page
    assert "is kept for 1 day." in page


@pytest.mark.django_db
def test_a_gap_in_the_rule_table_takes_no_page_away(client: Client):
    load_shipped(at=AT, actor="tests")
    Threshold.objects.filter(code=candidates.WEEKS_TO_ISSUE).delete()

    assert "which takes about 2 weeks." in text_of(client)


@pytest.mark.django_db
def test_the_rule_table_and_then_our_own_record_say_how_long_a_certificate_takes(client: Client, applicant: Applicant):
    assert "which takes about 2 weeks." in text_of(client)
    load_shipped(at=AT, actor="tests")
    row = Threshold.objects.get(code="weeks_to_issue")
    row.value = Decimal(1)
    save_row(row, reason="Quicker", at=AT, actor="tests")
    assert "which takes about 1 week." in text_of(client)

    last = eastern_date(timezone.now())
    for _ in range(candidates.ENOUGH_DECISIONS):
        IssueDecisionFactory.create(applicant=applicant, as_of=last, eligible_since=last - timedelta(days=30))

    assert "which takes about 5 weeks." in text_of(client)


@pytest.mark.django_db
def test_pages_do_not_ask_the_record_for_each_reader(client: Client, django_assert_num_queries):
    text_of(client)

    with django_assert_num_queries(0):
        client.get(reverse("landing"))


def test_pages_are_shown_while_the_database_does_not_answer(client: Client, monkeypatch: pytest.MonkeyPatch):
    def refuse(at: datetime) -> int:
        raise OperationalError("connection refused")

    gone = promises.Promise("school_days", refuse, otherwise=lambda at: 91)
    monkeypatch.setitem(promises._promises, "school_days", gone)

    assert "Most schools answer within 91 days." in text_of(client)


def test_no_key_twice():
    with pytest.raises(promises.PromiseTwiceError):
        promises.add(promises.Promise("school_days", lambda at: 1))
