"""Reads the tables from CSV files: those that ship with the app are its first rows and serve the command line and tests."""

import csv
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TypeVar

from certification.rules.tables import (
    AttemptLimit,
    AttemptScope,
    ExcludedAward,
    OetMinimum,
    PathwaySeason,
    RulePeriod,
    RuleTables,
    Threshold,
)

FOLDER = Path(__file__).resolve().parent.parent / "data"
Row = TypeVar("Row")


@cache
def shipped_tables() -> RuleTables:
    """Return the tables of the files that ship with the app."""
    return read_tables(FOLDER)


def read_tables(folder: Path) -> RuleTables:
    """Return the tables of the CSV files in `folder`. Raises ValueError or KeyError for a file that is not well formed."""
    return RuleTables(
        thresholds=tuple(_rows(folder / "thresholds.csv", _threshold)),
        periods=tuple(_rows(folder / "rule_periods.csv", _period)),
        attempt_limits=tuple(_rows(folder / "attempt_limits.csv", _limit)),
        seasons=tuple(_rows(folder / "pathway_seasons.csv", _season)),
        oet_minima=tuple(_rows(folder / "oet_minima.csv", _minimum)),
        excluded_awards=tuple(_rows(folder / "excluded_awards.csv", _award)),
    )


def _rows(path: Path, as_row: Callable[[dict[str, str]], Row]) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield as_row(row)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _first_day(text: str) -> date:
    return date.fromisoformat(text)


def _threshold(row: dict[str, str]) -> Threshold:
    return Threshold(
        code=row["code"],
        value=Decimal(row["value"]),
        effective_from=_first_day(row["effective_from"]),
        effective_to=_day(row["effective_to"]),
        basis=row["basis"],
    )


def _period(row: dict[str, str]) -> RulePeriod:
    return RulePeriod(
        rule_id=row["rule_id"],
        effective_from=_first_day(row["effective_from"]),
        effective_to=_day(row["effective_to"]),
        basis=row["basis"],
    )


def _limit(row: dict[str, str]) -> AttemptLimit:
    return AttemptLimit(
        rule_id=row["rule_id"],
        attempts=int(row["attempts"]),
        scope=AttemptScope(row["scope"]),
        newcomers_only=row["newcomers_only"] == "true",
        effective_from=_first_day(row["effective_from"]),
        effective_to=_day(row["effective_to"]),
        basis=row["basis"],
    )


def _season(row: dict[str, str]) -> PathwaySeason:
    return PathwaySeason(
        season=int(row["season"]),
        opens_on=_first_day(row["opens_on"]),
        closes_on=_first_day(row["closes_on"]),
        pathways=tuple(int(pathway) for pathway in row["pathways"].split()),
        licence_valid_on_or_after=_day(row["licence_valid_on_or_after"]),
        training_licence_accepted=row["training_licence_accepted"] == "true",
        graduation_on_or_after=_day(row["graduation_on_or_after"]),
        basis=row["basis"],
    )


def _minimum(row: dict[str, str]) -> OetMinimum:
    return OetMinimum(
        season=int(row["season"]),
        taken_from=_first_day(row["taken_from"]),
        taken_to=_day(row["taken_to"]),
        listening=int(row["listening"]),
        reading=int(row["reading"]),
        speaking=int(row["speaking"]),
        writing=int(row["writing"]),
        basis=row["basis"],
    )


def _award(row: dict[str, str]) -> ExcludedAward:
    return ExcludedAward(word=row["word"], award=row["award"], basis=row["basis"])
