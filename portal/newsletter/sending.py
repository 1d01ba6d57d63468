"""Issues on their way: begun when their time has come, one delivery for each reader, sent a few a minute.

Deliveries are rows under leases like all mail, in a table and a queue of their own: reports and messages to people never
wait behind a newsletter. A worker that is killed at any moment costs time, and neither loses nor repeats a reader.
"""

import time
import uuid
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from portal import jobs, leases, smtp
from portal.mail import message_domain
from portal.models import (
    UNDER_WAY,
    DeliveryState,
    IssueState,
    NewsletterDelivery,
    NewsletterIssue,
    NewsletterSubscriber,
    SubscriptionState,
)
from portal.newsletter import bounces, rendering
from portal.newsletter.issues import lock_issue, move, progress
from portal.newsletter.subscriptions import unsubscribe_url

ACTOR = "newsletter"
BATCH = 500
# Shorter than a task may take.
BUDGET_SECONDS = 45.0


@transaction.atomic
def begin(issue_id: int, *, at: datetime) -> bool:
    """Start sending a scheduled issue whose time has come, with the next number; False when it is not so any more."""
    issue = lock_issue(issue_id)
    if issue.state != IssueState.SCHEDULED or issue.scheduled_at is None or issue.scheduled_at > at:
        return False
    last = NewsletterIssue.objects.aggregate(last=Max("number"))["last"] or 0
    move(issue, IssueState.SENDING, at=at, actor=ACTOR, number=last + 1, started_at=at)
    return True


@transaction.atomic
def enroll(issue_id: int, *, at: datetime) -> int:
    """Make deliveries for the next readers of an issue that is being sent, at most a batch; returns for how many.

    Where it stopped is written in the same transaction, and one reader can have one delivery only.
    """
    issue = lock_issue(issue_id)
    if issue.state != IssueState.SENDING or issue.enrolled_at is not None:
        return 0
    readers = NewsletterSubscriber.objects.filter(
        pk__gt=issue.enrolled_through, state=SubscriptionState.ACTIVE, confirmed_at__lte=issue.started_at
    )
    batch = list(readers.order_by("pk").values_list("pk", flat=True)[:BATCH])
    if not batch:
        issue.enrolled_at = at
        issue.save(update_fields=["enrolled_at"])
        return 0
    rows = [_delivery(issue, key, issue.enrolled_count + place, at=at) for place, key in enumerate(batch)]
    NewsletterDelivery.objects.bulk_create(rows, ignore_conflicts=True)
    issue.enrolled_through = batch[-1]
    issue.enrolled_count += len(batch)
    issue.save(update_fields=["enrolled_through", "enrolled_count"])
    return len(batch)


def _delivery(issue: NewsletterIssue, subscriber_id: int, place: int, *, at: datetime) -> NewsletterDelivery:
    key = uuid.uuid4()
    minutes = place // settings.NEWSLETTER_PER_MINUTE
    return NewsletterDelivery(
        id=key,
        issue=issue,
        subscriber_id=subscriber_id,
        message_id=f"<newsletter-{key}@{message_domain()}>",
        not_before=(issue.started_at or at) + timedelta(minutes=minutes),
        created_at=at,
    )


@transaction.atomic
def finish(issue_id: int, *, at: datetime) -> bool:
    """Close an issue of which nothing is left to send; False while something is."""
    issue = lock_issue(issue_id)
    waiting = NewsletterDelivery.objects.filter(issue=issue, state__in=UNDER_WAY)
    if issue.state != IssueState.SENDING or issue.enrolled_at is None or waiting.exists():
        return False
    counts = progress(issue)
    sent = counts.get(DeliveryState.SENT, 0) + counts.get(DeliveryState.BOUNCED, 0)
    move(issue, IssueState.SENT, at=at, actor=ACTOR, finished_at=at, sent_count=sent)
    return True


def as_message(delivery: NewsletterDelivery) -> EmailMessage:
    """Return the message of `delivery` with the headers that lists carry (RFC 2369, RFC 2919, RFC 8058)."""
    address = unsubscribe_url(delivery.subscriber)
    subject, text, html = rendering.message(delivery.issue, unsubscribe_url=address)
    message = EmailMessage()
    message["From"] = settings.NEWSLETTER_FROM_EMAIL
    message["To"] = delivery.subscriber.email
    message["Subject"] = subject
    message["Date"] = format_datetime(delivery.created_at)
    message["Message-ID"] = delivery.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["Precedence"] = "bulk"
    message["List-Id"] = f"<newsletter.{message_domain()}>"
    message["List-Unsubscribe"] = f"<{address}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return message


def _is_wanted(delivery: NewsletterDelivery) -> bool:
    return delivery.issue.state == IssueState.SENDING and delivery.subscriber.state == SubscriptionState.ACTIVE


def _drop(delivery: NewsletterDelivery) -> None:
    """The reader left, or the issue was stopped, after this delivery was made."""
    leases.held_lease(delivery).update(state=DeliveryState.CANCELED, token=None, lease_until=None)


def deliver(rows: QuerySet[NewsletterDelivery]) -> bool:
    """Send the oldest due delivery of `rows`; returns whether there was one."""
    claimed = leases.claim(rows, at=timezone.now())
    if claimed is None:
        return False
    delivery = NewsletterDelivery.objects.select_related("issue", "subscriber").get(pk=claimed.pk)
    delivery.token = claimed.token
    if not _is_wanted(delivery):
        _drop(delivery)
        return True
    try:
        leases.require_claims_left(delivery)
    except leases.WorkersLostError as error:
        leases.give_back(delivery, at=timezone.now(), error=str(error), most_attempts=leases.MOST_SEND_ATTEMPTS)
        return True
    result = smtp.hand_over(
        as_message(delivery),
        sender=parseaddr(settings.NEWSLETTER_FROM_EMAIL)[1],
        recipient=delivery.subscriber.email,
        before_data=lambda: leases.begin_hand_off(delivery),
    )
    with transaction.atomic(durable=True):
        at = timezone.now()
        state = leases.settle(delivery, result, at=at)
        if state == DeliveryState.DEAD and result.outcome is smtp.Outcome.REFUSED:
            bounces.count_failure(delivery.subscriber_id, detail=result.reply, at=at)
    return True


def sweep(*, at: datetime) -> int:
    """Begin, go on with and finish issues, recover lost leases, and wake workers for at most a minute's worth of mail.

    Returns how many were woken.
    """
    until = time.monotonic() + BUDGET_SECONDS
    due = NewsletterIssue.objects.filter(state=IssueState.SCHEDULED, scheduled_at__lte=at).order_by("scheduled_at")
    for issue_id in list(due.values_list("pk", flat=True)):
        begin(issue_id, at=at)
    recover(at=at)
    for issue_id in list(NewsletterIssue.objects.filter(state=IssueState.SENDING).values_list("pk", flat=True)):
        while time.monotonic() < until and enroll(issue_id, at=at):
            pass
        finish(issue_id, at=at)
    waiting = leases.due(NewsletterDelivery.objects.all(), at).values_list("pk", flat=True)
    woken = list(waiting[: settings.NEWSLETTER_PER_MINUTE])
    for key in woken:
        if not jobs.send(jobs.DELIVER_NEWSLETTER, {"delivery_id": str(key)}):
            break
    return len(woken)


def recover(*, at: datetime) -> None:
    """End leases that passed. What is unknown after one repeat counts as sent: a third copy helps nobody."""
    _, _, stuck = leases.recover(NewsletterDelivery.objects.all(), at=at)
    doubtful = NewsletterDelivery.objects.filter(pk__in=[row.pk for row in stuck], state=DeliveryState.UNCERTAIN)
    doubtful.update(state=DeliveryState.SENT, sent_at=at, server_reply="No answer, even to the one repeat")
