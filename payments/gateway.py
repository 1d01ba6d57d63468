"""The only module that speaks to Stripe, API version 2026-10-28.endive. Nothing of the SDK leaves it.

Contract: every writing call carries an idempotency key that its caller derived from a row, so a repeat creates nothing
new. An answer that says neither yes nor no (time-out, lost connection, 429, 5xx, 409) is `GatewayUnavailableError`: the
caller does not know whether the call had an effect and repeats it with the same key and parameters. A definite no is
`GatewayRefusedError`. No call may be made inside a database transaction: a slow answer would keep its locks.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

import requests
import stripe
from django.conf import settings
from django.db import connection
from django.utils import timezone

from payments.states import Truth

EXPANDED = "payment_intent.latest_charge.balance_transaction"
SIGNATURE_TOLERANCE_SECONDS = 300
EVENT_TYPES = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.canceled",
    "charge.refunded",
    "charge.updated",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "radar.early_fraud_warning.created",
)
# Event types that one list call may name: https://docs.stripe.com/api/events/list
MOST_TYPES_PER_LIST = 20


class GatewayError(Exception):
    """Stripe did not do what was asked."""


class GatewayUnavailableError(GatewayError):
    """No answer, or none that tells what happened; repeat later with the same key."""


class GatewayRefusedError(GatewayError):
    """Stripe said no; `code` is its error code, or the HTTP status where it gives none."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ForgedEventError(Exception):
    """A webhook whose signature is missing, wrong, or older than five minutes."""


class NetworkInsideTransactionError(RuntimeError):
    """A programming error: Stripe would have been called inside a database transaction."""


@dataclass(frozen=True)
class OpenedSession:
    """A Checkout Session as created: its id and the address of the hosted page (empty once it is closed)."""

    session_id: str
    url: str


@dataclass(frozen=True)
class RefundAnswer:
    """A refund as Stripe has it; `status` is pending, requires_action, succeeded, failed or canceled."""

    stripe_id: str
    status: str
    amount_cents: int


@dataclass(frozen=True)
class EventHint:
    """What is kept of an event: which objects it names, nothing about the person who paid."""

    event_id: str
    type: str
    created: datetime
    names: dict[str, str]


@lru_cache(maxsize=4)
def _client_for(key: str, api_base: str, timeout: tuple[float, float], retries: int) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        base_addresses={"api": api_base},
        http_client=stripe.RequestsClient(timeout=timeout, session=_straight_session()),
        max_network_retries=retries,
    )


def _straight_session() -> requests.Session:
    """Return connections that follow no redirect: an answer that leads elsewhere is none of Stripe's API."""
    session = requests.Session()
    # requests raises at the first one then, and nothing of our request reaches the other address.
    session.max_redirects = 0
    return session


def _client() -> stripe.StripeClient:
    return _client_for(
        settings.STRIPE_SECRET_KEY,
        settings.STRIPE_API_BASE,
        settings.STRIPE_TIMEOUT_SECONDS,
        settings.STRIPE_MAX_NETWORK_RETRIES,
    )


def _in_transaction() -> bool:
    """Tell whether a transaction is open, not counting the one in which Django's test case wraps each test."""
    return any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)


@contextmanager
def _conversation() -> Iterator[stripe.StripeClient]:
    """Give Stripe's client and turn its errors into ours; refuses to work inside a transaction."""
    if _in_transaction():
        raise NetworkInsideTransactionError("Stripe must not be called inside a transaction.")
    try:
        yield _client()
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise GatewayUnavailableError(type(error).__name__) from error
    except stripe.StripeError as error:
        status = error.http_status or 500
        if status >= 500 or status == 409:
            raise GatewayUnavailableError(f"{type(error).__name__} {status}") from error
        raise GatewayRefusedError(error.code or str(status)) from error


def create_session(params: Mapping[str, object], *, key: str) -> OpenedSession:
    """Create the Checkout Session that frozen `params` describe, or get the one that `key` created before.

    Raises GatewayUnavailableError or GatewayRefusedError.
    """
    with _conversation() as client:
        # The stored JSON is what SessionCreateParams describes; the type cannot be checked once it went through a row.
        session = client.v1.checkout.sessions.create(params, options={"idempotency_key": key})  # type: ignore[arg-type]
        return OpenedSession(session.id, session.url or "")


def read(session_id: str) -> Truth:
    """Return what Stripe knows of a payment now. Raises GatewayUnavailableError or GatewayRefusedError."""
    read_at = timezone.now()
    with _conversation() as client:
        session = client.v1.checkout.sessions.retrieve(session_id, params={"expand": [EXPANDED]})
        return _truth(session, read_at)


def expire_session(session_id: str) -> None:
    """Close an open Checkout Session. Raises GatewayUnavailableError, or GatewayRefusedError if it is not open."""
    with _conversation() as client:
        client.v1.checkout.sessions.expire(session_id, options={"idempotency_key": f"expire-{session_id}"})


def create_refund(*, intent_id: str, amount_cents: int, key: str) -> RefundAnswer:
    """Send `amount_cents` of a payment back to its source, once per `key`.

    Raises GatewayUnavailableError or GatewayRefusedError.
    """
    with _conversation() as client:
        refund = client.v1.refunds.create(
            {"payment_intent": intent_id, "amount": amount_cents, "metadata": {"refund": key}},
            options={"idempotency_key": key},
        )
        return _refund_answer(refund)


def read_refund(stripe_id: str) -> RefundAnswer:
    """Return a refund as it is now. Raises GatewayUnavailableError or GatewayRefusedError."""
    with _conversation() as client:
        return _refund_answer(client.v1.refunds.retrieve(stripe_id))


def list_events(since: datetime) -> list[EventHint]:
    """Return the events of our types created at or after `since` (Stripe keeps 30 days), newest first.

    Raises GatewayUnavailableError or GatewayRefusedError.
    """
    with _conversation() as client:
        page = client.v1.events.list(
            {"created": {"gte": int(since.timestamp())}, "types": list(EVENT_TYPES[:MOST_TYPES_PER_LIST]), "limit": 100}
        )
        return [_hint(event.to_dict()) for event in page.auto_paging_iter()]


def verified_event(payload: bytes, signature: str) -> EventHint:
    """Return the event of a webhook's raw body; raises ForgedEventError unless Stripe signed exactly these bytes now."""
    try:
        stripe.WebhookSignature.verify_header(
            payload.decode(), signature, settings.STRIPE_WEBHOOK_SECRET, SIGNATURE_TOLERANCE_SECONDS
        )
        return _hint(json.loads(payload))
    except (stripe.SignatureVerificationError, ValueError, KeyError, TypeError) as error:
        raise ForgedEventError(type(error).__name__) from error


NAMES = ("id", "object", "client_reference_id", "payment_intent", "charge", "status")


def _hint(event: Mapping[str, object]) -> EventHint:
    """Keep of an event what says which payment it is about; payers' names and e-mail addresses stay behind."""
    created = event["created"]
    data = event["data"]
    if not isinstance(created, int) or not isinstance(data, dict):
        raise TypeError("Not an event.")
    thing = data["object"]
    names = {name: thing[name] for name in NAMES if isinstance(thing.get(name), str)}
    metadata = thing.get("metadata") or {}
    if isinstance(metadata.get("payment"), str):
        names["payment"] = metadata["payment"]
    return EventHint(str(event["id"]), str(event["type"]), datetime.fromtimestamp(created, UTC), names)


def _refund_answer(refund: stripe.Refund) -> RefundAnswer:
    return RefundAnswer(refund.id, refund.status or "pending", refund.amount)


def _truth(session: stripe.checkout.Session, read_at: datetime) -> Truth:
    intent = session.payment_intent if isinstance(session.payment_intent, stripe.PaymentIntent) else None
    charge = intent.latest_charge if intent and isinstance(intent.latest_charge, stripe.Charge) else None
    booked = charge.balance_transaction if charge else None
    booked = booked if isinstance(booked, stripe.BalanceTransaction) else None
    method, method_detail = _method(charge)
    return Truth(
        session_id=session.id,
        session_url=session.url or "",
        session_status=session.status or "",
        session_amount=session.amount_total or 0,
        currency=session.currency or "",
        reference=session.client_reference_id or "",
        intent_id=intent.id if intent else "",
        intent_status=intent.status if intent else "",
        intent_amount=intent.amount if intent else 0,
        intent_currency=intent.currency if intent else "",
        intent_reference=_reference(intent),
        amount_received=intent.amount_received if intent else 0,
        amount_refunded=charge.amount_refunded if charge else 0,
        disputed=bool(charge and charge.disputed),
        method=method,
        method_detail=method_detail,
        decline=_decline(intent),
        charge_id=charge.id if charge else "",
        balance_transaction_id=booked.id if booked else "",
        fee_cents=booked.fee if booked else None,
        read_at=read_at,
    )


def _reference(intent: stripe.PaymentIntent | None) -> str:
    # Since SDK 15 a StripeObject is no dict, and asking it for a missing key raises.
    metadata = intent.metadata.to_dict() if intent else {}
    return str(metadata.get("payment", ""))


def _decline(intent: stripe.PaymentIntent | None) -> str:
    """Return Stripe's words for the payer about the last decline."""
    error = intent.last_payment_error if intent else None
    return (error.message or error.code or "")[:300] if error else ""


def _method(charge: stripe.Charge | None) -> tuple[str, str]:
    """Return the kind of payment method and how a receipt names it, such as `Visa ending 4242`."""
    details = charge.payment_method_details if charge else None
    if details is None:
        return "", ""
    if details.type == "card" and details.card is not None:
        return "card", f"{(details.card.brand or 'card').title()} ending {details.card.last4}"
    bank = details.us_bank_account if details.type == "us_bank_account" else None
    if bank is not None:
        return "us_bank_account", f"{bank.bank_name or 'Bank account'} ending {bank.last4}"[:60]
    return details.type[:20], ""
