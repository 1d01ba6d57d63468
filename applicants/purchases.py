"""Buying a service without knowing payments, which stand above people and hand themselves in (as schools do).

An app that sells something calls `till()` to put a line into the person's one unpaid order, leads them to `PAY_PAGE`, and
hears what becomes of the line through `when_placed` and `when_settled`. Only payments know orders, prices and money.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    # Apps name their services when the programs start, before models are loaded.
    from applicants.models import Applicant

# URL name of the page on which a person reviews and pays their order, whatever is in it.
PAY_PAGE = "order_review"


class PaymentUnderWayError(Exception):
    """The person's unpaid order has a payment under way, which they must finish or cancel first."""


class NoPriceError(Exception):
    """No fee with this code is in effect on this day."""


class PurchaseRefusedError(Exception):
    """The thing can no longer be bought; the text, a sentence without its full stop, is shown to the person."""


class LineStanding(Enum):
    """Where one thing somebody wants to buy stands."""

    WAITING = "in the unpaid order"
    UNDER_WAY = "its payment is under way"
    PAID = "paid"
    GONE = "removed, or its order has ended unpaid"


@dataclass(frozen=True)
class Purchase:
    """One thing that is being bought: `line_id` is what `Till.add_to_order` returned."""

    line_id: int
    applicant_id: int
    fee_code: str
    at: datetime
    actor: str


@dataclass(frozen=True)
class Settled:
    """What became of a payment for one thing: paid, or released, which means unpaid again."""

    line_id: int
    applicant_id: int
    fee_code: str
    paid: bool
    at: datetime


@dataclass(frozen=True)
class Explanation:
    """What the pages of an order say about a service: its own page, and the steps that follow the payment."""

    page: str
    page_label: str
    next_steps: tuple[tuple[str, str], ...]


class Till(Protocol):
    """Takes orders."""

    def price(self, fee_code: str, on: date) -> int:
        """Return the price in cents on the U.S. Eastern day `on`; raises NoPriceError."""

    def add_to_order(self, *, applicant: "Applicant", fee_code: str, description: str, at: datetime, actor: str) -> int:
        """Put one thing into the person's unpaid order at today's price and return its line id.

        The same thing (code and description) twice is one line. Raises NoPriceError and PaymentUnderWayError. The price is
        frozen when the person presses Pay (R-CVS-6).
        """

    def remove_from_order(self, *, line_id: int, at: datetime) -> None:
        """Take an unpaid thing out of its order; one that is gone stays gone. Raises PaymentUnderWayError."""

    def standing(self, line_id: int) -> LineStanding:
        """Tell where a line stands; an unknown one is GONE."""

    def reference(self, line_id: int) -> str:
        """Return the order's reference, such as CV-2026-004817; empty for an unknown line."""

    def owed_cents(self, applicant_id: int) -> int:
        """Return what the person owes on the financial account (R-HOLD-1); 0 when nothing."""

    def debts(self, applicant_ids: Iterable[int]) -> Mapping[int, int]:
        """Return the cents that each of these people owes; people who owe nothing are left out (one query)."""

    def earn(self, *, line_id: int, at: datetime, actor: str) -> None:
        """Book what was paid for a line as earned, once: the service was delivered."""


class ClosedTill:
    """Sells nothing."""

    def price(self, fee_code: str, on: date) -> int:
        """Know no price."""
        raise NoPriceError(fee_code)

    def add_to_order(self, *, applicant: "Applicant", fee_code: str, description: str, at: datetime, actor: str) -> int:
        """Sell nothing."""
        raise NoPriceError(fee_code)

    def remove_from_order(self, *, line_id: int, at: datetime) -> None:
        """Have nothing to remove."""

    def standing(self, line_id: int) -> LineStanding:
        """Know no line."""
        return LineStanding.GONE

    def reference(self, line_id: int) -> str:
        """Know no order."""
        return ""

    def owed_cents(self, applicant_id: int) -> int:
        """Keep no accounts."""
        return 0

    def debts(self, applicant_ids: Iterable[int]) -> Mapping[int, int]:
        """Keep no accounts."""
        return {}

    def earn(self, *, line_id: int, at: datetime, actor: str) -> None:
        """Keep no books."""


PlacedCall = Callable[[Purchase], None]
SettledCall = Callable[[Settled], None]

_in_use: list[Till] = [ClosedTill()]
_placed: dict[str, list[PlacedCall]] = {}
_settled: dict[str, list[SettledCall]] = {}
_explained: dict[str, Explanation] = {}


def use(till: Till) -> None:
    """Sell through `till` from now on."""
    _in_use[:] = [till]


def till() -> Till:
    """Return the till in use."""
    return _in_use[0]


def when_placed(fee_code: str, callback: PlacedCall) -> None:
    """Call `callback` when the person presses Pay, inside that transaction; PurchaseRefusedError stops the payment."""
    _placed.setdefault(fee_code, []).append(callback)


def when_settled(fee_code: str, callback: SettledCall) -> None:
    """Call `callback` with what becomes of each payment, inside the transaction that settles it.

    A callback that fails undoes the settlement, which is then tried again. It may hear the same news twice.
    """
    _settled.setdefault(fee_code, []).append(callback)


def forget(fee_code: str) -> None:
    """Tell nobody of `fee_code` any more: it is no longer sold."""
    for registered in (_placed, _settled, _explained):
        registered.pop(fee_code, None)


def explain(fee_code: str, explanation: Explanation) -> None:
    """Say what the pages of an order tell about a service."""
    _explained[fee_code] = explanation


def explanation(fee_code: str) -> Explanation | None:
    """Return what is said about a service, if anything."""
    return _explained.get(fee_code)


def tell_placed(purchase: Purchase) -> None:
    """Tell the seller that the person is about to pay; raises PurchaseRefusedError. Called by payments."""
    for callback in _placed.get(purchase.fee_code, []):
        callback(purchase)


def tell_settled(settled: Settled) -> None:
    """Tell the seller what became of a payment. Called by payments."""
    for callback in _settled.get(settled.fee_code, []):
        callback(settled)
