"""Do students and graduates of a school in a year meet the requirements for applying (section 1 and 2 of the rules)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from certification.rules.applying import CANADA, UNITED_STATES
from certification.rules.facts import SponsorNote
from certification.rules.table_files import shipped_tables
from certification.rules.tables import RuleTables


class Eligibility(Enum):
    """The answer for one school and one graduation year."""

    ELIGIBLE = "eligible"
    NO_NOTE = "no_note"
    YEAR_NOT_COVERED = "year_not_covered"
    DEPENDS_ON_DAY = "depends_on_day"
    CANADA_BEFORE = "canada_before"
    UNITED_STATES = "united_states"


@dataclass(frozen=True)
class Years:
    """Graduation years of a sponsor note, both ends included; `to_year` None is open ended."""

    from_year: int
    to_year: int | None

    def cover(self, year: int) -> bool:
        """Say whether `year` is inside (R-SCH-2)."""
        return SponsorNote(from_year=self.from_year, to_year=self.to_year).covers(year)


def eligibility(
    country: str,
    notes: Sequence[Years],
    year: int,
    graduated_on: date | None = None,
    tables: RuleTables | None = None,
) -> Eligibility:
    """Answer for a school in `country` (ISO code) with sponsor `notes`, and graduation in `year`, or on a known day of it.

    R-IMG-4 United States, R-IMG-2 Canada by date (the first day stands in the tables), R-SCH-1 a note is needed, R-SCH-2
    it must cover the year.
    """
    if country == UNITED_STATES:
        return Eligibility.UNITED_STATES
    first = _first_day_for_canada(tables or shipped_tables()) if country == CANADA else None
    if first is not None and (graduated_on or date(year, 12, 31)) < first:
        return Eligibility.CANADA_BEFORE
    if not notes:
        return Eligibility.NO_NOTE
    if not any(note.cover(year) for note in notes):
        return Eligibility.YEAR_NOT_COVERED
    if first is not None and graduated_on is None and year == first.year:
        return Eligibility.DEPENDS_ON_DAY
    return Eligibility.ELIGIBLE


def _first_day_for_canada(tables: RuleTables) -> date:
    period = tables.period("R-IMG-2")
    return period.effective_from if period is not None else date.min
