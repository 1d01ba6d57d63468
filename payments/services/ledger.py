"""Double-entry ledger. Every posting sums to zero, has a key that cannot be used twice, and is never changed.

Liabilities are positive: a person's wallet above zero is money we owe them, and money at Stripe is a clearing account
below zero. Locks: in one posting a person's accounts come first, then the portal's own in the order of `PORTAL_ACCOUNTS`;
in one transaction postings that touch a person's accounts come before the others.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from payments.models import LedgerAccount, LedgerEntry, LedgerTransaction, Payment
from portal import audit
from portal.money import SMALLEST_CHARGE_CENTS

STRIPE_CLEARING = "stripe_clearing"
DEFERRED_REVENUE = "deferred_revenue"
REVENUE = "revenue"
PROMO_EXPENSE = "promo_expense"
STRIPE_FEES = "stripe_fees"
PORTAL_ACCOUNTS = (STRIPE_CLEARING, DEFERRED_REVENUE, REVENUE, PROMO_EXPENSE, STRIPE_FEES)


class NotEnoughCreditError(Exception):
    """The financial account holds less than was asked for; nothing was written."""


def wallet(applicant_id: int) -> str:
    """Return the name of the account with a person's usable credit."""
    return f"wallet:{applicant_id}"


def hold(applicant_id: int) -> str:
    """Return the name of the account with a person's credit that is set aside for payments under way."""
    return f"hold:{applicant_id}"


def receivable(applicant_id: int) -> str:
    """Return the name of the account with what a person owes us; below zero while they owe."""
    return f"receivable:{applicant_id}"


def owed(applicant_id: int) -> int:
    """Return what a person owes in cents; 0 when nothing (R-HOLD-1)."""
    name = receivable(applicant_id)
    balance = LedgerAccount.objects.filter(name=name).values_list("balance_cents", flat=True).first()
    return max(0, -(balance or 0))


def debts(applicant_ids: Iterable[int]) -> dict[int, int]:
    """Return the cents that each of these people owes; people who owe nothing are left out (one query)."""
    names = {receivable(applicant_id): applicant_id for applicant_id in applicant_ids}
    rows = LedgerAccount.objects.filter(name__in=names, balance_cents__lt=0).values_list("name", "balance_cents")
    return {names[name]: -cents for name, cents in rows}


def credit_balance(applicant_id: int) -> int:
    """Return a person's usable credit in cents."""
    found = LedgerAccount.objects.filter(name=wallet(applicant_id)).values_list("balance_cents", flat=True).first()
    return found or 0


def usable_credit(*, total_cents: int, balance_cents: int) -> int:
    """Return how many cents of a balance can pay towards `total_cents`, so that the rest is 0 or can be charged."""
    credit = min(total_cents, max(balance_cents, 0))
    rest = total_cents - credit
    return credit if rest == 0 or rest >= SMALLEST_CHARGE_CENTS else max(0, total_cents - SMALLEST_CHARGE_CENTS)


@transaction.atomic
def post(
    *, key: str, entries: Mapping[str, int], at: datetime, actor: str, reason: str, payment: Payment | None = None
) -> LedgerTransaction:
    """Post `entries` (account name → cents to add; zeros are left out) under `key`; a known key changes nothing.

    The database refuses, at commit, entries that do not sum to zero, and at once a wallet or hold below zero.
    """
    known = LedgerTransaction.objects.filter(key=key).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            posting = LedgerTransaction.objects.create(key=key, at=at, actor=actor, reason=reason, payment=payment)
    except IntegrityError:
        # Another transaction posted under this key between the look and the insert, and has committed.
        return LedgerTransaction.objects.get(key=key)
    named = {name: cents for name, cents in entries.items() if cents}
    LedgerEntry.objects.bulk_create(
        LedgerEntry(transaction=posting, account=account, amount_cents=named[account.name])
        for account in _accounts(named)
    )
    return posting


def _accounts(names: Mapping[str, int]) -> list[LedgerAccount]:
    """Return the accounts in the order in which they must be locked, making those that do not exist yet."""
    ordered = sorted(names, key=lambda name: (name in PORTAL_ACCOUNTS, _rank(name), name))
    known = LedgerAccount.objects.in_bulk(ordered, field_name="name")
    if len(known) < len(ordered):
        missing = [
            LedgerAccount(name=name, may_go_below_zero=name in PORTAL_ACCOUNTS) for name in ordered if name not in known
        ]
        # Another transaction may be making the same account at this moment.
        LedgerAccount.objects.bulk_create(missing, ignore_conflicts=True)
        known = LedgerAccount.objects.in_bulk(ordered, field_name="name")
    return [known[name] for name in ordered]


def _rank(name: str) -> int:
    return PORTAL_ACCOUNTS.index(name) if name in PORTAL_ACCOUNTS else 0


def locked_credit(applicant_id: int) -> int:
    """Return a person's usable credit in cents and keep it from changing until the end of the transaction."""
    found = LedgerAccount.objects.select_for_update().filter(name=wallet(applicant_id)).first()
    return found.balance_cents if found else 0


def hold_credit(payment: Payment, *, at: datetime, actor: str, attempt: str = "") -> None:
    """Set the credit part of `payment` aside; raises NotEnoughCreditError. `attempt` tells a second hold from the first."""
    if not payment.credit_cents:
        return
    if locked_credit(payment.applicant_id) < payment.credit_cents:
        raise NotEnoughCreditError(str(payment.pk))
    taken = {wallet(payment.applicant_id): -payment.credit_cents, hold(payment.applicant_id): payment.credit_cents}
    post(
        key=f"pay:{payment.pk}:hold{attempt}",
        entries=taken,
        at=at,
        actor=actor,
        reason="Credit set aside for a payment",
        payment=payment,
    )


def release_credit(payment: Payment, *, at: datetime, actor: str, attempt: str = "") -> None:
    """Give the credit part of `payment` back to its owner."""
    back = {hold(payment.applicant_id): -payment.credit_cents, wallet(payment.applicant_id): payment.credit_cents}
    if payment.credit_cents:
        post(
            key=f"pay:{payment.pk}:release{attempt}",
            entries=back,
            at=at,
            actor=actor,
            reason="Credit given back: not paid",
            payment=payment,
        )


def book_payment(payment: Payment, *, at: datetime, actor: str, with_credit: bool = True) -> None:
    """Book a payment that arrived as revenue not yet earned; without its credit part when that is not held."""
    credit = payment.credit_cents if with_credit else 0
    post(
        key=f"pay:{payment.pk}:paid",
        entries={
            hold(payment.applicant_id): -credit,
            STRIPE_CLEARING: -payment.due_cents,
            DEFERRED_REVENUE: credit + payment.due_cents,
        },
        at=at,
        actor=actor,
        reason="Payment received",
        payment=payment,
    )


def book_stripe_fee(payment: Payment, *, balance_transaction_id: str, fee_cents: int, at: datetime, actor: str) -> None:
    """Book what Stripe kept of a payment; known at once or some time after it succeeded."""
    if fee_cents:
        post(
            key=f"fee:{balance_transaction_id}",
            entries={STRIPE_CLEARING: fee_cents, STRIPE_FEES: -fee_cents},
            at=at,
            actor=actor,
            reason="Stripe's fee",
            payment=payment,
        )


def earn(*, key: str, amount_cents: int, at: datetime, actor: str, payment: Payment | None) -> LedgerTransaction:
    """Turn `amount_cents` of deferred revenue into revenue, once per `key` (such as job:<id>:earned)."""
    return post(
        key=key,
        entries={DEFERRED_REVENUE: -amount_cents, REVENUE: amount_cents},
        at=at,
        actor=actor,
        reason="Service delivered",
        payment=payment,
    )


@transaction.atomic
def grant_credit(
    *, applicant_id: int, amount_cents: int, reason: str, actor: str, at: datetime, key: str
) -> LedgerTransaction:
    """Give a person credit once per `key`; raises ValueError unless `amount_cents` is above zero and a reason is given."""
    if amount_cents <= 0 or not reason.strip():
        raise ValueError("Credit needs an amount above zero and a reason.")
    posting = post(
        key=f"grant:{key}",
        entries={wallet(applicant_id): amount_cents, PROMO_EXPENSE: -amount_cents},
        at=at,
        actor=actor,
        reason=reason,
    )
    audit.record(
        "payments.credit_granted",
        actor=actor,
        subject=posting,
        at=at,
        reason=reason,
        person=applicant_id,
        amount_cents=amount_cents,
    )
    return posting


def next_number(sequence: str) -> int:
    """Return the next value of a PostgreSQL sequence of this app; gaps are possible, repeats are not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass)", [f"payments_{sequence}"])
        return int(cursor.fetchone()[0])
