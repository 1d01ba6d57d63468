"""The seven-year window against its definition, tried on every choice of passes."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certification.rules.facts import Exam
from certification.rules.window import window, years_later

DAYS = st.dates(date(2010, 1, 1), date(2035, 12, 31))
STEPS = (Exam.STEP_1, Exam.STEP_2_CK)
WITH_CS = (*STEPS, Exam.STEP_2_CS)
# Days near each other and near seven years apart, so that the edges are hit.
NEAR = st.builds(
    lambda first, years, days: years_later(first, years) + timedelta(days=days),
    st.sampled_from([date(2012, 2, 29), date(2013, 10, 1)]),
    st.integers(0, 16),
    st.integers(-1, 1),
)
PASSES = st.lists(st.tuples(st.sampled_from(WITH_CS), DAYS | NEAR), max_size=6)
EXTENDED = st.dictionaries(st.sampled_from(WITH_CS), DAYS | NEAR, max_size=2)


def last_day(one, extended):
    """The definition: the same calendar day seven years later, or the later day that staff granted."""
    exam, day = one
    february = (day.month, day.day) == (2, 29)
    end = date(day.year + 7, 2, 28) if february and day.year % 4 != 1 else day.replace(year=day.year + 7)
    return max(end, extended.get(exam, end))


def fits(passes, needed, extended):
    """Some choice of one pass of each examination lies inside the window that its earliest pass opens.

    Of two on the first day with different ends, the one that ends first closes it: without a grant it stops counting.
    """
    of_each = [[one for one in passes if one[0] is exam] for exam in needed]
    for chosen in product(*of_each):
        opens_on = min(day for _, day in chosen)
        end = min(last_day(one, extended) for one in chosen if one[1] == opens_on)
        if all(day <= end for _, day in chosen):
            return True
    return False


@given(PASSES, st.sampled_from([STEPS, WITH_CS]), DAYS | NEAR, EXTENDED)
def test_window_is_the_definition(passes, needed, today, extended):
    known = [one for one in passes if one[1] <= today]

    found = window(passes, needed, today, extended=extended)

    assert found.met == fits(known, needed, extended)
    assert set(found.missing) == set(needed) - set(found.counted)
    assert found.met == (not found.missing)
    if not found.met:
        alive = [one for one in known if one[0] in needed and last_day(one, extended) >= today]
        opening = min((day for _, day in alive), default=None)
        assert (found.opens_on is None) == (not alive)
        assert found.complete_by is None or found.complete_by >= today
        assert opening is None or found.opens_on == opening
        assert {one for one in known if one[0] in needed and last_day(one, extended) < today} >= set(found.dropped)


@given(PASSES, st.sampled_from([STEPS, WITH_CS]), DAYS, st.tuples(st.sampled_from(WITH_CS), DAYS))
def test_another_pass_never_undoes_a_window(passes, needed, today, another):
    assert not window(passes, needed, today).met or window([*passes, another], needed, today).met


@given(PASSES, st.sampled_from([STEPS, WITH_CS]), DAYS, st.integers(1, 4000))
def test_met_stays_met(passes, needed, today, days):
    assert not window(passes, needed, today).met or window(passes, needed, today + timedelta(days=days)).met


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2011, 10, 1), date(2018, 10, 1)),
        (date(2012, 2, 29), date(2019, 2, 28)),
        (date(2013, 2, 28), date(2020, 2, 28)),
    ],
)
def test_last_day_is_inclusive(first, last):
    passes = [(Exam.STEP_1, first), (Exam.STEP_2_CK, last)]
    late = [(Exam.STEP_1, first), (Exam.STEP_2_CK, last + timedelta(days=1))]

    assert window(passes, STEPS, date(2024, 1, 1)).met
    assert window(passes, STEPS, date(2024, 1, 1)).complete_by == last
    assert window(late, STEPS, last + timedelta(days=1)).dropped == ((Exam.STEP_1, first),)


def test_exception_moves_the_end():
    passes = [(Exam.STEP_1, date(2014, 5, 5)), (Exam.STEP_2_CK, date(2022, 5, 5))]
    granted = {Exam.STEP_1: date(2023, 5, 5)}

    assert not window(passes, STEPS, date(2022, 6, 1)).met
    assert window(passes, STEPS, date(2022, 6, 1), extended=granted).complete_by == date(2023, 5, 5)
