"""Card payments: brands, declines, 3-D Secure, fees, edits behind the shop's back."""

import pytest
import stripe

from tests.contract.orders import PRICE_CENTS, order, paid_order, read

pytestmark = pytest.mark.contract


@pytest.mark.parametrize(
    ("number", "brand"),
    [
        ("4242424242424242", "visa"),
        ("5555555555554444", "mastercard"),
        ("378282246310005", "amex"),
        ("6011111111111117", "discover"),
    ],
)
def test_card_of_each_brand_pays(client, double, number, brand):
    session = paid_order(client, double, number)

    intent = session.payment_intent
    assert (session.status, session.payment_status) == ("complete", "paid")
    assert (intent.status, intent.amount_received) == ("succeeded", PRICE_CENTS)
    card = intent.latest_charge.payment_method_details.card
    assert (card.brand, card.last4) == (brand, number[-4:])


@pytest.mark.parametrize(
    ("number", "code", "decline_code"),
    [
        ("4000000000000002", "card_declined", "generic_decline"),
        ("4000000000009995", "card_declined", "insufficient_funds"),
        ("4000000000000069", "expired_card", None),
        ("4000000000000127", "incorrect_cvc", None),
    ],
)
def test_declined_card_leaves_session_open(client, double, number, code, decline_code):
    session = order(client, double)

    answer = double.pay(session.id, card=number)

    after = read(client, session.id)
    error = after.payment_intent.last_payment_error.to_dict()
    assert answer["outcome"] == "declined"
    assert (after.status, after.payment_status) == ("open", "unpaid")
    assert (after.payment_intent.status, after.payment_intent.amount_received) == ("requires_payment_method", 0)
    assert (error["code"], error.get("decline_code"), error["message"]) == (code, decline_code, answer["message"])


def test_second_try_after_decline_uses_the_same_intent(client, double):
    session = order(client, double)
    double.pay(session.id, card="4000000000000002")
    first = read(client, session.id).payment_intent

    double.pay(session.id)

    second = read(client, session.id).payment_intent
    assert (second.id, second.status, second.last_payment_error) == (first.id, "succeeded", None)
    assert second.latest_charge.id != first.latest_charge.id


def test_passed_authentication_pays(client, double):
    session = order(client, double)

    answer = double.pay(session.id, card="4000002500003155", authentication="complete")

    assert answer["outcome"] == "paid"
    assert read(client, session.id).payment_intent.status == "succeeded"


def test_failed_authentication_leaves_session_open(client, double):
    session = order(client, double)

    answer = double.pay(session.id, card="4000002500003155", authentication="fail")

    after = read(client, session.id)
    assert answer["outcome"] == "declined"
    assert after.status == "open"
    assert after.payment_intent.last_payment_error.code == "payment_intent_authentication_failure"
    assert after.payment_intent.latest_charge is None


def test_paid_session_cannot_be_paid_again(client, double):
    session = paid_order(client, double)

    with pytest.raises(Exception, match="checkout_session_not_open"):
        double.pay(session.id)

    assert double.state()["counts"]["charge"] == 1


def test_forced_payment_of_expired_session_succeeds(client, double):
    session = order(client, double)
    client.v1.checkout.sessions.expire(session.id)

    double.pay(session.id, force=True)

    after = read(client, session.id)
    assert (after.status, after.payment_status, after.payment_intent.status) == ("complete", "paid", "succeeded")


def test_intent_of_open_session_cannot_be_canceled(client, double):
    session = order(client, double)
    double.pay(session.id, card="4000000000000002")
    intent = read(client, session.id).payment_intent

    with pytest.raises(stripe.InvalidRequestError, match="expire the session"):
        client.v1.payment_intents.cancel(intent.id)

    assert client.v1.payment_intents.retrieve(intent.id).status == "requires_payment_method"


def test_paid_intent_cannot_be_canceled(client, double):
    session = paid_order(client, double)

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.cancel(session.payment_intent.id)

    assert refusal.value.code == "payment_intent_unexpected_state"


def test_fee_is_booked_with_the_charge(client, double):
    session = paid_order(client, double)

    transaction = session.payment_intent.latest_charge.balance_transaction

    # 2.9 % of 66.00 is 1.914, and 30 cents.
    assert (transaction.amount, transaction.fee, transaction.net) == (6600, 221, 6379)
    assert [item.id for item in client.v1.balance_transactions.list().data] == [transaction.id]
    assert client.v1.balance_transactions.retrieve(transaction.id).source == session.payment_intent.latest_charge.id


def test_late_fee_comes_with_charge_updated(client, double):
    double.set_late_fees(True)
    session = paid_order(client, double)
    assert session.payment_intent.latest_charge.balance_transaction is None

    booked = double.book_fees()

    after = read(client, session.id)
    (event,) = client.v1.events.list({"type": "charge.updated"}).data
    assert booked == 1
    assert after.payment_intent.latest_charge.balance_transaction.fee == 221
    assert event.data.previous_attributes.to_dict() == {"balance_transaction": None}


def test_edited_amount_and_currency_show_on_session_and_intent(client, double):
    session = paid_order(client, double)

    double.edit_amount(session.id, 6500)
    double.edit_currency(session.id, "eur")

    after = read(client, session.id)
    assert (after.amount_total, after.currency) == (6500, "eur")
    assert (after.payment_intent.amount, after.payment_intent.amount_received) == (6500, 6500)
    assert after.payment_intent.currency == "eur"


def test_charges_and_intents_are_listed(client, double):
    session = paid_order(client, double)

    charges = client.v1.charges.list({"payment_intent": session.payment_intent.id})
    intents = client.v1.payment_intents.list({"expand": ["data.latest_charge"]})

    assert [charge.id for charge in charges.data] == [session.payment_intent.latest_charge.id]
    assert [intent.latest_charge.status for intent in intents.data] == ["succeeded"]
    assert client.v1.charges.retrieve(charges.data[0].id).paid is True
