"""Figures, their ratios, targets and the table."""

import pytest

from bench.figures import Figure, Limit, Target, p95, table


def test_figure_is_divided_by_its_limit():
    figure = Figure("page", 30.0, "ms", Limit(20.0, "bare"))

    assert (figure.ratio, figure.is_met) == (1.5, None)


@pytest.mark.parametrize(
    ("target", "met"),
    [
        (Target("<=", 1.5), True),
        (Target("<=", 1.4), False),
        (Target(">=", 1.5), True),
        (Target(">=", 1.6), False),
        (Target("<=", 30, absolute=True), True),
        (Target("<=", 29, absolute=True), False),
    ],
)
def test_target_holds_up_to_its_bound(target: Target, met: bool):
    assert Figure("page", 30.0, "ms", Limit(20.0, "bare"), target).is_met is met


def test_target_for_a_ratio_without_a_limit_is_refused():
    figure = Figure("page", 30.0, "ms", None, Target("<=", 1.2))

    with pytest.raises(ValueError, match="page: a target for the ratio needs a limit"):
        _ = figure.is_met


def test_p95_leaves_one_of_twenty_above():
    assert p95([float(number) for number in range(1, 22)]) == 20.0


def test_table_says_which_target_was_missed():
    figures = [
        Figure("slow", 30.0, "ms", Limit(20.0, "bare"), Target("<=", 1.2)),
        Figure("fast", 10.0, "ms", None, Target("<=", 12, absolute=True)),
    ]

    lines = [line.split() for line in table(figures).splitlines()]

    assert lines[0] == ["figure", "measured", "limit", "ratio", "target", "met"]
    assert lines[2] == ["slow", "30", "ms", "20", "ms", "(bare)", "1.50", "≤", "1.2", "NO"]
    assert lines[3] == ["fast", "10", "ms", "≤", "12", "ms", "yes"]


def test_figure_in_json_keeps_limit_ratio_and_verdict():
    figure = Figure("verify", 60.0, "requests/s", Limit(100.0, "bare view"), Target(">=", 0.6))

    assert figure.as_json() == {
        "name": "verify",
        "value": 60.0,
        "unit": "requests/s",
        "limit": 100.0,
        "limit_name": "bare view",
        "ratio": 0.6,
        "target": "≥ 0.6",
        "met": True,
    }
