"""Seasons of the Pathways: when they open and close, in Philadelphia's time."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from certification.rules.tables import PathwaySeason, RuleTables
from certification.services.rule_tables import current_tables
from portal.eastern import EASTERN, eastern_date


class UnknownSeasonError(LookupError):
    """Nobody has added this season to the rule tables."""


@dataclass(frozen=True)
class Season:
    """A season with the moments at which it opens and ends; it is open up to, and not at, `ends_at`."""

    row: PathwaySeason
    tables: RuleTables

    @property
    def number(self) -> int:
        """Return the season's year."""
        return self.row.season

    @property
    def opens_at(self) -> datetime:
        """Return midnight at the beginning of its first day."""
        return _midnight(self.row.opens_on)

    @property
    def ends_at(self) -> datetime:
        """Return midnight at the end of its last day: 11:59 PM is the last minute."""
        return _midnight(self.row.closes_on + timedelta(days=1))

    @property
    def last_minute(self) -> datetime:
        """Return 11:59 PM of its last day, as people are told."""
        return datetime.combine(self.row.closes_on, time(23, 59), EASTERN)

    def is_open(self, at: datetime) -> bool:
        """Tell whether anything can be sent at `at`."""
        return self.opens_at <= at < self.ends_at

    def days_left(self, at: datetime) -> int:
        """Return how many days lie between today and the last day; 0 on the last day, negative after it."""
        return (self.row.closes_on - eastern_date(at)).days


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), EASTERN)


def open_season(at: datetime) -> Season | None:
    """Return the season that takes applications at `at`."""
    tables = current_tables()
    row = tables.open_season(eastern_date(at))
    return Season(row, tables) if row else None


def next_season(at: datetime) -> Season | None:
    """Return the season that opens next."""
    tables, today = current_tables(), eastern_date(at)
    rows = sorted((row for row in tables.seasons if row.opens_on > today), key=lambda row: row.opens_on)
    return Season(rows[0], tables) if rows else None


def season_of(number: int) -> Season:
    """Return the season `number`. Raises `UnknownSeasonError`."""
    tables = current_tables()
    row = tables.season(number)
    if row is None:
        raise UnknownSeasonError(number)
    return Season(row, tables)
