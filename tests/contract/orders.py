"""Sessions as the portal orders them."""

from typing import Any

import stripe
from stripe.params.checkout import SessionCreateParams

from sandbox.stripe_double.client import StripeDoubleControl

# The functions below return Any: the SDK types a field that was expanded as a text, an object or nothing.
PRICE_CENTS = 6600
EXPAND_MONEY = [
    "payment_intent.latest_charge.balance_transaction",
    "payment_intent.latest_charge.refunds",
]


def order_params(now: int, *, reports: int = 1, currency: str = "usd") -> SessionCreateParams:
    """The parameters of a session for status reports, which expires an hour after `now`."""
    return {
        "mode": "payment",
        "ui_mode": "hosted_page",
        "line_items": [
            {
                "price_data": {
                    "currency": currency,
                    "unit_amount": PRICE_CENTS,
                    "product_data": {"name": "Status report"},
                },
                "quantity": reports,
            }
        ],
        "allowed_payment_method_types": ["card", "us_bank_account"],
        "payment_method_options": {"us_bank_account": {"verification_method": "instant"}},
        "wallet_options": {"link": {"display": "never"}},
        "client_reference_id": "payment-1",
        "customer_email": "buyer@example.org",
        "metadata": {"payment": "payment-1"},
        "payment_intent_data": {"metadata": {"payment": "payment-1"}, "description": "Status report"},
        "expires_at": now + 3600,
        "success_url": "https://portal.example/paid?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://portal.example/order",
    }


def order(client: stripe.StripeClient, double: StripeDoubleControl, key: str | None = None, **changes) -> Any:
    """A new open session; `changes` are those of `order_params`."""
    params = order_params(double.state()["now"], **changes)
    options: stripe.RequestOptions = {"idempotency_key": key} if key else {}
    return client.v1.checkout.sessions.create(params, options)


def read(client: stripe.StripeClient, session_id: str) -> Any:
    """The session with intent, charge, balance transaction and refunds, as the portal's sync reads it."""
    return client.v1.checkout.sessions.retrieve(session_id, {"expand": EXPAND_MONEY})


def paid_order(client: stripe.StripeClient, double: StripeDoubleControl, card: str | None = None) -> Any:
    """A session paid by card, read back whole."""
    session = order(client, double)
    assert double.pay(session.id, card=card)["outcome"] == "paid"
    return read(client, session.id)
