"""What a benchmark reports: a figure beside a limit of the same run, and whether it meets its target."""

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Literal

Sign = Literal["<=", ">="]

_COMPARE: Mapping[Sign, Callable[[float, float], bool]] = {"<=": operator.le, ">=": operator.ge}
_HEADINGS = ("figure", "measured", "limit", "ratio", "target", "met")
_VERDICTS = {True: "yes", False: "NO", None: ""}


@dataclass(frozen=True)
class Limit:
    """What the figure is held against: a value in the figure's unit, measured in the same run, and what it is of."""

    value: float
    name: str


@dataclass(frozen=True)
class Target:
    """`sign` and `bound` for the ratio to the limit, or, with `absolute`, for the figure itself in its own unit."""

    sign: Sign
    bound: float
    absolute: bool = False

    def is_met(self, figure: "Figure") -> bool:
        """Tell whether `figure` keeps the target. Raises ValueError for a ratio without a limit."""
        measured = figure.value if self.absolute else figure.ratio
        if measured is None:
            raise ValueError(f"{figure.name}: a target for the ratio needs a limit.")
        return _COMPARE[self.sign](measured, self.bound)


@dataclass(frozen=True)
class Figure:
    """One measured thing; `unit` is a word such as ms, s, MB, queries or reports/s."""

    name: str
    value: float
    unit: str
    limit: Limit | None = None
    target: Target | None = None

    @property
    def ratio(self) -> float | None:
        """Return figure ÷ limit, or None without a limit."""
        return self.value / self.limit.value if self.limit else None

    @property
    def is_met(self) -> bool | None:
        """Tell whether the target is met, or None without one."""
        return self.target.is_met(self) if self.target else None

    def as_json(self) -> dict[str, object]:
        """Return everything as plain JSON values."""
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "limit": self.limit.value if self.limit else None,
            "limit_name": self.limit.name if self.limit else None,
            "ratio": self.ratio,
            "target": _target(self),
            "met": self.is_met,
        }


def p95(values: Sequence[float]) -> float:
    """Return the value that 95 of 100 do not exceed; at least two values are needed."""
    return quantiles(values, n=20, method="inclusive")[-1]


def table(figures: Iterable[Figure]) -> str:
    """Return the figures as text, one line each, columns aligned."""
    rows = [_HEADINGS, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])


def _row(figure: Figure) -> tuple[str, ...]:
    limit = figure.limit
    return (
        figure.name,
        f"{_short(figure.value)} {figure.unit}",
        f"{_short(limit.value)} {figure.unit} ({limit.name})" if limit else "",
        "" if figure.ratio is None else f"{figure.ratio:.2f}",
        _target(figure),
        _VERDICTS[figure.is_met],
    )


def _target(figure: Figure) -> str:
    target = figure.target
    if target is None:
        return ""
    sign = {"<=": "≤", ">=": "≥"}[target.sign]
    return f"{sign} {target.bound:g} {figure.unit}" if target.absolute else f"{sign} {target.bound:g}"


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 1000 or value == int(value) else f"{value:.3g}"
