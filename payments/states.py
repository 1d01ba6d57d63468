"""State tables of orders, payments and refunds, and the pure decision of what Stripe's answer means for a payment."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.db import models

from portal.states import Machine, Owner


class OrderState(models.TextChoices):
    """States of an order. A basket is an order that nobody processes."""

    BASKET = "basket", "Not paid"
    PAYMENT_PENDING = "payment_pending", "Payment under way"
    PAID = "paid", "Paid"
    EXPIRED = "expired", "Expired"
    CANCELED = "canceled", "Canceled"


class PaymentState(models.TextChoices):
    """States of one attempt to pay (payments-and-dispatch, payment states)."""

    CREATED = "created", "Being opened"
    OPEN = "open", "Payment page open"
    PROCESSING = "processing", "Bank payment under way"
    FAILED = "failed", "Failed"
    EXPIRED = "expired", "Expired"
    CANCELED = "canceled", "Canceled"
    PAID = "paid", "Paid"
    REVIEW = "review", "Being checked"


class RefundState(models.TextChoices):
    """States of a refund."""

    REQUESTED = "requested", "Requested"
    PENDING = "pending", "Under way"
    SUCCEEDED = "succeeded", "Done"
    FAILED = "failed", "Failed"


S = PaymentState
UNFINISHED = (S.CREATED, S.OPEN, S.PROCESSING)
NOT_PAID = (S.FAILED, S.EXPIRED, S.CANCELED)

PAYMENT_MACHINE: Machine[PaymentState] = Machine(
    name="Payment",
    moves={
        S.CREATED: frozenset({S.OPEN, S.PROCESSING, S.PAID, S.FAILED, S.EXPIRED, S.CANCELED, S.REVIEW}),
        S.OPEN: frozenset({S.PROCESSING, S.PAID, S.FAILED, S.EXPIRED, S.CANCELED, S.REVIEW}),
        S.PROCESSING: frozenset({S.PAID, S.FAILED, S.REVIEW}),
        S.FAILED: frozenset({S.PROCESSING, S.PAID, S.EXPIRED, S.CANCELED, S.REVIEW}),
        S.EXPIRED: frozenset({S.PROCESSING, S.PAID, S.CANCELED, S.REVIEW}),
        S.CANCELED: frozenset({S.PROCESSING, S.PAID, S.REVIEW}),
        S.PAID: frozenset({S.REVIEW}),
        S.REVIEW: frozenset(),
    },
    owners={
        S.CREATED: Owner.SYSTEM,
        S.OPEN: Owner.APPLICANT,
        S.PROCESSING: Owner.SYSTEM,
        S.FAILED: Owner.NOBODY,
        S.EXPIRED: Owner.NOBODY,
        S.CANCELED: Owner.NOBODY,
        S.PAID: Owner.NOBODY,
        S.REVIEW: Owner.STAFF,
    },
)

ORDER_MACHINE: Machine[OrderState] = Machine(
    name="Order",
    moves={
        OrderState.BASKET: frozenset(
            {OrderState.PAYMENT_PENDING, OrderState.PAID, OrderState.EXPIRED, OrderState.CANCELED}
        ),
        OrderState.PAYMENT_PENDING: frozenset({OrderState.BASKET, OrderState.PAID}),
        OrderState.PAID: frozenset(),
        # Money that arrives late for an expired or canceled order is sent back.
        OrderState.EXPIRED: frozenset(),
        OrderState.CANCELED: frozenset(),
    },
    owners={
        OrderState.BASKET: Owner.APPLICANT,
        OrderState.PAYMENT_PENDING: Owner.APPLICANT,
        OrderState.PAID: Owner.NOBODY,
        OrderState.EXPIRED: Owner.NOBODY,
        OrderState.CANCELED: Owner.NOBODY,
    },
)

REFUND_MACHINE: Machine[RefundState] = Machine(
    name="Refund",
    moves={
        RefundState.REQUESTED: frozenset({RefundState.PENDING, RefundState.SUCCEEDED, RefundState.FAILED}),
        RefundState.PENDING: frozenset({RefundState.SUCCEEDED, RefundState.FAILED}),
        RefundState.SUCCEEDED: frozenset({RefundState.FAILED}),
        RefundState.FAILED: frozenset(),
    },
    owners={
        RefundState.REQUESTED: Owner.SYSTEM,
        RefundState.PENDING: Owner.SYSTEM,
        RefundState.SUCCEEDED: Owner.NOBODY,
        RefundState.FAILED: Owner.STAFF,
    },
)


@dataclass(frozen=True)
class Truth:
    """What Stripe says of one payment at the moment of the read; amounts in cents of `currency`.

    `intent_status` is empty while no PaymentIntent exists. `session_status` is open, complete or expired.
    """

    session_id: str
    session_url: str
    session_status: str
    session_amount: int
    currency: str
    reference: str
    intent_id: str
    intent_status: str
    intent_amount: int
    intent_currency: str
    intent_reference: str
    amount_received: int
    amount_refunded: int
    disputed: bool
    method: str
    method_detail: str
    decline: str
    charge_id: str
    balance_transaction_id: str
    fee_cents: int | None
    read_at: datetime


class Finding(Enum):
    """What Stripe's answer means, before it meets the state of our row."""

    OPEN = "session still open"
    SUBMITTED = "debit submitted"
    SUCCEEDED = "intent succeeded"
    FAILED = "failed after submission"
    EXPIRED = "session expired"
    MISMATCH = "does not match our row"


def find(truth: Truth, *, due_cents: int, currency: str, reference: str) -> Finding:
    """Return what `truth` means for a payment of `due_cents` that was opened under `reference`.

    Money counts only when the intent succeeded and session, intent, amount, currency and reference are all ours (D4).
    """
    session_matches = (truth.session_amount, truth.currency, truth.reference) == (due_cents, currency, reference)
    intent = (truth.intent_amount, truth.intent_currency, truth.intent_reference)
    intent_matches = not truth.intent_id or intent == (due_cents, currency, reference)
    if not (session_matches and intent_matches):
        return Finding.MISMATCH
    if truth.intent_status == "succeeded":
        return Finding.SUCCEEDED if truth.amount_received == due_cents else Finding.MISMATCH
    if truth.session_status == "open":
        return Finding.OPEN
    # A debit that was submitted just before the session expired is under way all the same.
    if truth.intent_status == "processing":
        return Finding.SUBMITTED
    if truth.session_status == "expired":
        return Finding.EXPIRED
    return Finding.SUBMITTED if truth.intent_status == "requires_action" else Finding.FAILED


NEXT_STATE: dict[PaymentState, dict[Finding, PaymentState]] = {
    S.CREATED: {
        Finding.OPEN: S.OPEN,
        Finding.SUBMITTED: S.PROCESSING,
        Finding.SUCCEEDED: S.PAID,
        Finding.FAILED: S.FAILED,
        Finding.EXPIRED: S.EXPIRED,
        Finding.MISMATCH: S.REVIEW,
    },
    S.OPEN: {
        Finding.OPEN: S.OPEN,
        Finding.SUBMITTED: S.PROCESSING,
        Finding.SUCCEEDED: S.PAID,
        Finding.FAILED: S.FAILED,
        Finding.EXPIRED: S.EXPIRED,
        Finding.MISMATCH: S.REVIEW,
    },
    S.PROCESSING: {Finding.SUCCEEDED: S.PAID, Finding.FAILED: S.FAILED, Finding.MISMATCH: S.REVIEW},
    S.FAILED: {
        Finding.SUBMITTED: S.PROCESSING,
        Finding.SUCCEEDED: S.PAID,
        Finding.EXPIRED: S.EXPIRED,
        Finding.MISMATCH: S.REVIEW,
    },
    S.EXPIRED: {Finding.SUBMITTED: S.PROCESSING, Finding.SUCCEEDED: S.PAID, Finding.MISMATCH: S.REVIEW},
    S.CANCELED: {Finding.SUBMITTED: S.PROCESSING, Finding.SUCCEEDED: S.PAID, Finding.MISMATCH: S.REVIEW},
    S.PAID: {Finding.MISMATCH: S.REVIEW},
    S.REVIEW: {},
}


def next_state(state: PaymentState | str, finding: Finding) -> PaymentState:
    """Return the state that `finding` leads to from `state`; the same state when the finding changes nothing."""
    current = PaymentState(state)
    return NEXT_STATE[current].get(finding, current)
