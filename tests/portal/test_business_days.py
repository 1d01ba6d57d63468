"""Business days: weekends, federal holidays of the year asked about, and those observed on another day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.business_days import add_business_days, business_days_between, is_business_day


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 20), True),
        (date(2026, 11, 21), False),  # Saturday
        (date(2026, 11, 26), False),  # Thanksgiving
        (date(2026, 7, 3), False),  # Independence Day on a Saturday, observed on Friday
        (date(2027, 7, 5), False),  # … on a Sunday, observed on Monday
        (date(2021, 12, 31), False),  # New Year's Day of 2022, observed in the year before
        (date(2020, 6, 19), True),  # not a holiday yet
        (date(2026, 6, 19), False),
    ],
)
def test_days_on_which_the_organization_works(day: date, works: bool):
    assert is_business_day(day) is works


def test_seven_business_days_before_an_appointment_skip_thanksgiving_and_weekends():
    assert add_business_days(date(2026, 12, 4), -7) == date(2026, 11, 24)
    assert business_days_between(date(2026, 11, 24), date(2026, 12, 4)) == 7


@given(day=st.dates(date(2000, 1, 1), date(2060, 1, 1)), count=st.integers(1, 40))
def test_adding_business_days_lands_on_one_and_counts_back(day: date, count: int):
    after = add_business_days(day, count)

    assert is_business_day(after)
    assert business_days_between(day, after) == count
    assert business_days_between(day, after - timedelta(days=1)) == count - 1


def test_nothing_lies_between_a_day_and_an_earlier_one():
    assert business_days_between(date(2026, 5, 4), date(2026, 5, 1)) == 0
