"""Who reads the newsletter: sign-up with confirmation by mail (double opt-in), leaving, and addresses not written to."""

import hashlib
import re
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac

from portal import audit, mail
from portal.models import (
    SUBSCRIPTION_MACHINE,
    DeliveryState,
    NewsletterDelivery,
    NewsletterSubscriber,
    SubscriptionState,
)
from portal.rate_limits import RateLimit, TooManyRequestsError, spend
from portal.states import IllegalMoveError

CONFIRM_WITHIN = timedelta(days=3)
# Nobody can have somebody else's mailbox filled by typing the address in again and again.
MAILS_TO_ONE_ADDRESS = RateLimit("newsletter_address", most=3, per=timedelta(days=1))
# What `new_key` makes; anything else in a link is not even looked for.
KEY = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)
READER, MAIL_SERVER = "reader", "mail server"


def new_key() -> str:
    """Return 192 random bits for a link."""
    return secrets.token_urlsafe(24)


def digest(key: str) -> str:
    """Return what is kept of the key of a confirmation."""
    return hashlib.sha256(key.encode()).hexdigest()


def move(
    subscriber: NewsletterSubscriber,
    target: SubscriptionState,
    *,
    at: datetime,
    actor: str,
    reason: str = "",
    **values: object,
) -> None:
    """Move a locked subscriber to `target`, writing `values` with it, and record it.

    Raises `portal.states.IllegalMoveError`, with nothing written, when the table has no such move.
    """
    SUBSCRIPTION_MACHINE.check(subscriber.state, target)
    before = subscriber.state
    ended = target in {SubscriptionState.UNSUBSCRIBED, SubscriptionState.SUPPRESSED}
    values = {"ended_at": at if ended else None, **values, "state": target}
    for name, value in values.items():
        setattr(subscriber, name, value)
    subscriber.save(update_fields=list(values))
    audit.record(
        f"portal.newsletter_{target.value}", actor=actor, subject=subscriber, at=at, reason=reason, before=before
    )
    if ended:
        NewsletterDelivery.objects.filter(subscriber=subscriber, state=DeliveryState.READY).update(
            state=DeliveryState.CANCELED
        )


def locked(**lookup: object) -> NewsletterSubscriber | None:
    """Return the subscriber found by `lookup`, locked until the end of the caller's transaction."""
    return NewsletterSubscriber.objects.select_for_update(of=("self",)).filter(**lookup).first()


@transaction.atomic
def ask(*, email: str, at: datetime) -> None:
    """Send a link to `email` that confirms a subscription. The answer to the visitor is the same whatever happens here.

    Nothing is sent to an address that is suppressed, or was written to too often today; one that is subscribed already
    is told so. Raises ValueError for an address of more than one line.
    """
    key = email.strip().lower()
    if len(key.splitlines()) != 1:
        raise ValueError("An e-mail address is one line.")
    try:
        spend(MAILS_TO_ONE_ADDRESS, _address_key(key), at=at)
    except TooManyRequestsError:
        return
    NewsletterSubscriber.objects.bulk_create(
        [NewsletterSubscriber(email=email.strip(), email_key=key, unsubscribe_key=new_key(), created_at=at)],
        ignore_conflicts=True,
    )
    subscriber = locked(email_key=key)
    if subscriber is None or subscriber.state == SubscriptionState.SUPPRESSED:
        return
    if subscriber.state == SubscriptionState.ACTIVE:
        context = {"unsubscribe_url": unsubscribe_url(subscriber), "archive_url": _absolute("newsletter")}
        mail.queue_email(template="newsletter_already", to_email=subscriber.email, context=context, at=at)
        return
    _send_link(subscriber, email.strip(), at=at)


def _send_link(subscriber: NewsletterSubscriber, email: str, *, at: datetime) -> None:
    token = new_key()
    subscriber.email = email
    subscriber.confirm_digest = digest(token)
    subscriber.confirm_until = at + CONFIRM_WITHIN
    subscriber.save(update_fields=["email", "confirm_digest", "confirm_until"])
    audit.record("portal.newsletter_asked", actor=READER, subject=subscriber, at=at)
    context = {"confirm_url": _absolute("newsletter_confirm", token), "days": CONFIRM_WITHIN.days}
    until = subscriber.confirm_until
    mail.queue_email(template="newsletter_confirm", to_email=email, context=context, at=at, works_until=until)


def is_waiting(*, token: str, at: datetime) -> bool:
    """Tell whether `token` would confirm a subscription at `at`; changes nothing."""
    return NewsletterSubscriber.objects.filter(confirm_digest=digest(token), confirm_until__gte=at).exists()


@transaction.atomic
def confirm(*, token: str, at: datetime) -> bool:
    """Begin the subscription that `token` was sent for; False when it is unknown, used or too old.

    The token works once.
    """
    subscriber = locked(confirm_digest=digest(token), confirm_until__gte=at)
    if subscriber is None:
        return False
    move(
        subscriber,
        SubscriptionState.ACTIVE,
        at=at,
        actor=READER,
        confirm_digest=None,
        confirm_until=None,
        confirmed_at=at,
        bounces=0,
    )
    return True


def reader_of(key: str) -> NewsletterSubscriber | None:
    """Return the subscriber to whom the link with `key` was sent, or None."""
    if not KEY.fullmatch(key):
        return None
    return NewsletterSubscriber.objects.filter(unsubscribe_key=key).first()


@transaction.atomic
def unsubscribe(*, key: str, at: datetime) -> bool:
    """End the subscription that `key` belongs to; a repeat changes nothing. False for an unknown key."""
    subscriber = locked(unsubscribe_key=key) if KEY.fullmatch(key) else None
    if subscriber is None:
        return False
    if subscriber.state == SubscriptionState.ACTIVE:
        move(subscriber, SubscriptionState.UNSUBSCRIBED, at=at, actor=READER)
    return True


@transaction.atomic
def lift_suppression(*, subscriber_id: int, reason: str, actor: str, at: datetime) -> None:
    """Let an address be written to again once its reader confirms anew.

    Raises `IllegalMoveError` for one that is not barred, with nothing written.
    """
    subscriber = locked(pk=subscriber_id)
    if subscriber is None:
        raise NewsletterSubscriber.DoesNotExist(str(subscriber_id))
    if subscriber.state != SubscriptionState.SUPPRESSED:
        raise IllegalMoveError(f"Subscriber {subscriber_id} is {subscriber.state}, so nothing bars the address.")
    values = {"suppressed_because": "", "bounces": 0}
    move(subscriber, SubscriptionState.UNSUBSCRIBED, at=at, actor=actor, reason=reason, **values)


def unsubscribe_url(subscriber: NewsletterSubscriber) -> str:
    """Return the address that ends this subscription without a sign-in."""
    return _absolute("newsletter_unsubscribe", subscriber.unsubscribe_key)


def _absolute(name: str, *args: str) -> str:
    return f"{settings.BASE_URL}{reverse(name, args=args)}"


def _address_key(email_key: str) -> str:
    return salted_hmac("portal.newsletter_address", email_key, algorithm="sha256").hexdigest()[:32]
