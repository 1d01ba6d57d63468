"""Refunds: partial, too large, again, failing later; and the clash with disputes."""

import pytest
import stripe

from tests.contract.orders import PRICE_CENTS, order, paid_order, read

pytestmark = pytest.mark.contract


def test_partial_refunds_add_up_to_the_charge(client, double):
    session = paid_order(client, double)
    intent = session.payment_intent.id

    first = client.v1.refunds.create({"payment_intent": intent, "amount": 600, "metadata": {"refund": "1"}})
    partly = read(client, session.id).payment_intent.latest_charge
    second = client.v1.refunds.create({"payment_intent": intent})
    wholly = read(client, session.id).payment_intent.latest_charge

    assert (first.amount, first.status, first.metadata.to_dict()) == (600, "succeeded", {"refund": "1"})
    assert second.amount == PRICE_CENTS - 600
    assert (partly.amount_refunded, partly.refunded) == (600, False)
    assert (wholly.amount_refunded, wholly.refunded) == (PRICE_CENTS, True)
    assert [refund.id for refund in wholly.refunds.data] == [second.id, first.id]


def test_refund_books_a_negative_transaction(client, double):
    session = paid_order(client, double)

    refund = client.v1.refunds.create(
        {"charge": session.payment_intent.latest_charge.id, "expand": ["balance_transaction"]}
    )

    transaction = refund.balance_transaction
    assert (transaction.amount, transaction.fee, transaction.type) == (-PRICE_CENTS, 0, "refund")


@pytest.mark.parametrize(("amount", "code"), [(6601, "amount_too_large"), (0, "parameter_invalid_integer")])
def test_refund_of_wrong_amount_is_refused(client, double, amount, code):
    session = paid_order(client, double)

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create({"payment_intent": session.payment_intent.id, "amount": amount})

    assert refusal.value.code == code
    assert "refund" not in double.state()["counts"]


def test_second_full_refund_is_refused(client, double):
    session = paid_order(client, double)
    client.v1.refunds.create({"payment_intent": session.payment_intent.id})

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create({"payment_intent": session.payment_intent.id})

    assert refusal.value.code == "charge_already_refunded"
    assert double.state()["counts"]["refund"] == 1


def test_same_key_makes_one_refund(client, double):
    session = paid_order(client, double)
    double.fault("lost_reply", path="refunds")

    refund = client.v1.refunds.create({"payment_intent": session.payment_intent.id}, {"idempotency_key": "refund-1"})

    assert [item.id for item in client.v1.refunds.list().data] == [refund.id]


def test_refund_that_fails_later_gives_the_money_back_to_us(client, double):
    session = paid_order(client, double, "4000000000005126")
    refund = client.v1.refunds.create({"payment_intent": session.payment_intent.id})
    assert refund.status == "succeeded"

    double.fail_refund(refund.id)

    failed = client.v1.refunds.retrieve(refund.id, {"expand": ["failure_balance_transaction"]})
    assert (failed.status, failed.failure_reason) == ("failed", "lost_or_stolen_card")
    assert failed.failure_balance_transaction.amount == PRICE_CENTS
    assert read(client, session.id).payment_intent.latest_charge.amount_refunded == 0
    types = [event.type for event in client.v1.events.list({"types": ["refund.failed", "refund.updated"]}).data]
    assert types == ["refund.failed", "refund.updated"]


def test_bank_refund_is_pending_until_it_arrives(client, double):
    session = order(client, double)
    double.pay(session.id, bank="000123456789")
    intent = read(client, session.id).payment_intent.id
    double.settle_debit(intent)

    refund = client.v1.refunds.create({"payment_intent": intent})
    double.settle_refund(refund.id)

    assert (refund.status, refund.pending_reason) == ("pending", "processing")
    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"


@pytest.mark.parametrize("params", [{}, {"charge": "ch_1", "payment_intent": "pi_1"}])
def test_refund_needs_charge_or_intent(client, double, params):
    with pytest.raises(stripe.InvalidRequestError, match="payment_intent or charge"):
        client.v1.refunds.create(params)

    assert "refund" not in double.state()["counts"]


def test_refund_of_disputed_charge_is_refused_until_won(client, double):
    session = paid_order(client, double)
    dispute = double.open_dispute(session.payment_intent.id)

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create({"payment_intent": session.payment_intent.id})
    double.close_dispute(dispute["id"], "won")
    refund = client.v1.refunds.create({"payment_intent": session.payment_intent.id})

    assert refusal.value.code == "charge_disputed"
    assert refund.status == "succeeded"
