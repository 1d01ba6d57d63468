"""The door for Stripe's events: what is signed is stored once, everything else leaves no trace."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client

from payments.models import StripeEvent
from tests.payments import scenes

pytestmark = pytest.mark.django_db
URL = "/payments/stripe/webhook/"


def deliver(body: bytes, signature: str, client: Client | None = None) -> int:
    caller = client or Client(enforce_csrf_checks=True)
    answer = caller.post(URL, body, content_type="application/json", headers={"Stripe-Signature": signature})
    return answer.status_code


def test_a_signed_event_is_stored_and_wakes_a_worker(enqueued, django_capture_on_commit_callbacks):
    payment = scenes.pending()
    enqueued.clear()

    with django_capture_on_commit_callbacks(execute=True):
        status = deliver(*scenes.signed(scenes.event(payment)))

    stored = StripeEvent.objects.get()
    assert status == 200
    assert (stored.id, stored.type, stored.processed_at) == ("evt_1", "checkout.session.completed", None)
    assert [(one.name, one.ids) for one in enqueued] == [("payments.process_event", {"event_id": "evt_1"})]
    assert stored.payload["payment"] == str(payment.pk)


def test_nothing_about_the_payer_is_kept():
    deliver(*scenes.signed(scenes.event(scenes.pending())))

    kept = json.dumps(StripeEvent.objects.get().payload)
    assert "Adaeze" not in kept
    assert "payer@example.org" not in kept


def test_a_repeated_event_is_answered_and_stored_once(enqueued, django_capture_on_commit_callbacks):
    event = scenes.event(scenes.pending())
    deliver(*scenes.signed(event))
    enqueued.clear()

    with django_capture_on_commit_callbacks(execute=True):
        status = deliver(*scenes.signed(event))

    assert status == 200
    assert StripeEvent.objects.count() == 1
    assert enqueued == []


def test_an_event_of_an_unknown_type_is_stored():
    status = deliver(*scenes.signed(scenes.event(scenes.pending(), type_="payout.paid")))

    assert status == 200
    assert StripeEvent.objects.get().type == "payout.paid"


@pytest.mark.parametrize("forgery", ["bad key", "too old", "written anew", "no signature", "garbage"])
def test_a_forged_or_replayed_event_leaves_no_trace(enqueued, forgery: str):
    event = scenes.event(scenes.pending())
    enqueued.clear()
    body, signature = scenes.signed(event)
    body, signature = {
        "bad key": scenes.signed(event, secret="whsec_wrong"),
        "too old": scenes.signed(event, age_seconds=301),
        "written anew": (json.dumps(event, indent=1).encode(), signature),
        "no signature": (body, ""),
        "garbage": (b"\xff\xfe", signature),
    }[forgery]

    status = deliver(body, signature)

    assert status == 400
    assert not StripeEvent.objects.exists()
    assert enqueued == []


def test_a_signed_body_that_is_no_event_is_refused():
    assert deliver(*scenes.signed({"hello": "world"})) == 400
    assert not StripeEvent.objects.exists()


def test_a_body_that_is_too_large_is_not_read():
    event = scenes.event(scenes.pending()) | {"padding": "x" * 600_000}

    assert deliver(*scenes.signed(event)) == 413
    assert not StripeEvent.objects.exists()


def test_only_post_is_answered():
    assert Client().get(URL).status_code == 405


@pytest.mark.django_db(transaction=True)
def test_parallel_deliveries_store_one_event():
    signed = scenes.signed(scenes.event(scenes.pending()))

    def send(_: int) -> int:
        try:
            return deliver(*signed)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(6)))

    assert answers == [200] * 6
    assert StripeEvent.objects.count() == 1
