"""Issues of the newsletter: written safely, scheduled by editors, sent in portions, read by everybody."""

from datetime import datetime, timedelta
from email import policy
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from applicants.models import User
from applicants.roles import Role
from portal import health, jobs, leases
from portal.mail import message_domain
from portal.models import (
    AuditEvent,
    DeliveryState,
    IssueState,
    NewsletterDelivery,
    NewsletterIssue,
    NewsletterSubscriber,
    OutgoingEmail,
    SubscriptionState,
)
from portal.newsletter import issues, rendering, sending
from portal.states import IllegalMoveError
from sandbox.mailbox.client import MailboxControl
from sandbox.mailbox.faults import Fault
from tests.factories.applicants import StaffFactory
from tests.factories.newsletter import NewsletterDeliveryFactory, NewsletterIssueFactory, NewsletterSubscriberFactory
from tests.support.sign_in import sign_in
from tests.support.wake_ups import WakeUp

pytestmark = pytest.mark.django_db


class Markup(HTMLParser):
    """What tags, attributes and links a piece of HTML really has."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_comment(self, data: str) -> None:
        self.tags.add("comment")


def scheduled(readers: int = 0, **values: object) -> NewsletterIssue:
    NewsletterSubscriberFactory.create_batch(readers)
    at = timezone.now()
    return NewsletterIssueFactory.create(state=IssueState.SCHEDULED, scheduled_at=at, **values)


def states() -> list[str]:
    return list(NewsletterDelivery.objects.order_by("subscriber_id").values_list("state", flat=True))


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "![x](https://evil.example/pixel.gif)",
        '<https://example.org/" onmouseover=alert(1)>',
        "[x](/staff/)",
        "<!-- hidden -->",
        "[x]: javascript:alert(1)\n\n[x]",
        "&lt;script&gt;",
    ],
)
def test_markdown_makes_no_script_no_picture_and_no_foreign_markup(evil: str):
    for html in (rendering.page_html(evil), rendering.email_html(evil)):
        found = Markup()
        found.feed(html)
        assert found.tags <= {"p", "a", "h2", "h3", "ul", "ol", "li"}
        assert found.attributes <= {"href", "style"}
        assert all(link.startswith("https://") for link in found.links)


def test_markdown_makes_headings_lists_and_links_below_the_title():
    html = rendering.page_html("# One\n\n## Two\n\n### Three\n\n- a\n\n[b](https://example.org/)")

    assert html.count("<h2>") == 2
    assert "<h1" not in html
    assert "<h3>Three</h3>" in html
    assert '<a href="https://example.org/">b</a>' in html
    assert 'style="color:#07648d"' in rendering.email_html("[b](https://example.org/)")
    assert rendering.headings("# One\n\n## Two\n\n### Three") == ["One", "Two"]


def test_an_issue_is_begun_when_its_time_has_come_and_gets_the_next_number(enqueued: list[WakeUp]):
    NewsletterIssueFactory.create(sent=True, number=41)
    issue = scheduled(readers=2)
    later = NewsletterIssueFactory.create(state=IssueState.SCHEDULED, scheduled_at=timezone.now() + timedelta(hours=1))

    woken = sending.sweep(at=timezone.now())

    issue.refresh_from_db()
    later.refresh_from_db()
    assert (issue.state, issue.number, issue.enrolled_count) == (IssueState.SENDING, 42, 2)
    assert (later.state, later.number) == (IssueState.SCHEDULED, None)
    assert woken == 2
    assert {(wake_up.name, wake_up.queue) for wake_up in enqueued} == {("portal.deliver_newsletter", "newsletter")}


def test_only_confirmed_readers_get_an_issue(enqueued: list[WakeUp]):
    issue = scheduled(readers=1)
    now = timezone.now()
    NewsletterSubscriberFactory.create(state=SubscriptionState.PENDING, confirmed_at=None)
    NewsletterSubscriberFactory.create(state=SubscriptionState.UNSUBSCRIBED, ended_at=now)
    NewsletterSubscriberFactory.create(state=SubscriptionState.SUPPRESSED, ended_at=now)
    NewsletterSubscriberFactory.create(confirmed_at=now + timedelta(minutes=1))

    sending.sweep(at=now)

    issue.refresh_from_db()
    assert issue.enrolled_count == NewsletterDelivery.objects.count() == 1


def test_a_thousand_readers_get_one_delivery_each_in_batches_and_a_few_a_minute(
    enqueued: list[WakeUp], settings: Settings
):
    settings.NEWSLETTER_PER_MINUTE = 100
    NewsletterSubscriber.objects.bulk_create(NewsletterSubscriberFactory.build_batch(1000))
    issue = scheduled()
    at = timezone.now()
    assert sending.begin(issue.pk, at=at)
    batches = [sending.enroll(issue.pk, at=at) for _ in range(4)]

    woken = sending.sweep(at=at)

    assert batches == [500, 500, 0, 0]
    assert NewsletterDelivery.objects.count() == 1000
    assert NewsletterDelivery.objects.values("subscriber").distinct().count() == 1000
    assert woken == len(enqueued) == 100
    assert NewsletterDelivery.objects.filter(not_before__lte=at).count() == 100
    assert NewsletterDelivery.objects.latest("not_before").not_before == at + timedelta(minutes=9)
    # Nothing that waits for its minute is overdue.
    assert health.readiness(at=at).oldest_due_seconds == 0.0


def test_a_batch_that_was_made_before_a_crash_is_not_made_again(enqueued: list[WakeUp]):
    issue = scheduled(readers=3)
    at = timezone.now()
    sending.begin(issue.pk, at=at)
    sending.enroll(issue.pk, at=at)
    # As if the note of where it stopped had been lost.
    NewsletterIssue.objects.update(enrolled_through=0, enrolled_at=None)

    sending.enroll(issue.pk, at=at)

    assert NewsletterDelivery.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_an_issue_arrives_with_the_headers_of_a_list_and_is_finished(mailbox: MailboxControl, enqueued: list[WakeUp]):
    issue = scheduled(readers=2)
    sending.sweep(at=timezone.now())
    while sending.deliver(NewsletterDelivery.objects.all()):
        pass
    sending.sweep(at=timezone.now())

    issue.refresh_from_db()
    assert (issue.state, issue.sent_count, issue.finished_at is None) == (IssueState.SENT, 2, False)
    received = sorted(mailbox.messages(), key=lambda message: message.envelope_to)
    readers = list(NewsletterSubscriber.objects.order_by("email"))
    assert [message.envelope_to for message in received] == [(reader.email,) for reader in readers]
    message = sending.as_message(NewsletterDelivery.objects.select_related("issue", "subscriber")[0])
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Id"] == f"<newsletter.{message_domain()}>"
    assert message["List-Unsubscribe"].startswith(f"<{settings.BASE_URL}/newsletter/unsubscribe/")
    assert message["Subject"] == f"Newsletter: {issue.title}"
    assert len(message.as_bytes(policy=policy.SMTP)) < 20_000


@pytest.mark.django_db(transaction=True)
def test_who_left_after_the_claim_gets_nothing_and_a_stopped_issue_stops(
    mailbox: MailboxControl, enqueued: list[WakeUp]
):
    issue = scheduled(readers=3)
    sending.sweep(at=timezone.now())
    first, second, third = NewsletterDelivery.objects.order_by("subscriber_id")
    # Not by the service, which would take the delivery back: as if both happened at the same moment.
    NewsletterSubscriber.objects.filter(pk=first.subscriber_id).update(
        state=SubscriptionState.UNSUBSCRIBED, ended_at=timezone.now()
    )
    sending.deliver(NewsletterDelivery.objects.filter(pk=first.pk))
    sending.deliver(NewsletterDelivery.objects.filter(pk=second.pk))
    issues.cancel(issue_id=issue.pk, reason="Wrong", at=timezone.now(), actor="tests")
    assert not sending.deliver(NewsletterDelivery.objects.filter(pk=third.pk))
    sending.sweep(at=timezone.now())

    assert states() == [DeliveryState.CANCELED, DeliveryState.SENT, DeliveryState.CANCELED]
    assert len(mailbox.messages()) == 1
    issue.refresh_from_db()
    assert (issue.state, issue.sent_count) == (IssueState.CANCELED, 1)


@pytest.mark.django_db(transaction=True)
def test_an_address_that_is_refused_for_good_is_barred_after_as_often_as_set(
    mailbox: MailboxControl, enqueued: list[WakeUp], settings: Settings
):
    settings.NEWSLETTER_MOST_BOUNCES = 2
    reader = NewsletterSubscriberFactory.create()
    for number, state in ((1, SubscriptionState.ACTIVE), (2, SubscriptionState.SUPPRESSED)):
        mailbox.fail(Fault.RCPT_550, recipient="reader*", count=1)
        scheduled()
        sending.sweep(at=timezone.now())
        sending.deliver(NewsletterDelivery.objects.all())
        reader.refresh_from_db()
        assert (reader.bounces, reader.state) == (number, state)

    assert AuditEvent.objects.filter(event="portal.newsletter_suppressed").count() == 1
    assert set(states()) == {DeliveryState.DEAD}


@pytest.mark.parametrize(
    ("state", "act"),
    [
        (IssueState.SENT, issues.take_back),
        (IssueState.SENDING, issues.take_back),
        (IssueState.CANCELED, issues.take_back),
        (IssueState.DRAFT, issues.take_back),
    ],
)
def test_an_issue_is_taken_back_only_while_it_waits(state: IssueState, act):
    issue = NewsletterIssueFactory.create(sent=True)
    NewsletterIssue.objects.update(state=state)

    with pytest.raises(IllegalMoveError):
        act(issue_id=issue.pk, at=timezone.now(), actor="tests")
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(("values", "hours"), [({"body": " "}, 1), ({}, -1), ({"body": "word " * 30_000}, 1)])
def test_what_cannot_be_sent_is_not_scheduled(values: dict[str, str], hours: int):
    issue = NewsletterIssueFactory.create(**values)
    at = timezone.now()

    with pytest.raises(issues.NotPossibleError):
        issues.schedule(issue_id=issue.pk, send_at=at + timedelta(hours=hours), at=at, actor="tests")
    issue.refresh_from_db()
    assert issue.state == IssueState.DRAFT


def change_page(issue: NewsletterIssue) -> str:
    return reverse("admin:portal_newsletterissue_change", args=[issue.pk])


def test_an_editor_writes_tries_schedules_and_cancels(staff_client: Client, staff_member: User):
    values = {"title": "News\r\nBcc: x", "summary": "Short.", "body": "## Hello <b>you</b>"}
    staff_client.post(reverse("admin:portal_newsletterissue_add"), values)
    issue = NewsletterIssue.objects.get()
    page = staff_client.get(change_page(issue)).content.decode()
    assert issue.title == "News Bcc: x"
    assert "<h2>Hello &lt;b&gt;you&lt;/b&gt;</h2>" in page

    staff_client.post(change_page(issue), {"act": "test"})
    test = OutgoingEmail.objects.get()
    assert (test.to_email, test.subject) == (staff_member.email, "[Test] Newsletter: News Bcc: x")

    staff_client.post(change_page(issue), {"act": "schedule", "send_at": "2099-07-01T12:00"})
    issue.refresh_from_db()
    assert (issue.state, issue.scheduled_at) == (IssueState.SCHEDULED, datetime.fromisoformat("2099-07-01T16:00+00:00"))
    # What is scheduled is what is sent.
    assert staff_client.post(change_page(issue), {**values, "title": "Other"}).status_code == 403
    staff_client.post(change_page(issue), {"act": "draft"})
    staff_client.post(change_page(issue), {"act": "cancel"})
    issue.refresh_from_db()
    assert issue.state == IssueState.DRAFT
    staff_client.post(change_page(issue), {"act": "cancel", "reason": "Not needed"})
    issue.refresh_from_db()
    assert (issue.state, issue.title) == (IssueState.CANCELED, "News Bcc: x")
    assert AuditEvent.objects.get(event="portal.newsletter_issue_canceled").reason == "Not needed"


@pytest.mark.parametrize(
    "data", [{"act": "sent"}, {"act": ""}, {"act": "schedule", "send_at": "soon"}, {"act": "schedule"}]
)
def test_an_unknown_act_or_time_changes_nothing(staff_client: Client, data: dict[str, str]):
    issue = NewsletterIssueFactory.create()

    assert staff_client.post(change_page(issue), data).status_code == 302
    issue.refresh_from_db()
    assert issue.state == IssueState.DRAFT


def test_staff_without_the_permission_neither_see_nor_change_issues():
    issue = NewsletterIssueFactory.create()
    client = Client()
    sign_in(client, StaffFactory.create(is_superuser=False, role=Role.FINANCE))

    assert client.get(change_page(issue)).status_code == 403
    for data in ({"act": "schedule", "send_at": "2099-07-01T12:00"}, {"act": "cancel", "reason": "x"}, {"act": "test"}):
        assert client.post(change_page(issue), data).status_code == 403
    issue.refresh_from_db()
    assert issue.state == IssueState.DRAFT
    assert not OutgoingEmail.objects.exists()


def test_the_public_reads_what_went_out_and_nothing_else(django_assert_max_num_queries: DjangoAssertNumQueries):
    sent = NewsletterIssueFactory.create(sent=True, title="Out <now>")
    draft = NewsletterIssueFactory.create(number=9000, title="Secret")
    with django_assert_max_num_queries(2):
        page = Client().get(reverse("newsletter")).content.decode()

    assert "Out &lt;now&gt;" in page
    assert "Secret" not in page
    shown = Client().get(reverse("newsletter_issue", args=[sent.number])).content.decode()
    assert "<h2>First news</h2>" in shown
    assert "<li>Second news</li>" in shown
    assert Client().get(reverse("newsletter_issue", args=[draft.number])).status_code == 404
    assert Client().get(f"/newsletter/{10**30}/").status_code == 404


def test_a_newsletter_never_stands_in_the_queue_of_reports_or_messages():
    assert jobs.DELIVER_NEWSLETTER.queue == "newsletter"
    assert leases.MOST_RESENDS == 1
    assert [
        name for name, value in vars(jobs).items() if isinstance(value, jobs.Job) and value.queue == "newsletter"
    ] == ["DELIVER_NEWSLETTER"]


def test_no_answer_twice_counts_as_sent_and_holds_nothing_up():
    long_ago = timezone.now() - timedelta(hours=1)
    issue = NewsletterIssueFactory.create(sent=True)
    NewsletterIssue.objects.update(state=IssueState.SENDING, finished_at=None)
    NewsletterDeliveryFactory.create(
        issue=issue, state=DeliveryState.UNCERTAIN, resends=1, not_before=long_ago, handoff_at=long_ago
    )

    sending.sweep(at=timezone.now())

    issue.refresh_from_db()
    assert states() == [DeliveryState.SENT]
    assert (issue.state, issue.sent_count) == (IssueState.SENT, 1)
