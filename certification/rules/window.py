"""The seven-year window (R-EXAM-3): which passes still count, and by when the missing ones must follow."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from certification.rules.facts import Exam

Pass = tuple[Exam, date]


@dataclass(frozen=True)
class Window:
    """The answer: `met` with all `counted` passes, or the `missing` examinations with the last day for them.

    `dropped` are passes that no longer count, in the order in which they stopped counting. `opens_on` and `complete_by`
    are None while no pass counts.
    """

    met: bool
    counted: Mapping[Exam, date]
    missing: tuple[Exam, ...]
    dropped: tuple[Pass, ...]
    opens_on: date | None
    complete_by: date | None


def years_later(day: date, years: int) -> date:
    """Return the same calendar day `years` later; February 29 becomes February 28 where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def window(
    passes: Collection[Pass],
    needed: Sequence[Exam],
    today: date,
    *,
    years: int = 7,
    extended: Mapping[Exam, date] | None = None,
) -> Window:
    """Return which of `passes` count for certification on `today`.

    A window opens on the exam date of the earliest pass and ends on the same day `years` later, inclusive. If not every
    needed examination was passed inside it by its end, its first pass stops counting and the next one opens a window.
    `extended` holds the later end of passes for which staff granted one (R-EXAM-4).
    """
    extended = extended or {}
    live = sorted({p for p in passes if p[0] in needed and p[1] <= today}, key=lambda p: p[1])
    dropped: list[Pass] = []
    while live:
        opens_on = live[0][1]
        closing = min((p for p in live if p[1] == opens_on), key=lambda p: _end(p, years, extended))
        end = _end(closing, years, extended)
        counted = _first_of_each(p for p in live if p[1] <= end)
        missing = tuple(exam for exam in needed if exam not in counted)
        if not missing:
            return Window(True, counted, (), tuple(dropped), opens_on, end)
        if today <= end:
            return Window(False, counted, missing, tuple(dropped), opens_on, end)
        dropped.append(closing)
        live.remove(closing)
    return Window(False, {}, tuple(needed), tuple(dropped), None, None)


def _end(one: Pass, years: int, extended: Mapping[Exam, date]) -> date:
    return max(years_later(one[1], years), extended.get(one[0], date.min))


def _first_of_each(passes: Iterable[Pass]) -> dict[Exam, date]:
    first: dict[Exam, date] = {}
    for exam, day in passes:
        first.setdefault(exam, day)
    return first
