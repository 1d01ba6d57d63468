"""The payment table, cell by cell, without a database."""

from datetime import UTC, datetime
from itertools import product

import pytest

from payments.states import (
    NEXT_STATE,
    ORDER_MACHINE,
    PAYMENT_MACHINE,
    REFUND_MACHINE,
    Finding,
    OrderState,
    PaymentState,
    RefundState,
    Truth,
    find,
    next_state,
)

S = PaymentState
F = Finding
# Rows: our state. Columns in the order of COLUMNS: what Stripe says.
COLUMNS = (F.OPEN, F.SUBMITTED, F.SUCCEEDED, F.FAILED, F.EXPIRED, F.MISMATCH)
TABLE = {
    S.CREATED: (S.OPEN, S.PROCESSING, S.PAID, S.FAILED, S.EXPIRED, S.REVIEW),
    S.OPEN: (S.OPEN, S.PROCESSING, S.PAID, S.FAILED, S.EXPIRED, S.REVIEW),
    S.PROCESSING: (S.PROCESSING, S.PROCESSING, S.PAID, S.FAILED, S.PROCESSING, S.REVIEW),
    S.FAILED: (S.FAILED, S.PROCESSING, S.PAID, S.FAILED, S.EXPIRED, S.REVIEW),
    S.EXPIRED: (S.EXPIRED, S.PROCESSING, S.PAID, S.EXPIRED, S.EXPIRED, S.REVIEW),
    S.CANCELED: (S.CANCELED, S.PROCESSING, S.PAID, S.CANCELED, S.CANCELED, S.REVIEW),
    S.PAID: (S.PAID, S.PAID, S.PAID, S.PAID, S.PAID, S.REVIEW),
    S.REVIEW: (S.REVIEW,) * 6,
}
CELLS = [(state, finding, row[place]) for state, row in TABLE.items() for place, finding in enumerate(COLUMNS)]
RANK = {S.CREATED: 0, S.OPEN: 1, S.PROCESSING: 2, S.FAILED: 3, S.EXPIRED: 3, S.CANCELED: 3, S.PAID: 4, S.REVIEW: 5}


@pytest.mark.parametrize(("state", "finding", "expected"), CELLS)
def test_every_cell_of_the_payment_table(state: PaymentState, finding: Finding, expected: PaymentState):
    assert next_state(state, finding) == expected


def test_the_table_covers_the_whole_square():
    assert len(CELLS) == len(S) * len(F)
    assert set(NEXT_STATE) == set(S)


def test_the_rank_falls_only_when_a_debit_goes_on_for_an_ended_payment():
    falls = {(s, f) for s, f in product(S, F) if RANK[next_state(s, f)] < RANK[s]}

    assert falls == {(S.FAILED, F.SUBMITTED), (S.EXPIRED, F.SUBMITTED), (S.CANCELED, F.SUBMITTED)}


@pytest.mark.parametrize(("state", "finding", "expected"), CELLS)
def test_every_move_of_the_table_is_allowed_by_the_machine(
    state: PaymentState, finding: Finding, expected: PaymentState
):
    assert expected == state or PAYMENT_MACHINE.allows(state, expected)


@pytest.mark.parametrize(
    ("machine", "states"), [(PAYMENT_MACHINE, S), (ORDER_MACHINE, OrderState), (REFUND_MACHINE, RefundState)]
)
def test_each_state_has_moves_and_an_owner(machine, states):
    assert set(machine.moves) == set(machine.owners) == set(states)


def truth(**changes: object) -> Truth:
    values: dict[str, object] = {
        "session_id": "cs_1",
        "session_url": "",
        "session_status": "complete",
        "session_amount": 6600,
        "currency": "usd",
        "reference": "ours",
        "intent_id": "pi_1",
        "intent_status": "succeeded",
        "intent_amount": 6600,
        "intent_currency": "usd",
        "intent_reference": "ours",
        "amount_received": 6600,
        "amount_refunded": 0,
        "disputed": False,
        "method": "card",
        "method_detail": "",
        "decline": "",
        "charge_id": "",
        "balance_transaction_id": "",
        "fee_cents": None,
        "read_at": datetime(2026, 5, 4, tzinfo=UTC),
    }
    return Truth(**{**values, **changes})  # type: ignore[arg-type]  # names and types are those of Truth


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, F.SUCCEEDED),
        ({"session_status": "expired"}, F.SUCCEEDED),
        ({"intent_status": "processing"}, F.SUBMITTED),
        ({"intent_status": "processing", "session_status": "expired"}, F.SUBMITTED),
        ({"intent_status": "processing", "session_status": "open"}, F.OPEN),
        ({"intent_status": "requires_action"}, F.SUBMITTED),
        ({"intent_status": "requires_payment_method"}, F.FAILED),
        ({"intent_status": "canceled"}, F.FAILED),
        ({"intent_status": "requires_payment_method", "session_status": "open"}, F.OPEN),
        ({"intent_status": "requires_payment_method", "session_status": "expired"}, F.EXPIRED),
        ({"intent_id": "", "intent_status": "", "intent_amount": 0, "session_status": "open"}, F.OPEN),
        ({"intent_id": "", "intent_status": "", "intent_amount": 0, "session_status": "expired"}, F.EXPIRED),
        ({"session_amount": 6599}, F.MISMATCH),
        ({"currency": "eur"}, F.MISMATCH),
        ({"reference": "theirs"}, F.MISMATCH),
        ({"intent_amount": 1}, F.MISMATCH),
        ({"intent_currency": "eur"}, F.MISMATCH),
        ({"intent_reference": ""}, F.MISMATCH),
        ({"amount_received": 6599}, F.MISMATCH),
    ],
)
def test_what_an_answer_of_stripe_means(changes: dict[str, object], expected: Finding):
    assert find(truth(**changes), due_cents=6600, currency="usd", reference="ours") is expected
