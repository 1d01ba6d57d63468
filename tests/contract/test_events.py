"""Events, their pages, and signed webhooks with every disturbance."""

import json
import time

import pytest
import stripe

from tests.contract.conftest import WEBHOOK_SECRET
from tests.contract.orders import order, paid_order, read

pytestmark = pytest.mark.contract

CARD_EVENTS = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]


def listed_types(client, **params):
    """The types of the listed events, oldest first."""
    return [event.type for event in reversed(client.v1.events.list({"limit": 100, **params}).data)]


def test_card_payment_makes_its_events_in_order(client, double):
    paid_order(client, double)

    assert listed_types(client) == CARD_EVENTS


def test_declined_card_makes_failure_events(client, double):
    session = order(client, double)

    double.pay(session.id, card="4000000000000002")

    assert listed_types(client) == ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]


@pytest.mark.parametrize(
    ("bank", "last"),
    [
        ("000123456789", ["charge.succeeded", "payment_intent.succeeded", "checkout.session.async_payment_succeeded"]),
        ("000222222227", ["charge.failed", "payment_intent.payment_failed", "checkout.session.async_payment_failed"]),
    ],
)
def test_debit_makes_events_at_submission_and_at_its_end(client, double, bank, last):
    session = order(client, double)
    double.pay(session.id, bank=bank)
    submitted = ["payment_intent.created", "charge.pending", "payment_intent.processing", "checkout.session.completed"]
    assert listed_types(client) == submitted

    double.end_debit(read(client, session.id).payment_intent.id)

    assert listed_types(client) == submitted + last


def test_expiry_cancels_intent_and_tells(client, double):
    session = order(client, double)
    double.pay(session.id, card="4000000000000002")

    client.v1.checkout.sessions.expire(session.id, {}, {"idempotency_key": "expire-1"})

    expired, canceled = client.v1.events.list({"types": ["checkout.session.expired", "payment_intent.canceled"]}).data[
        ::-1
    ]
    assert (expired.type, canceled.type) == ("checkout.session.expired", "payment_intent.canceled")
    assert expired.request.idempotency_key == "expire-1"


def test_refund_makes_its_events(client, double):
    session = paid_order(client, double)

    client.v1.refunds.create({"payment_intent": session.payment_intent.id})

    assert listed_types(client)[len(CARD_EVENTS) :] == ["refund.created", "charge.refunded"]


def test_event_keeps_the_object_as_it_was(client, double):
    session = paid_order(client, double)
    client.v1.refunds.create({"payment_intent": session.payment_intent.id})

    (event,) = client.v1.events.list({"type": "charge.succeeded"}).data

    assert event.data.object.amount_refunded == 0
    assert event.api_version == stripe.api_version
    assert client.v1.events.retrieve(event.id).id == event.id


def test_pages_of_events_meet_without_gap_or_overlap(client, double):
    for _ in range(3):
        paid_order(client, double)

    paged = [event.id for event in client.v1.events.list({"limit": 5}).auto_paging_iter()]
    first = client.v1.events.list({"limit": 5})
    second = client.v1.events.list({"limit": 5, "starting_after": first.data[-1].id})
    back = client.v1.events.list({"limit": 5, "ending_before": second.data[0].id})

    assert len(paged) == len(set(paged)) == 3 * len(CARD_EVENTS)
    assert [event.id for event in first.data + second.data] == paged[:10]
    assert (first.has_more, second.has_more) == (True, True)
    assert [event.id for event in back.data] == paged[:5]


def test_events_are_filtered_by_time_and_types(client, double):
    paid_order(client, double)
    now = double.move_clock(1000)["now"]
    paid_order(client, double)

    recent = listed_types(client, created={"gte": now})
    both = listed_types(client, types=["charge.succeeded", "checkout.session.completed"], created={"gte": now - 5000})

    assert recent == CARD_EVENTS
    assert both == ["charge.succeeded", "checkout.session.completed"] * 2


@pytest.mark.parametrize("params", [{"limit": 101}, {"limit": 0}, {"starting_after": "evt_none"}])
def test_wrong_page_is_refused(client, params):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.events.list(params)

    assert refusal.value.param in params


def test_webhook_signature_verifies_with_the_sdk(client, double, receiver):
    session = paid_order(client, double)
    double.wait_for_webhooks()

    events = [client.construct_event(item.payload, item.signature, WEBHOOK_SECRET) for item in receiver.received]

    assert sorted(event.type for event in events) == sorted(CARD_EVENTS)
    completed = next(event for event in events if event.type == "checkout.session.completed")
    assert completed.data.object.id == session.id


def test_altered_webhook_fails_verification(client, double, receiver):
    paid_order(client, double)
    double.wait_for_webhooks()
    webhook = receiver.received[0]

    with pytest.raises(stripe.SignatureVerificationError):
        client.construct_event(json.dumps(webhook.event), webhook.signature, WEBHOOK_SECRET)
    with pytest.raises(stripe.SignatureVerificationError):
        client.construct_event(webhook.payload, webhook.signature, "whsec_other")


def test_refused_webhook_is_sent_again(client, double, receiver):
    receiver.statuses += [500, 503]

    paid_order(client, double)
    double.wait_for_webhooks()

    assert sorted(set(receiver.types())) == sorted(CARD_EVENTS)
    assert len(receiver.received) == len(CARD_EVENTS) + 2
    assert sorted(attempt["status"] for attempt in double.deliveries()) == [200] * 4 + [500, 503]
    assert client.v1.events.list().data[0].pending_webhooks == 0


def test_paused_webhooks_wait_and_then_arrive(client, double, receiver):
    double.pause_webhooks()
    paid_order(client, double)
    time.sleep(0.2)
    assert receiver.received == []
    assert double.state()["webhooks_waiting"] == len(CARD_EVENTS)

    double.resume_webhooks()
    double.wait_for_webhooks()

    assert sorted(receiver.types()) == sorted(CARD_EVENTS)


def test_duplicated_and_shuffled_webhooks_all_arrive(client, double, receiver):
    double.duplicate_webhooks(3)
    double.shuffle_webhooks()

    for _ in range(5):
        paid_order(client, double)
    double.wait_for_webhooks()

    ids = [item.event["id"] for item in receiver.received]
    in_order = [event.id for event in reversed(client.v1.events.list({"limit": 100}).data)]
    assert sorted(ids) == sorted(in_order * 3)
    assert list(dict.fromkeys(ids)) != in_order


def test_dropped_webhooks_never_arrive_but_are_listed(client, double, receiver):
    double.drop_webhooks(len(CARD_EVENTS))

    paid_order(client, double)
    paid_order(client, double)
    double.wait_for_webhooks()

    assert sorted(receiver.types()) == sorted(CARD_EVENTS)
    assert len(listed_types(client)) == 2 * len(CARD_EVENTS)


def test_resent_event_arrives_once_more_with_the_same_id(client, double, receiver):
    paid_order(client, double)
    double.wait_for_webhooks()
    event = receiver.received[0].event["id"]

    assert double.resend_event(event) == 1
    double.wait_for_webhooks()

    assert [item.event["id"] for item in receiver.received].count(event) == 2


def test_endpoint_gets_only_the_events_it_wants_until_deleted(client, double, receiver):
    endpoint = client.v1.webhook_endpoints.create(
        {"url": f"{receiver.url}/second", "enabled_events": ["charge.succeeded"], "api_version": stripe.api_version}
    )
    paid_order(client, double)
    double.wait_for_webhooks()
    client.v1.webhook_endpoints.delete(endpoint.id)
    paid_order(client, double)
    double.wait_for_webhooks()

    sent = [attempt["url"] for attempt in double.deliveries()]
    assert sent.count(endpoint.url) == 1
    assert endpoint.secret.startswith("whsec_")
    assert [item.to_dict().get("secret") for item in client.v1.webhook_endpoints.list().data] == [None]
