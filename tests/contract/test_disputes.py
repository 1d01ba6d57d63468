"""Disputes and early fraud warnings."""

import pytest
import stripe

from tests.contract.orders import PRICE_CENTS, paid_order, read

pytestmark = pytest.mark.contract


def disputed_order(client, double):
    """A paid session and the open dispute of its card."""
    session = paid_order(client, double, "4000000000000259")
    (dispute,) = client.v1.disputes.list({"charge": session.payment_intent.latest_charge.id}).data
    return session, dispute


def event_types(client):
    """The types of all dispute events, oldest first."""
    events = client.v1.events.list({"type": "charge.dispute.*", "limit": 100}).data
    return [event.type.removeprefix("charge.dispute.") for event in reversed(events)]


def test_disputing_card_opens_dispute_after_payment(client, double):
    session, dispute = disputed_order(client, double)

    assert (dispute.status, dispute.reason, dispute.amount) == ("needs_response", "fraudulent", PRICE_CENTS)
    assert dispute.payment_intent == session.payment_intent.id
    assert [(item.amount, item.fee) for item in dispute.balance_transactions] == [(-PRICE_CENTS, 1500)]
    assert session.payment_intent.latest_charge.disputed is True
    assert event_types(client) == ["created", "funds_withdrawn"]


def test_won_dispute_returns_the_money(client, double):
    _, dispute = disputed_order(client, double)

    double.close_dispute(dispute.id, "won")

    after = client.v1.disputes.retrieve(dispute.id)
    assert after.status == "won"
    assert sum(item.net for item in after.balance_transactions) == 0
    assert event_types(client) == ["created", "funds_withdrawn", "funds_reinstated", "closed"]


def test_evidence_puts_dispute_under_review(client, double):
    _, dispute = disputed_order(client, double)

    after = client.v1.disputes.update(dispute.id, {"evidence": {"product_description": "Status report"}})

    assert (after.status, after.evidence.product_description) == ("under_review", "Status report")
    assert after.evidence_details.submission_count == 1
    assert event_types(client)[-1] == "updated"


def test_staged_evidence_leaves_dispute_open(client, double):
    _, dispute = disputed_order(client, double)

    after = client.v1.disputes.update(dispute.id, {"evidence": {"customer_name": "Test Buyer"}, "submit": False})

    assert (after.status, after.evidence_details.has_evidence) == ("needs_response", True)


def test_winning_evidence_wins(client, double):
    _, dispute = disputed_order(client, double)

    after = client.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": "winning_evidence"}})

    assert after.status == "won"


def test_closed_dispute_is_lost_for_good(client, double):
    _, dispute = disputed_order(client, double)

    assert client.v1.disputes.close(dispute.id).status == "lost"
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": "winning_evidence"}})

    assert refusal.value.code == "dispute_already_closed"
    assert client.v1.disputes.retrieve(dispute.id).status == "lost"
    assert event_types(client) == ["created", "funds_withdrawn", "closed"]


def test_unknown_evidence_is_refused(client, double):
    _, dispute = disputed_order(client, double)

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.disputes.update(dispute.id, {"evidence": {"nonsense": "x"}})

    assert refusal.value.param == "evidence[nonsense]"
    assert client.v1.disputes.retrieve(dispute.id).status == "needs_response"


def test_dispute_of_part_of_a_charge_withdraws_that_part(client, double):
    session = paid_order(client, double)

    dispute = double.open_dispute(session.payment_intent.id, reason="duplicate", amount=1000)

    assert (dispute["amount"], dispute["reason"]) == (1000, "duplicate")
    assert read(client, session.id).payment_intent.latest_charge.disputed is True


def test_fraud_warning_names_the_charge(client, double):
    session = paid_order(client, double)

    warning = double.open_fraud_warning(session.payment_intent.id)

    (event,) = client.v1.events.list({"type": "radar.early_fraud_warning.created"}).data
    assert event.data.object.charge == session.payment_intent.latest_charge.id
    assert client.v1.radar.early_fraud_warnings.retrieve(warning["id"]).actionable is True
