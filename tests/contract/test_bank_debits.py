"""Bank debits: complete but unpaid, settled or failed days later, disputed after all."""

import time

import pytest
import stripe

from sandbox.process import PATIENCE_SECONDS
from sandbox.stripe_double.client import ControlError
from tests.contract.orders import PRICE_CENTS, order, read

pytestmark = pytest.mark.contract

GOOD_BANK = "000123456789"


def debit(client, double, bank=GOOD_BANK):
    """A session whose bank debit is under way, read back whole."""
    session = order(client, double)
    assert double.pay(session.id, bank=bank)["outcome"] == "processing"
    return read(client, session.id)


def test_submitted_debit_is_complete_but_unpaid(client, double):
    session = debit(client, double)

    intent = session.payment_intent
    assert (session.status, session.payment_status) == ("complete", "unpaid")
    assert (intent.status, intent.amount_received, intent.processing) == ("processing", 0, None)
    assert (intent.latest_charge.status, intent.latest_charge.paid) == ("pending", False)
    assert intent.latest_charge.payment_method_details.us_bank_account.last4 == "6789"


def test_settled_debit_is_paid_with_its_fee(client, double):
    session = debit(client, double)

    double.settle_debit(session.payment_intent.id)

    after = read(client, session.id)
    assert (after.payment_status, after.payment_intent.status) == ("paid", "succeeded")
    assert after.payment_intent.amount_received == PRICE_CENTS
    # 0.8 % of 66.00.
    assert after.payment_intent.latest_charge.balance_transaction.fee == 53


@pytest.mark.parametrize("code", ["insufficient_funds", "account_closed", "no_account", "debit_not_authorized"])
def test_failed_debit_leaves_session_unpaid(client, double, code):
    session = debit(client, double)

    double.fail_debit(session.payment_intent.id, code)

    after = read(client, session.id)
    assert (after.status, after.payment_status) == ("complete", "unpaid")
    assert (after.payment_intent.status, after.payment_intent.amount_received) == ("requires_payment_method", 0)
    assert after.payment_intent.last_payment_error.code == code
    assert after.payment_intent.latest_charge.failure_code == code


@pytest.mark.parametrize(
    ("bank", "code"),
    [
        ("000222222227", "insufficient_funds"),
        ("000111111113", "account_closed"),
        ("000111111116", "no_account"),
        ("000333333335", "debit_not_authorized"),
    ],
)
def test_test_account_fails_with_its_own_code(client, double, bank, code):
    session = debit(client, double, bank)

    double.end_debit(session.payment_intent.id)

    assert read(client, session.id).payment_intent.last_payment_error.code == code


def test_ended_debit_cannot_end_again(client, double):
    session = debit(client, double)
    double.settle_debit(session.payment_intent.id)

    with pytest.raises(ControlError):
        double.fail_debit(session.payment_intent.id)

    assert read(client, session.id).payment_intent.status == "succeeded"


def test_debit_under_way_cannot_be_refunded_or_canceled(client, double):
    session = debit(client, double)

    with pytest.raises(stripe.InvalidRequestError) as refund_refusal:
        client.v1.refunds.create({"payment_intent": session.payment_intent.id})
    with pytest.raises(stripe.InvalidRequestError) as cancel_refusal:
        client.v1.payment_intents.cancel(session.payment_intent.id)

    assert refund_refusal.value.code == "charge_not_refundable"
    assert cancel_refusal.value.code == "payment_intent_unexpected_state"
    assert "refund" not in double.state()["counts"]


def test_intent_of_failed_debit_can_be_canceled(client, double):
    session = debit(client, double)
    double.fail_debit(session.payment_intent.id)

    intent = client.v1.payment_intents.cancel(session.payment_intent.id, {"cancellation_reason": "abandoned"})

    assert (intent.status, intent.cancellation_reason) == ("canceled", "abandoned")


def test_disputed_bank_account_is_lost_on_arrival(client, double):
    session = debit(client, double, "000666666661")

    double.settle_debit(session.payment_intent.id)

    (dispute,) = client.v1.disputes.list({"payment_intent": session.payment_intent.id}).data
    assert (dispute.status, dispute.amount) == ("lost", PRICE_CENTS)
    assert read(client, session.id).payment_intent.latest_charge.disputed is True


def test_debits_and_refunds_settle_by_themselves_when_switched_on(client, double):
    good, bad = debit(client, double), debit(client, double, "000222222227")
    double.set_auto_settle(0.1)

    wait_until(lambda: read(client, bad.id).payment_intent.status == "requires_payment_method")
    wait_until(lambda: read(client, good.id).payment_status == "paid")
    refund = client.v1.refunds.create({"payment_intent": good.payment_intent.id})
    assert refund.status == "pending"

    wait_until(lambda: client.v1.refunds.retrieve(refund.id).status == "succeeded")


def test_refund_of_failing_card_fails_by_itself_when_switched_on(client, double):
    double.set_auto_settle(0.1)
    session = order(client, double)
    double.pay(session.id, card="4000000000005126")

    refund = client.v1.refunds.create({"payment_intent": read(client, session.id).payment_intent.id})

    assert refund.status == "succeeded"
    wait_until(lambda: client.v1.refunds.retrieve(refund.id).status == "failed")


def wait_until(condition, seconds=PATIENCE_SECONDS):
    """Return when `condition()` holds; fail after `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
