"""The first staff page: what waits, how much, since when, and only for those who may do it."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
from django.contrib import admin
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from applicants.roles import PERMISSIONS, Role
from portal import audit, four_eyes
from portal.audit import actor_label
from portal.models import FourEyesAct
from portal.work_queue import Queue, queues_of
from tests.factories.certification import ApplicationFactory
from tests.people import browser_of, staff_in
from tests.support.access import make_world
from tests.support.orders import make_physician

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("uploads_dir", "enqueued")]

INDEX = reverse("admin:index")
CARD = re.compile(r'<b>(\d+)</b>\s*<a href="([^"]+)">([^<]+)</a>\s*<span>([^<]+)</span>')
LINK = re.compile(r'<a href="[^"]+\?waits=[^"]+">([^<]+)</a>')
MOST_QUERIES = 12
LONG_AGO = timezone.now() - timedelta(days=90)
SENT = {"sent_at": LONG_AGO, "due_on": LONG_AGO.date()}
# What makes the row of the access tests wait; the others wait as they are made.
MADE_TO_WAIT: dict[str, dict[str, object]] = {
    "answers": {"state": "answered", **SENT},
    "cases": {"state": "allegation", "closed_at": None},
    "certificate_requests": {"state": "submitted", "submitted_at": LONG_AGO},
    "credentials": {"state": "submitted", "submitted_at": LONG_AGO},
    "deletions": {"state": "to_decide"},
    "faulty_imports": {"state": "faulty"},
    "held_reports": {"state": "on_hold"},
    "payments": {"needs_attention": "The amount differs."},
    "ready_imports": {"state": "ready"},
    "refunds": {"state": "failed"},
    "silent_schools": {"state": "sent", "staff_told_at": LONG_AGO, **SENT},
    "stopped_mail": {"state": "dead"},
    "stuck_uploads": {"state": "received", "received_at": LONG_AGO},
    "suspicions": {"state": "suspected_fraud"},
    "undelivered_reports": {"state": "delivery_problem"},
    "unsent": {"state": "prepared"},
}


def all_queues() -> Iterator[tuple[type[models.Model], Queue]]:
    """Every kind of work of every staff page."""
    for page in admin.site._registry.values():
        yield from ((page.model, queue) for queue in queues_of(page))


def page_of(client: Client) -> str:
    """The first page as text."""
    answer = client.get(INDEX)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def cards_of(html: str) -> dict[str, tuple[int, str, str]]:
    """Count, address and words of each card, by title."""
    return {title: (int(count), url, words) for count, url, title, words in CARD.findall(html)}


def test_what_waits_is_a_card_that_leads_to_just_those_rows():
    world = make_world()
    seen = set()
    for model, queue in all_queues():
        row = world.rows[model._meta.label_lower]
        model._default_manager.filter(pk=row.pk).update(**MADE_TO_WAIT.get(queue.key, {}))

        count, url, words = cards_of(page_of(world.client("everything")))[queue.title]

        listed = world.client("everything").get(url)
        assert (queue.key, listed.context["cl"].result_count) == (queue.key, count)
        assert row.pk in [one.pk for one in listed.context["cl"].result_list]
        assert "business day" in words
        seen.add(queue.key)
    assert len(seen) == sum(1 for _ in all_queues()) == 25


def test_each_role_sees_the_work_it_may_do_and_nothing_else_in_few_queries():
    world = make_world()
    for role in Role:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            html = page_of(world.client(role))

        assert len(queries) <= MOST_QUERIES
        may_do = {queue.title for _, queue in all_queues() if queue.permission in PERMISSIONS[role]}
        assert set(LINK.findall(html)) == may_do
    with CaptureQueriesContext(connection) as queries:
        html = page_of(world.client("everything"))
    assert len(queries) <= MOST_QUERIES
    assert len(set(LINK.findall(html))) == 25


def test_who_only_reads_is_told_so(db: None):
    html = page_of(browser_of(Role.AUDITOR))

    assert "Your role reads and has no queues of its own" in html
    assert cards_of(html) == {}
    assert 'id="browse"' in html


def test_an_empty_desk_says_so_and_still_leads_everywhere():
    html = page_of(browser_of(Role.CREDENTIAL_REVIEWER))

    assert "Nothing waits for you." in html
    assert cards_of(html) == {}
    assert "Applications to review" in LINK.findall(html)


def test_a_card_is_late_when_something_waits_too_long_and_the_oldest_rows_are_named():
    now = timezone.now()
    late = ApplicationFactory.create(
        applicant=make_physician(4821375, family_name="Okonkwo"), submitted_at=now - timedelta(days=30)
    )
    ApplicationFactory.create(submitted_at=now)
    ApplicationFactory.create(submitted_at=now, state="accepted", decided_at=now, decided_by="user:1")

    client = browser_of(Role.SENIOR_REVIEWER)
    html = page_of(client)

    count, _, words = cards_of(html)["Applications to review"]
    assert count == 2
    assert re.fullmatch(r"The oldest waits 2\d business days\. 1 longer than 5 business days\.", words)
    assert html.count('<li class="late">') == 1
    oldest = html.split('<h2 id="oldest">')[1]
    assert oldest.index("Okonkwo") < oldest.index("less than a day")
    assert "0-482-137-5" in oldest
    assert reverse("admin:certification_application_change", args=[late.pk]) in oldest
    assert "Under review by you" not in html


def test_what_somebody_holds_is_named_and_ones_own_stands_apart():
    now, me, other = timezone.now(), staff_in(Role.SENIOR_REVIEWER), staff_in(Role.CREDENTIAL_REVIEWER)
    held = {"state": "in_review", "reviewer_until": now + timedelta(minutes=10)}
    ApplicationFactory.create(applicant=make_physician(4821375, family_name="Mine"), reviewer=me, **held)
    ApplicationFactory.create(applicant=make_physician(3157426, family_name="Theirs"), reviewer=other, **held)
    ApplicationFactory.create(
        applicant=make_physician(3157434, family_name="Ended"),
        reviewer=me,
        **{**held, "reviewer_until": now - timedelta(minutes=10)},
    )

    html = page_of(browser_of(Role.SENIOR_REVIEWER))

    _, yours, everything = re.split(r'<h2 id="(?:yours|oldest)">', html)
    assert "Mine" in yours
    assert "Theirs" not in yours
    assert "Ended" not in yours
    assert everything.count(other.username) == everything.count(me.username) == 1
    assert everything.count("Nobody yet") == 1


def test_ones_own_decisions_are_listed_and_nobody_elses():
    at = timezone.now()
    me, other = staff_in(Role.CREDENTIAL_REVIEWER), staff_in(Role.SENIOR_REVIEWER)
    mine, theirs = ApplicationFactory.create(), ApplicationFactory.create(applicant=make_physician(4821375))
    for application, who, act in (
        (mine, me, "returned"),
        (mine, me, "accepted"),
        (theirs, other, "rejected"),
    ):
        audit.record(f"certification.application_{act}", actor=actor_label(who), subject=application, at=at)
    for act in ("applicants.review_taken", "applicants.review_saved", "certification.application_paid"):
        audit.record(act, actor=actor_label(me), subject=theirs, at=at)
    audit.record("certification.certificate_issued", actor=actor_label(me), subject=me, at=at)

    decided = page_of(browser_of(Role.CREDENTIAL_REVIEWER)).split('<h2 id="decided">')[1].split("</section>")[0]

    assert [decided.index(words) for words in ("accepted</th>", "returned</th>")] == sorted(
        decided.index(words) for words in ("accepted</th>", "returned</th>")
    )
    assert decided.count(reverse("admin:certification_application_change", args=[mine.pk])) == 2
    assert decided.count("<tr>") == 3
    assert "Your recent decisions" not in page_of(browser_of(Role.FINANCE))


def test_a_wish_waits_for_others_who_may_carry_it_out():
    now = timezone.now()
    certified, paid = make_physician(4821375), make_physician(3157426)
    senior = staff_in(Role.SENIOR_REVIEWER)
    for subject, actor, at in (
        (certified, actor_label(senior), now),
        (paid, "user:0", now),
        (senior, "user:0", now - four_eyes.VALID_FOR),
    ):
        four_eyes.propose(FourEyesAct.ISSUE_CERTIFICATE, subject=subject, reason="Test", actor=actor, at=at)

    def waits(role: Role) -> int:
        return cards_of(page_of(browser_of(role))).get("Waiting for a second person", (0,))[0]

    assert waits(Role.SENIOR_REVIEWER) == 1
    assert waits(Role.COMMITTEE) == 2
    assert waits(Role.CREDENTIAL_REVIEWER) == 0
