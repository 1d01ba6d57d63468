"""The price list: dated rows, so that yesterday's price stays known and next year's can be entered today."""

from dataclasses import dataclass
from datetime import date, timedelta

from payments.models import STATUS_REPORT as STATUS_REPORT
from payments.models import Fee


class UnknownFeeError(Exception):
    """No fee with this code is in effect on this day."""


@dataclass(frozen=True)
class Price:
    """What a service costs on a day; `upcoming` are later rows of the same code, soonest first."""

    code: str
    description: str
    amount_cents: int
    effective_from: date
    upcoming: tuple["Price", ...] = ()


def price_on(code: str, on: date) -> int:
    """Return the price in cents of `code` on the U.S. Eastern day `on`; raises UnknownFeeError when there is none."""
    newest = Fee.objects.filter(code=code, effective_from__lte=on).order_by("-effective_from").first()
    if newest is None:
        raise UnknownFeeError(code)
    return newest.amount_cents


def price_list(on: date, *, ahead: timedelta = timedelta(days=366)) -> list[Price]:
    """Return the prices in effect on `on` by description, each with the changes known for the time `ahead`."""
    rows = Fee.objects.filter(effective_from__lte=on + ahead).order_by("code", "-effective_from")
    by_code: dict[str, list[Fee]] = {}
    for row in rows:
        by_code.setdefault(row.code, []).append(row)
    prices = [_price_with_changes(found, on) for found in by_code.values()]
    return sorted((price for price in prices if price), key=lambda price: price.description)


def _price_with_changes(rows: list[Fee], on: date) -> Price | None:
    """Return the price on `on` from `rows` of one code, newest first; None when it is not in effect yet."""
    current = next((row for row in rows if row.effective_from <= on), None)
    if current is None:
        return None
    later = tuple(_price(row) for row in reversed(rows) if row.effective_from > on)
    return _price(current, later)


def _price(row: Fee, upcoming: tuple[Price, ...] = ()) -> Price:
    return Price(row.code, row.description, row.amount_cents, row.effective_from, upcoming)
