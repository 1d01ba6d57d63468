"""Pressing Pay: each service agrees to its own lines, prices are frozen, and one payment begins for the whole order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from applicants import purchases
from applicants.models import Applicant
from applicants.services import identity
from payments.models import Order, OrderLine, Payment
from payments.services import checkout, fees, ledger, orders
from payments.states import OrderState
from portal.eastern import eastern_date
from portal.money import format_cents


class NotPlacedError(Exception):
    """Something stands against paying this order; nothing was written. Services raise their own kinds of it."""


class EmptyOrderError(NotPlacedError):
    """There is nothing to pay for."""


class TotalChangedError(NotPlacedError):
    """The total differs from what the person saw; `total_cents` is the right one."""

    def __init__(self, total_cents: int) -> None:
        super().__init__(str(total_cents))
        self.total_cents = total_cents


@dataclass(frozen=True)
class PriceChange:
    """A line whose fee changed since it was chosen; cents."""

    description: str
    old_cents: int
    new_cents: int


@dataclass(frozen=True)
class PricedLine:
    """One wanted line and today's price in cents."""

    line: OrderLine
    price_cents: int


@dataclass(frozen=True)
class Basket:
    """What would be paid now; amounts in cents. `usable_credit_cents` is what credit would pay of the total."""

    order: Order
    lines: tuple[PricedLine, ...]
    usable_credit_cents: int

    @property
    def total_cents(self) -> int:
        """Return the total at today's fees."""
        return sum(priced.price_cents for priced in self.lines)

    @property
    def price_changes(self) -> tuple[PriceChange, ...]:
        """Return the lines whose fee changed since they were chosen."""
        return tuple(
            PriceChange(priced.line.description, priced.line.price_cents, priced.price_cents)
            for priced in self.lines
            if priced.line.price_cents != priced.price_cents
        )

    @property
    def credit_label(self) -> str:
        """Return the words beside the credit box; empty where there is no credit to use."""
        cents = self.usable_credit_cents
        return f"Use my account credit, {format_cents(cents)}" if cents else ""

    @property
    def button(self) -> str:
        """Return words that stay true whatever the person ticks, because nothing changes them without a script."""
        if not self.usable_credit_cents:
            return f"Pay {format_cents(self.total_cents)}"
        return "Place order" if self.usable_credit_cents == self.total_cents else "Continue to payment"

    def by_fee(self) -> dict[str, list[OrderLine]]:
        """Return the lines of each fee code, in the order in which they were chosen."""
        found: dict[str, list[OrderLine]] = {}
        for priced in self.lines:
            found.setdefault(priced.line.fee_code, []).append(priced.line)
        return found


@dataclass(frozen=True)
class Placement:
    """What a service is asked to agree to; `agreement` is what the person ticked for it, None when nothing was asked."""

    order: Order
    lines: tuple[OrderLine, ...]
    agreement: object
    at: datetime
    actor: str


Agree = Callable[[Placement], None]
_agrees: dict[str, Agree] = {}


def when_paying(fee_code: str, agree: Agree) -> None:
    """Let `agree` see the lines of `fee_code` before they are paid; a NotPlacedError of it stops the payment.

    For apps above payments; those beside it use `applicants.purchases.when_placed`.
    """
    _agrees[fee_code] = agree


def basket_of(order: Order, *, at: datetime) -> Basket:
    """Return the wanted lines of an unpaid order at the fees of the day (two queries, and one for each fee)."""
    lines = list(order.lines.filter(removed_at__isnull=True, paid_by__isnull=True).order_by("id"))
    today = eastern_date(at)
    prices = {code: fees.price_on(code, today) for code in sorted({line.fee_code for line in lines})}
    priced = tuple(PricedLine(line, prices[line.fee_code]) for line in lines)
    total = sum(one.price_cents for one in priced)
    credit = ledger.credit_balance(order.applicant_id)
    return Basket(order, priced, checkout.usable_credit(total_cents=total, credit_cents=credit))


@transaction.atomic(durable=True)
def place(
    *,
    applicant: Applicant,
    shown_total_cents: int,
    use_credit: bool,
    agreements: Mapping[str, object],
    at: datetime,
    actor: str,
) -> Payment:
    """Freeze prices and agreements (fee code → what was ticked), open a payment for the order and return it.

    A second call while the payment is under way returns the same payment, so that a double click pays once. Raises
    NotPlacedError, `PurchaseRefusedError`, `IdentityNotCheckedError` or OrderNotEditableError, with nothing written.
    """
    order = orders.unpaid_order(applicant)
    if order is None:
        raise EmptyOrderError
    orders.lock(order)
    if order.state == OrderState.PAYMENT_PENDING:
        return checkout.begin(order=order, use_credit=use_credit, at=at, actor=actor)
    identity.require_checked(applicant)
    basket = basket_of(order, at=at)
    if not basket.lines:
        raise EmptyOrderError
    for fee_code, lines in basket.by_fee().items():
        _agree(fee_code, Placement(order, tuple(lines), agreements.get(fee_code), at, actor))
    if shown_total_cents != basket.total_cents:
        raise TotalChangedError(basket.total_cents)
    orders.reprice(order=order, price_cents_by_line={one.line.pk: one.price_cents for one in basket.lines}, at=at)
    return checkout.begin(order=order, use_credit=use_credit, at=at, actor=actor)


def _agree(fee_code: str, placement: Placement) -> None:
    if fee_code in _agrees:
        _agrees[fee_code](placement)
    applicant_id = placement.order.applicant_id
    for line in placement.lines:
        purchases.tell_placed(
            purchases.Purchase(line.pk, applicant_id, fee_code, at=placement.at, actor=placement.actor)
        )
