"""The newsletter: who reads it, its issues, and each issue on its way to each reader.

Readers are apart from accounts on purpose (R-CONTACT-2): an address here follows no change anywhere else.
"""

import uuid

from django.db import models
from django.db.models import Q

from portal.constraints import filled_exactly_in, state_is_known
from portal.models.deliveries import Delivery, DeliveryState
from portal.states import Machine, Owner


class SubscriptionState(models.TextChoices):
    """States of an address that was given for the newsletter."""

    PENDING = "pending", "Waiting for confirmation"
    ACTIVE = "active", "Subscribed"
    UNSUBSCRIBED = "unsubscribed", "Unsubscribed"
    SUPPRESSED = "suppressed", "Nothing is sent any more"


SUBSCRIPTION_MACHINE: Machine[SubscriptionState] = Machine(
    name="Newsletter subscription",
    moves={
        SubscriptionState.PENDING: frozenset({SubscriptionState.ACTIVE}),
        SubscriptionState.ACTIVE: frozenset({SubscriptionState.UNSUBSCRIBED, SubscriptionState.SUPPRESSED}),
        SubscriptionState.UNSUBSCRIBED: frozenset({SubscriptionState.ACTIVE, SubscriptionState.SUPPRESSED}),
        SubscriptionState.SUPPRESSED: frozenset({SubscriptionState.UNSUBSCRIBED}),
    },
    owners={
        SubscriptionState.PENDING: Owner.APPLICANT,
        SubscriptionState.ACTIVE: Owner.NOBODY,
        SubscriptionState.UNSUBSCRIBED: Owner.NOBODY,
        SubscriptionState.SUPPRESSED: Owner.STAFF,
    },
)


class IssueState(models.TextChoices):
    """States of an issue of the newsletter."""

    DRAFT = "draft", "Draft"
    SCHEDULED = "scheduled", "Scheduled"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    CANCELED = "canceled", "Canceled"


ISSUE_MACHINE: Machine[IssueState] = Machine(
    name="Newsletter issue",
    moves={
        IssueState.DRAFT: frozenset({IssueState.SCHEDULED, IssueState.CANCELED}),
        IssueState.SCHEDULED: frozenset({IssueState.DRAFT, IssueState.SENDING, IssueState.CANCELED}),
        IssueState.SENDING: frozenset({IssueState.SENT, IssueState.CANCELED}),
        IssueState.SENT: frozenset(),
        IssueState.CANCELED: frozenset(),
    },
    owners={
        IssueState.DRAFT: Owner.STAFF,
        IssueState.SCHEDULED: Owner.SYSTEM,
        IssueState.SENDING: Owner.SYSTEM,
        IssueState.SENT: Owner.NOBODY,
        IssueState.CANCELED: Owner.NOBODY,
    },
)
# What the public may read.
PUBLIC_ISSUE_STATES = [IssueState.SENDING, IssueState.SENT]


class NewsletterSubscriber(models.Model):
    """An address that was given for the newsletter. Of the link that confirms it only a hash is kept."""

    email = models.EmailField(max_length=254)
    email_key = models.CharField(max_length=254, unique=True, help_text="The address in lower case.")
    state = models.CharField(max_length=12, choices=SubscriptionState.choices, default=SubscriptionState.PENDING)
    confirm_digest = models.CharField(max_length=64, unique=True, null=True, blank=True)
    confirm_until = models.DateTimeField(null=True, blank=True)
    unsubscribe_key = models.CharField(max_length=64, unique=True)
    bounces = models.PositiveSmallIntegerField(default=0, help_text="Permanent failures since the confirmation.")
    suppressed_because = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            state_is_known("newsletter_subscriber", "state", SubscriptionState.values),
            filled_exactly_in(
                "newsletter_subscriber",
                "state",
                "ended_at",
                [SubscriptionState.UNSUBSCRIBED, SubscriptionState.SUPPRESSED],
            ),
            models.CheckConstraint(
                condition=~Q(state=SubscriptionState.ACTIVE) | Q(confirmed_at__isnull=False),
                name="newsletter_subscriber_active_is_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return f"subscriber {self.pk}"


class NewsletterIssue(models.Model):
    """One issue; its number is given when it goes out, so that numbers are consecutive."""

    number = models.PositiveIntegerField(unique=True, null=True, blank=True)
    title = models.CharField(max_length=120)
    summary = models.CharField(max_length=200, help_text="One sentence, shown beside the subject in mail programs.")
    body = models.TextField(
        max_length=40_000,
        help_text="Markdown: ## headings, lists, **bold**, [links](https://example.org/). HTML and pictures are not taken.",
    )
    state = models.CharField(max_length=12, choices=IssueState.choices, default=IssueState.DRAFT)
    created_at = models.DateTimeField()
    scheduled_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    enrolled_through = models.BigIntegerField(default=0, help_text="Last subscriber that got a delivery.")
    enrolled_count = models.PositiveIntegerField(default=0)
    enrolled_at = models.DateTimeField(null=True, blank=True, help_text="When every reader had a delivery.")
    finished_at = models.DateTimeField(null=True, blank=True)
    sent_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            state_is_known("newsletter_issue", "state", IssueState.values),
            models.CheckConstraint(
                condition=~Q(state__in=[IssueState.SCHEDULED, IssueState.SENDING, IssueState.SENT])
                | Q(scheduled_at__isnull=False),
                name="newsletter_issue_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=PUBLIC_ISSUE_STATES) | Q(number__isnull=False, started_at__isnull=False),
                name="newsletter_issue_public_has_number",
            ),
        ]
        permissions = [("write_newsletter", "Can write, schedule and stop issues of the newsletter")]

    def __str__(self) -> str:
        return f"Issue {self.number}" if self.number else f"Issue without a number ({self.pk})"


class NewsletterDelivery(Delivery):
    """One issue to one reader: once, however often the work is begun anew."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    issue = models.ForeignKey(NewsletterIssue, on_delete=models.PROTECT, related_name="deliveries")
    subscriber = models.ForeignKey(NewsletterSubscriber, on_delete=models.CASCADE, related_name="deliveries")

    class Meta:
        verbose_name_plural = "newsletter deliveries"
        constraints = [
            *Delivery.delivery_constraints("newsletter_delivery"),
            models.UniqueConstraint(fields=["issue", "subscriber"], name="newsletter_delivery_once"),
        ]
        indexes = [
            models.Index(fields=["not_before"], condition=Q(state="ready"), name="newsletter_delivery_due"),
            models.Index(fields=["lease_until"], condition=Q(state="leased"), name="newsletter_delivery_leases"),
            models.Index(fields=["issue", "state"], name="newsletter_delivery_progress"),
        ]

    def __str__(self) -> str:
        return f"newsletter delivery {self.pk}"


# Those that may still leave.
UNDER_WAY = [DeliveryState.READY, DeliveryState.LEASED, DeliveryState.HELD, DeliveryState.UNCERTAIN]
