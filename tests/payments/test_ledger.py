"""The ledger's promises are kept by the database."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payments import invariants
from payments.models import LedgerAccount, LedgerEntry, LedgerTransaction, PaymentLine
from payments.services import checkout, ledger, orders
from payments.states import OrderState
from portal.money import SMALLEST_CHARGE_CENTS
from tests.factories.applicants import ApplicantFactory
from tests.factories.payments import AT, FEE_CENTS, basket_of, credit_for

pytestmark = pytest.mark.django_db


def test_an_unbalanced_posting_is_refused_at_commit():
    ledger.post(key="a", entries={"revenue": 5, "stripe_clearing": -5}, at=AT, actor="test", reason="Balanced")
    connection.check_constraints()
    ledger.post(key="b", entries={"revenue": 5, "stripe_clearing": -4}, at=AT, actor="test", reason="Unbalanced")

    with pytest.raises(IntegrityError, match="does not balance: 1 cents in 2 entries") as refusal:
        connection.check_constraints()
    assert getattr(refusal.value.__cause__, "pgcode", "") == "23514"


def test_a_posting_with_one_side_or_none_is_refused_at_commit():
    ledger.post(key="empty", entries={}, at=AT, actor="test", reason="Nothing")

    with pytest.raises(IntegrityError, match="does not balance"):
        connection.check_constraints()


@pytest.mark.parametrize("table", ["payments_ledgertransaction", "payments_ledgerentry"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_ledger_is_never_changed(table: str, statement: str):
    ledger.post(key="a", entries={"stripe_fees": -5, "stripe_clearing": 5}, at=AT, actor="test", reason="Fee")
    connection.check_constraints()

    with pytest.raises(DatabaseError, match="is append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))

    assert LedgerEntry.objects.count() == 2


def test_a_known_key_posts_nothing():
    for cents in (5, 7):
        ledger.post(key="a", entries={"revenue": cents, "stripe_clearing": -cents}, at=AT, actor="test", reason="Sale")

    assert LedgerTransaction.objects.count() == 1
    assert LedgerAccount.objects.get(name="revenue").balance_cents == 5


def test_a_wallet_never_goes_below_zero():
    owner = ApplicantFactory.create()
    credit_for(owner, 100)

    entries = {ledger.wallet(owner.pk): -101, ledger.REVENUE: 101}

    with pytest.raises(IntegrityError, match="ledger_account_floor"):
        ledger.post(key="greedy", entries=entries, at=AT, actor="test", reason="Too much")

    assert ledger.credit_balance(owner.pk) == 100


def test_credit_is_granted_once_per_key():
    owner = ApplicantFactory.create()

    credit_for(owner, 500)
    credit_for(owner, 500)

    assert ledger.credit_balance(owner.pk) == 500


@pytest.mark.parametrize(("cents", "reason"), [(0, "Goodwill"), (-5, "Goodwill"), (5, " ")])
def test_credit_needs_an_amount_and_a_reason(cents: int, reason: str):
    owner = ApplicantFactory.create()

    with pytest.raises(ValueError, match="Credit needs"):
        ledger.grant_credit(applicant_id=owner.pk, amount_cents=cents, reason=reason, actor="test", at=AT, key="k")

    assert not LedgerTransaction.objects.exists()


def test_earning_moves_deferred_revenue_once():
    for _ in range(2):
        ledger.earn(key="job:1:earned", amount_cents=FEE_CENTS, at=AT, actor="dispatch", payment=None)

    assert LedgerAccount.objects.get(name="revenue").balance_cents == FEE_CENTS
    assert LedgerAccount.objects.get(name="deferred_revenue").balance_cents == -FEE_CENTS


def test_invariants_hold_for_postings_and_see_a_forged_balance():
    credit_for(ApplicantFactory.create(), 500)
    assert invariants.check() == []

    LedgerAccount.objects.filter(name="promo_expense").update(balance_cents=-499)

    assert invariants.check() == [
        "Invariant 2: each balance is the sum of its entries, and no wallet or hold is below zero: broken for promo_expense"
    ]


@given(total=st.integers(0, 30_000), balance=st.integers(-10, 3 * FEE_CENTS))
def test_credit_leaves_nothing_or_something_that_can_be_charged(total: int, balance: int):
    credit = ledger.usable_credit(total_cents=total, balance_cents=balance)

    assert 0 <= credit <= min(total, max(balance, 0))
    assert total < SMALLEST_CHARGE_CENTS or total - credit == 0 or total - credit >= SMALLEST_CHARGE_CENTS


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    prices=st.lists(st.integers(SMALLEST_CHARGE_CENTS, 30_000), min_size=1, max_size=4),
    credit=st.integers(0, 3 * FEE_CENTS),
    at=st.just(datetime(2026, 5, 4, tzinfo=UTC)),
)
def test_parts_of_a_payment_add_up_to_its_lines_and_prices(prices: list[int], credit: int, at: datetime):
    order = basket_of(*prices, at=at)
    if credit:
        credit_for(order.applicant, credit, at=at)

    payment = checkout.begin(order=order, use_credit=True, at=at, actor="test")

    lines = PaymentLine.objects.filter(payment=payment).select_related("order_line")
    assert payment.credit_cents + payment.due_cents == payment.total_cents == sum(prices)
    assert [line.from_credit_cents + line.from_stripe_cents for line in lines.order_by("order_line_id")] == prices
    assert sum(line.from_credit_cents for line in lines) == payment.credit_cents
    assert payment.due_cents == 0 or payment.due_cents >= SMALLEST_CHARGE_CENTS
    assert order.state == (OrderState.PAYMENT_PENDING if payment.due_cents else OrderState.PAID)
    assert invariants.check() == []


def test_lines_of_a_pending_order_cannot_be_changed():
    order = basket_of(FEE_CENTS)
    checkout.begin(order=order, use_credit=False, at=AT, actor="test")
    line = order.lines.get()

    for change in (
        lambda: orders.add_line(order=order, fee_code="X", description="x", price_cents=1, at=AT),
        lambda: orders.remove_line(line=line, at=AT),
        lambda: orders.reprice(order=order, price_cents_by_line={line.pk: 1}, at=AT),
        lambda: orders.expire(order=order, at=AT),
    ):
        with pytest.raises(orders.OrderNotEditableError):
            change()

    line.refresh_from_db()
    assert (line.price_cents, line.removed_at, order.lines.count()) == (FEE_CENTS, None, 1)
