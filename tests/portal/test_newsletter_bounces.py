"""Newsletters that come back, and complaints: which addresses get nothing more."""

import pytest
from django.utils import timezone
from pytest_django import Settings

from portal.models import DeliveryState, NewsletterDelivery, OutgoingEmail, SubscriptionState
from portal.newsletter import bounces, subscriptions
from portal.returned_mail import Notification
from portal.states import IllegalMoveError
from tests.factories.newsletter import NewsletterDeliveryFactory

pytestmark = pytest.mark.django_db


def states() -> list[str]:
    return list(NewsletterDelivery.objects.order_by("subscriber_id").values_list("state", flat=True))


def came_back(delivery: NewsletterDelivery, **values: bool) -> NewsletterDelivery | None:
    notification = Notification(delivery.message_id, "550 5.1.1 unknown", **values)
    return bounces.record_notification(notification, at=timezone.now())


def sent_delivery(**values: object) -> NewsletterDelivery:
    return NewsletterDeliveryFactory.create(state=DeliveryState.SENT, sent_at=timezone.now(), **values)


def test_newsletters_that_come_back_for_good_bar_the_address_and_each_counts_once(settings: Settings):
    settings.NEWSLETTER_MOST_BOUNCES = 2
    first = sent_delivery()
    reader = first.subscriber
    came_back(first)
    came_back(first)
    reader.refresh_from_db()
    assert (reader.bounces, reader.state) == (1, SubscriptionState.ACTIVE)

    came_back(sent_delivery(subscriber=reader))
    reader.refresh_from_db()
    assert (reader.bounces, reader.state) == (2, SubscriptionState.SUPPRESSED)
    assert set(states()) == {DeliveryState.BOUNCED}


def test_a_failure_for_now_bars_nobody(settings: Settings):
    settings.NEWSLETTER_MOST_BOUNCES = 1
    delivery = sent_delivery()

    came_back(delivery, is_permanent=False)

    delivery.subscriber.refresh_from_db()
    assert (delivery.subscriber.bounces, delivery.subscriber.state) == (0, SubscriptionState.ACTIVE)


def test_a_complaint_bars_the_address_at_once_and_nobody_can_sign_it_up_again():
    delivery = sent_delivery()
    came_back(delivery, is_complaint=True)

    reader = delivery.subscriber
    reader.refresh_from_db()
    assert reader.state == SubscriptionState.SUPPRESSED
    subscriptions.ask(email=reader.email, at=timezone.now())
    assert not OutgoingEmail.objects.exists()


def test_a_notification_about_another_message_is_not_ours_and_one_never_sent_cannot_come_back():
    assert came_back(NewsletterDeliveryFactory.build(message_id="<other@mx.example>")) is None
    delivery = NewsletterDeliveryFactory.create()

    with pytest.raises(IllegalMoveError):
        came_back(delivery)
    assert states() == [DeliveryState.READY]
