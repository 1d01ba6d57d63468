"""Checkout sessions: creation, expansion, lists, expiry, strict parameters."""

import pytest
import stripe

from tests.contract.orders import PRICE_CENTS, order, order_params, paid_order, read

pytestmark = pytest.mark.contract


def test_create_returns_open_session_with_page(client, double):
    session = order(client, double, reports=3)

    assert (session.status, session.payment_status, session.ui_mode) == ("open", "unpaid", "hosted_page")
    assert (session.amount_total, session.currency) == (3 * PRICE_CENTS, "usd")
    assert session.payment_method_types == ["card", "us_bank_account"]
    assert session.url == f"{double.base_url}/c/pay/{session.id}"
    assert session.payment_intent is None
    assert session.metadata.to_dict() == {"payment": "payment-1"}


def test_retrieve_expands_charge_fee_and_refunds(client, double):
    session = paid_order(client, double)
    client.v1.refunds.create({"payment_intent": session.payment_intent.id, "amount": 600})

    intent = read(client, session.id).payment_intent

    assert intent.metadata.to_dict() == {"payment": "payment-1"}
    assert intent.description == "Status report"
    assert intent.latest_charge.balance_transaction.net == PRICE_CENTS - 221
    assert [refund.amount for refund in intent.latest_charge.refunds.data] == [600]


def test_expand_of_unknown_property_is_refused(client, double):
    session = order(client, double)

    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        client.v1.checkout.sessions.retrieve(session.id, {"expand": ["nonsense"]})


def test_line_items_are_listed_with_names_and_amounts(client, double):
    session = order(client, double, reports=2)

    items = client.v1.checkout.sessions.line_items.list(session.id)

    assert [(item.description, item.quantity, item.amount_total) for item in items.data] == [
        ("Status report", 2, 2 * PRICE_CENTS)
    ]


def test_list_filters_by_payment_intent_and_status(client, double):
    paid = paid_order(client, double)
    waiting = order(client, double)

    by_intent = client.v1.checkout.sessions.list({"payment_intent": paid.payment_intent.id})
    by_status = client.v1.checkout.sessions.list({"status": "open"})

    assert [session.id for session in by_intent.data] == [paid.id]
    assert [session.id for session in by_status.data] == [waiting.id]


def test_filter_that_is_not_simulated_is_refused(client):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.checkout.sessions.list({"customer_details": {"email": "buyer@example.org"}})

    assert refusal.value.param == "customer_details"


def test_expire_closes_session_once(client, double):
    session = order(client, double)

    expired = client.v1.checkout.sessions.expire(session.id)

    assert (expired.status, expired.url) == ("expired", None)
    with pytest.raises(stripe.InvalidRequestError, match="can be expired"):
        client.v1.checkout.sessions.expire(session.id)
    assert double.state()["counts"]["event"] == 1


def test_paid_session_cannot_be_expired(client, double):
    session = paid_order(client, double)

    with pytest.raises(stripe.InvalidRequestError, match="can be expired"):
        client.v1.checkout.sessions.expire(session.id)

    assert read(client, session.id).status == "complete"


def test_clock_expires_session_with_its_intent(client, double):
    session = order(client, double)
    double.pay(session.id, card="4000000000000002")

    assert double.move_clock(3599)["expired"] == 0
    assert double.move_clock(2)["expired"] == 1

    after = read(client, session.id)
    assert (after.status, after.payment_intent.status) == ("expired", "canceled")
    assert after.payment_intent.cancellation_reason == "expired"


@pytest.mark.parametrize(("seconds", "allowed"), [(1700, False), (1800, True), (86_400, True), (86_500, False)])
def test_expiry_must_lie_between_half_an_hour_and_a_day(client, double, seconds, allowed):
    params = order_params(double.state()["now"]) | {"expires_at": double.state()["now"] + seconds}

    if allowed:
        assert client.v1.checkout.sessions.create(params).expires_at == params["expires_at"]
    else:
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            client.v1.checkout.sessions.create(params)
        assert refusal.value.param == "expires_at"
        assert "checkout.session" not in double.state()["counts"]


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"payment_method_types": ["card"]}, "parameter_unknown", "payment_method_types"),
        ({"ui_mode": "hosted"}, "parameter_invalid", "ui_mode"),
        ({"sucess_url": "https://portal.example"}, "parameter_unknown", "sucess_url"),
        ({"line_items": []}, "parameter_missing", "line_items"),
        ({"discounts": [{"coupon": "x"}]}, "not_simulated", "discounts"),
        ({"success_url": "portal"}, "url_invalid", "success_url"),
        ({"metadata": {"note": "x" * 501}}, None, "metadata"),
    ],
)
def test_wrong_parameter_is_refused_by_name(client, double, changes, code, param):
    params = order_params(double.state()["now"]) | changes

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.checkout.sessions.create(params)

    assert (refusal.value.http_status, refusal.value.code, refusal.value.param) == (400, code, param)
    assert double.state()["counts"] == {"webhook_endpoint": 1}


def test_mistyped_nested_parameter_is_refused_by_path(client, double):
    params = order_params(double.state()["now"])
    params["line_items"][0]["price_data"]["unit_amount"] = "sixty-six"  # type: ignore[typeddict-item]  # the mistake under test

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.checkout.sessions.create(params)

    assert refusal.value.param == "line_items[0][price_data][unit_amount]"


def test_amount_below_half_a_dollar_is_refused(client, double):
    params = order_params(double.state()["now"])
    params["line_items"][0]["price_data"]["unit_amount"] = 49

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.checkout.sessions.create(params)

    assert refusal.value.code == "amount_too_small"


def test_customer_is_created_and_shown_on_session(client, double):
    customer = client.v1.customers.create({"email": "buyer@example.org", "metadata": {"owner": "1"}})
    params = order_params(double.state()["now"])
    del params["customer_email"]

    session = client.v1.checkout.sessions.create(params | {"customer": customer.id, "expand": ["customer"]})

    assert session.customer.email == "buyer@example.org"
    assert client.v1.customers.retrieve(customer.id).metadata.to_dict() == {"owner": "1"}


def test_unknown_session_is_not_found(client):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.checkout.sessions.retrieve("cs_test_none")

    assert (refusal.value.http_status, refusal.value.code) == (404, "resource_missing")


def test_unknown_address_is_not_found(client, double):
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
        client.v1.subscriptions.list()
