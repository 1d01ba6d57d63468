"""Business days of the organization: Monday to Friday without U.S. federal holidays, as observed in the year asked about."""

from datetime import date, timedelta
from functools import lru_cache

from holidays import country_holidays

SATURDAY = 5


@lru_cache(maxsize=32)
def _holidays(year: int) -> frozenset[date]:
    # A holiday on a Saturday is observed on the Friday before, which New Year's Day carries into the year before.
    return frozenset(country_holidays("US", years=[year, year + 1]))


def is_business_day(day: date) -> bool:
    """Tell whether the organization works on `day`."""
    return day.weekday() < SATURDAY and day not in _holidays(day.year)


def add_business_days(day: date, count: int) -> date:
    """Return the `count`-th business day after `day`, or before it when `count` is negative; 0 returns `day` itself."""
    step = timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while not is_business_day(day):
            day += step
    return day


def business_days_between(first: date, last: date) -> int:
    """Return how many business days lie after `first`, up to and including `last`; 0 when `last` is not later."""
    return sum(is_business_day(first + timedelta(days=after)) for after in range(1, (last - first).days + 1))


def in_business_days(count: int) -> str:
    """Return `count` with its unit: "1 business day", "2 business days"."""
    return f"{count} business day{'' if count == 1 else 's'}"
