"""Newsletters that came back, and readers who complained: addresses that nothing is sent to any more."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from portal import audit
from portal.models import DELIVERY_MACHINE, DeliveryState, NewsletterDelivery, SubscriptionState
from portal.newsletter.subscriptions import MAIL_SERVER, locked, move
from portal.returned_mail import Notification


@transaction.atomic
def record_notification(notification: Notification, *, at: datetime) -> NewsletterDelivery | None:
    """Record that a newsletter came back, or that its reader complained; None for a Message-ID that is not ours.

    A second notification about the same message changes nothing. A complaint (RFC 5965) suppresses the address at once,
    permanent failures after as many as the settings say; a failure for now only marks the delivery.
    """
    delivery = (
        NewsletterDelivery.objects.select_for_update(of=("self",)).filter(message_id=notification.message_id).first()
    )
    if delivery is None:
        return None
    if notification.is_complaint:
        suppress(delivery.subscriber_id, because="The reader complained.", at=at)
        return delivery
    if delivery.state == DeliveryState.BOUNCED:
        return delivery
    DELIVERY_MACHINE.check(delivery.state, DeliveryState.BOUNCED)
    detail = notification.detail[:500]
    NewsletterDelivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.BOUNCED, last_error=detail)
    if notification.is_permanent:
        count_failure(delivery.subscriber_id, detail=detail, at=at)
    return delivery


def count_failure(subscriber_id: int, *, detail: str, at: datetime) -> None:
    """Count one permanent failure of an address, and suppress it when there were too many."""
    subscriber = locked(pk=subscriber_id)
    if subscriber is None:
        return
    subscriber.bounces += 1
    subscriber.save(update_fields=["bounces"])
    audit.record("portal.newsletter_bounced", actor=MAIL_SERVER, subject=subscriber, at=at, bounces=subscriber.bounces)
    if subscriber.bounces >= settings.NEWSLETTER_MOST_BOUNCES:
        suppress(subscriber_id, because=f"Came back {subscriber.bounces} times.", at=at)


def suppress(subscriber_id: int, *, because: str, at: datetime) -> None:
    """Send nothing more to a reader; who asked for that already, or never confirmed, stays as they are."""
    subscriber = locked(pk=subscriber_id)
    if subscriber is None or subscriber.state not in {SubscriptionState.ACTIVE, SubscriptionState.UNSUBSCRIBED}:
        return
    move(
        subscriber,
        SubscriptionState.SUPPRESSED,
        at=at,
        actor=MAIL_SERVER,
        reason=because,
        suppressed_because=because,
        confirm_digest=None,
        confirm_until=None,
    )
