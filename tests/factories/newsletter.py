"""Smallest valid rows of the newsletter."""

from datetime import UTC, datetime, timedelta

from factory.declarations import LazyAttribute, LazyFunction, Sequence, SubFactory, Trait
from factory.django import DjangoModelFactory

from portal.models import IssueState, NewsletterDelivery, NewsletterIssue, NewsletterSubscriber, SubscriptionState
from portal.newsletter.subscriptions import new_key

AT = datetime(2026, 1, 5, 15, tzinfo=UTC)
BODY = "## First news\n\nRead **all** of it [here](https://example.org/news).\n\n## Second news\n\n- one\n- two\n"


class NewsletterIssueFactory(DjangoModelFactory[NewsletterIssue]):
    """A draft; with `sent=True` an issue that went out."""

    class Meta:
        model = NewsletterIssue

    class Params:
        sent = Trait(
            state=IssueState.SENT,
            number=Sequence(lambda number: number + 1),
            scheduled_at=AT,
            started_at=AT,
            enrolled_at=AT,
            finished_at=AT + timedelta(hours=1),
        )

    title = Sequence(lambda number: f"News of month {number}")
    summary = "What is new this month."
    body = BODY
    created_at = AT


class NewsletterSubscriberFactory(DjangoModelFactory[NewsletterSubscriber]):
    """A reader who confirmed."""

    class Meta:
        model = NewsletterSubscriber

    email = Sequence(lambda number: f"reader{number}@readers.example")
    email_key = LazyAttribute(lambda reader: reader.email.lower())
    state = SubscriptionState.ACTIVE
    unsubscribe_key = LazyFunction(new_key)
    created_at = AT
    confirmed_at = AT


class NewsletterDeliveryFactory(DjangoModelFactory[NewsletterDelivery]):
    """An issue on its way to a reader."""

    class Meta:
        model = NewsletterDelivery

    issue = SubFactory(NewsletterIssueFactory, sent=True)
    subscriber = SubFactory(NewsletterSubscriberFactory)
    message_id = Sequence(lambda number: f"<newsletter-{number}@portal.example>")
    not_before = AT
    created_at = AT
