"""Cents as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.money import format_cents


@pytest.mark.parametrize(
    ("cents", "text"),
    [(0, "$0.00"), (5, "$0.05"), (6600, "$66.00"), (106_600, "$1,066.00"), (-500, "−$5.00"), (-5, "−$0.05")],
)
def test_cents_become_text(cents: int, text: str):
    assert format_cents(cents) == text


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_no_cent_is_lost_in_text(cents: int):
    text = format_cents(cents)

    digits = int(text.replace("−", "").replace("$", "").replace(",", "").replace(".", ""))
    assert digits == abs(cents)
    assert text.startswith("−") == (cents < 0)
