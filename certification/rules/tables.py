"""Thresholds, seasons and limits as dated rows. Nothing of this kind is written into a rule.

`effective_from` and `effective_to` are both included; `effective_to` None is open ended. `basis` says how sure the row is:
`seed`, `source`, `derived` or `assumption`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Protocol, TypeVar


class UnknownThresholdError(LookupError):
    """No row of the tables is in effect for what a rule needs on that day; somebody must add one."""


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """A number that a rule compares with."""

    code: str
    value: Decimal
    effective_from: date
    effective_to: date | None = None
    basis: str = ""


@dataclass(frozen=True, kw_only=True)
class RulePeriod:
    """From when until when a rule is in effect; a rule without a row always is."""

    rule_id: str
    effective_from: date
    effective_to: date | None = None
    basis: str = ""


class AttemptScope(StrEnum):
    """For which registrations a reached limit counts."""

    ANY_STEP = "any_step"
    SAME_STEP = "same_step"


@dataclass(frozen=True, kw_only=True)
class AttemptLimit:
    """How many attempts without a pass end registration (R-EXAM-5, R-EXAM-5h)."""

    rule_id: str
    attempts: int
    scope: AttemptScope
    effective_from: date
    effective_to: date | None = None
    newcomers_only: bool = False
    basis: str = ""


@dataclass(frozen=True, kw_only=True)
class PathwaySeason:
    """One season of the Pathways; it closes at the end of `closes_on`, US Eastern."""

    season: int
    opens_on: date
    closes_on: date
    pathways: tuple[int, ...]
    licence_valid_on_or_after: date | None = None
    training_licence_accepted: bool = False
    graduation_on_or_after: date | None = None
    basis: str = ""

    def is_open(self, on: date) -> bool:
        """Tell whether applications are taken on that day."""
        return self.opens_on <= on <= self.closes_on


@dataclass(frozen=True, kw_only=True)
class OetMinimum:
    """Minimum scores of OET Medicine for a season and a span of test days, both ends included."""

    season: int
    taken_from: date
    taken_to: date | None
    listening: int
    reading: int
    speaking: int
    writing: int
    basis: str = ""

    def concerns(self, taken_on: date) -> bool:
        """Tell whether an administration of that day is judged by this row."""
        return self.taken_from <= taken_on and (self.taken_to is None or taken_on <= self.taken_to)


@dataclass(frozen=True, kw_only=True)
class ExcludedAward:
    """A beginning of a word in a degree title that tells of an award which is never eligible (R-CRED-5)."""

    word: str
    award: str
    basis: str = ""


class _Dated(Protocol):
    @property
    def effective_from(self) -> date: ...

    @property
    def effective_to(self) -> date | None: ...


DatedRow = TypeVar("DatedRow", bound=_Dated)


def in_effect(rows: Sequence[DatedRow], on: date) -> list[DatedRow]:
    """Return the rows in effect on that day, the newest first."""
    found = [row for row in rows if row.effective_from <= on and (row.effective_to is None or on <= row.effective_to)]
    return sorted(found, key=lambda row: row.effective_from, reverse=True)


@dataclass(frozen=True)
class RuleTables:
    """All tables of one evaluation.

    `credentials_first`: credentials must be verified before an examination may be registered for (R-APP-7).
    """

    thresholds: tuple[Threshold, ...]
    periods: tuple[RulePeriod, ...]
    attempt_limits: tuple[AttemptLimit, ...]
    seasons: tuple[PathwaySeason, ...]
    oet_minima: tuple[OetMinimum, ...]
    excluded_awards: tuple[ExcludedAward, ...]
    credentials_first: bool = False

    def threshold(self, code: str, on: date) -> Decimal:
        """Return the value of `code` on that day. Raises UnknownThresholdError."""
        rows = in_effect([row for row in self.thresholds if row.code == code], on)
        if not rows:
            raise UnknownThresholdError(f"No threshold {code} is in effect on {on}.")
        return rows[0].value

    def number(self, code: str, on: date) -> int:
        """Return a threshold that counts things. Raises UnknownThresholdError."""
        return int(self.threshold(code, on))

    def period(self, rule_id: str) -> RulePeriod | None:
        """Return the span of a rule that is not always in effect."""
        return self._periods.get(rule_id)

    def is_in_effect(self, rule_id: str, on: date) -> bool:
        """Tell whether the rule counts on that day."""
        period = self.period(rule_id)
        return period is None or bool(in_effect([period], on))

    def attempt_limits_of(self, rule_id: str, on: date) -> list[AttemptLimit]:
        """Return the limits of `rule_id` in effect on that day, the newest first."""
        return in_effect([row for row in self.attempt_limits if row.rule_id == rule_id], on)

    def season(self, season: int) -> PathwaySeason | None:
        """Return the row of a season, or None when nobody has added it."""
        return self._seasons.get(season)

    def open_season(self, on: date) -> PathwaySeason | None:
        """Return the season that takes applications on that day, or None."""
        return next((row for row in self.seasons if row.is_open(on)), None)

    def oet_of(self, season: int) -> list[OetMinimum]:
        """Return the minimum scores of a season, one row for each span of test days."""
        return [row for row in self.oet_minima if row.season == season]

    @cached_property
    def _seasons(self) -> dict[int, PathwaySeason]:
        return {row.season: row for row in self.seasons}

    @cached_property
    def _periods(self) -> dict[str, RulePeriod]:
        return {row.rule_id: row for row in self.periods}
