"""The hosted page as a browser without JavaScript uses it."""

import html
import re

import pytest
import requests

from sandbox.process import PATIENCE_SECONDS
from tests.contract.orders import order, read

pytestmark = pytest.mark.contract

CARD = {
    "method": "card",
    "email": "buyer@example.org",
    "card_number": "4242 4242 4242 4242",
    "card_expiry": "12 / 34",
    "card_cvc": "123",
    "card_name": "Test Buyer",
}
BANK = {
    "method": "us_bank_account",
    "email": "buyer@example.org",
    "routing_number": "110000000",
    "account_number": "000123456789",
    "account_name": "Test Buyer",
}


def get(url):
    """The page at `url`."""
    return requests.get(url, timeout=PATIENCE_SECONDS, allow_redirects=False)


def post(url, fields):
    """The answer to the form at `url`, redirects not followed."""
    return requests.post(url, fields, timeout=PATIENCE_SECONDS, allow_redirects=False)


def test_page_shows_what_is_paid_and_loads_nothing_foreign(client, double):
    session = order(client, double, reports=2)

    page = get(session.url)

    assert page.status_code == 200
    assert "TEST" in page.text
    assert "$132.00" in page.text
    assert "Status report" in page.text
    assert 'href="https://portal.example/order"' in page.text
    assert 'value="buyer@example.org"' in page.text
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert re.findall(r'(?:src|href)="(?!#)([^"]+)"', page.text) == [
        "/c/static/icon.svg",
        "/c/static/checkout.css",
        "https://portal.example/order",
    ]
    assert "form-action 'self' https://portal.example;" in page.headers["Content-Security-Policy"]


def test_style_sheet_is_served(client, double):
    answer = get(f"{double.base_url}/c/static/checkout.css")

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/css; charset=utf-8")
    assert get(f"{double.base_url}/c/static/api.py").status_code == 404


def test_card_pays_and_returns_to_the_shop(client, double):
    session = order(client, double)

    answer = post(session.url, CARD)

    assert answer.status_code == 303
    assert answer.headers["Location"] == f"https://portal.example/paid?session={session.id}"
    after = read(client, session.id)
    assert (after.payment_status, after.customer_details.name) == ("paid", "Test Buyer")
    assert after.payment_intent.latest_charge.payment_method_details.card.exp_year == 2034


def test_pay_twice_charges_once(client, double):
    session = order(client, double)

    answers = [post(session.url, CARD) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert double.state()["counts"]["charge"] == 1


def test_bank_account_is_submitted(client, double):
    session = order(client, double)

    answer = post(session.url, BANK)

    assert answer.status_code == 303
    assert read(client, session.id).payment_intent.status == "processing"


def test_decline_keeps_values_but_not_the_security_code(client, double):
    session = order(client, double)

    answer = post(session.url, CARD | {"card_number": "4000000000009995", "card_name": "Ana <b>", "card_cvc": "987"})

    assert answer.status_code == 422
    assert "Your card has insufficient funds." in answer.text
    assert 'value="4000000000009995"' in answer.text
    assert "Ana &lt;b&gt;" in answer.text
    assert "987" not in answer.text
    assert read(client, session.id).status == "open"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (CARD | {"card_number": "4242424242424241"}, "This card number is not valid"),
        (CARD | {"card_number": "4111111111111111"}, "This is not a test card"),
        (CARD | {"card_expiry": "01 / 20"}, "This card has expired"),
        (CARD | {"card_expiry": "13 / 34"}, "Enter month and year"),
        (CARD | {"card_cvc": "1234"}, "Enter the 3-digit security code"),
        (CARD | {"card_number": "378282246310005"}, "Enter the 4-digit security code"),
        (CARD | {"card_name": ""}, "Enter the name on the card"),
        (CARD | {"email": "nobody"}, "Enter an e-mail address"),
        (BANK | {"account_number": "123"}, "This is not a test account"),
        (BANK | {"routing_number": "021000021"}, "Enter the test routing number"),
        (BANK | {"account_name": ""}, "Enter the account holder's name"),
    ],
)
def test_wrong_field_is_named_and_nothing_is_charged(client, double, fields, message):
    session = order(client, double)

    answer = post(session.url, fields)

    assert answer.status_code == 422
    assert html.unescape(answer.text).count(message) == 2
    assert answer.text.count('aria-invalid="true"') == 1
    assert read(client, session.id).payment_intent is None


@pytest.mark.parametrize(("result", "status"), [("complete", "succeeded"), ("fail", "requires_payment_method")])
def test_authentication_step_decides(client, double, result, status):
    session = order(client, double)

    answer = post(session.url, CARD | {"card_number": "4000002500003155"})
    step = f"{double.base_url}{answer.headers['Location']}"
    waiting = read(client, session.id).payment_intent
    assert (answer.status_code, waiting.status) == (303, "requires_action")
    assert "Your bank asks you to confirm" in get(step).text

    decided = post(step, {"result": result})

    assert decided.status_code == (303 if result == "complete" else 422)
    assert read(client, session.id).payment_intent.status == status


def test_form_after_failed_authentication_takes_another_card(client, double):
    session = order(client, double)
    post(session.url, CARD | {"card_number": "4000002500003155"})

    failed = post(f"{session.url}/authenticate", {"result": "fail"})
    (address,) = re.findall(r'<form method="post" action="([^"]+)"', failed.text)
    answer = post(f"{double.base_url}{address}", CARD)

    assert "unable to authenticate" in failed.text
    assert 'value="Test Buyer"' in failed.text
    assert answer.status_code == 303
    assert read(client, session.id).payment_status == "paid"


def test_authentication_left_open_cannot_pay_a_second_time(client, double):
    session = order(client, double)
    post(session.url, CARD | {"card_number": "4000002500003155"})
    post(session.url, CARD)

    late = post(f"{session.url}/authenticate", {"result": "complete"})

    assert "This payment is already complete" in late.text
    assert double.state()["counts"]["charge"] == 1


def test_authentication_step_without_payment_leads_back(client, double):
    session = order(client, double)

    answer = get(f"{session.url}/authenticate")

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/c/pay/{session.id}")


def test_complete_page_says_so(client, double):
    session = order(client, double)
    double.pay(session.id)

    page = get(session.url or f"{double.base_url}/c/pay/{session.id}")

    assert page.status_code == 200
    assert "This payment is already complete" in page.text
    assert f"https://portal.example/paid?session={session.id}" in page.text


def test_expired_page_says_so_and_takes_no_payment(client, double):
    session = order(client, double)
    double.move_clock(3601)

    page, answer = get(session.url), post(session.url, CARD)

    assert (page.status_code, answer.status_code) == (410, 410)
    assert "This payment page has expired" in page.text
    assert "charge" not in double.state()["counts"]


def test_unknown_page_is_not_found(double):
    assert get(f"{double.base_url}/c/pay/cs_test_none").status_code == 404
