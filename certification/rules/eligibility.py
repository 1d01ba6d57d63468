"""What anybody asks about a school and a graduation, read from the engine's traces (sections 1 and 2 of the rules)."""

from datetime import date
from enum import Enum

from certification.rules.engine import traces_of
from certification.rules.facts import Education, PersonFacts, School
from certification.rules.tables import RuleTables
from certification.rules.trace import Outcome, RuleTrace

UNITED_STATES, CANADA, LISTED, COVERED = "R-IMG-4", "R-IMG-2", "R-SCH-1", "R-SCH-2"


class Eligibility(Enum):
    """The answer for one school and one graduation."""

    ELIGIBLE = "eligible"
    NO_NOTE = "no_note"
    YEAR_NOT_COVERED = "year_not_covered"
    DEPENDS_ON_DAY = "depends_on_day"
    CANADA_BEFORE = "canada_before"
    UNITED_STATES = "united_states"


def eligibility(school: School, year: int, graduated_on: date | None, tables: RuleTables, as_of: date) -> Eligibility:
    """Answer on `as_of` for graduation from `school` in `year`, or on a known day of it.

    The year alone is enough where its first and its last day lead to the same answer.
    """

    def judged(rule_id: str, day: date) -> RuleTrace:
        facts = PersonFacts(education=Education(school=school, graduation_date=day))
        return traces_of([rule_id], facts, tables, as_of)[rule_id]

    last = graduated_on or date(year, 12, 31)
    if judged(UNITED_STATES, last).outcome is Outcome.NOT_MET:
        return Eligibility.UNITED_STATES
    if judged(CANADA, last).outcome is Outcome.NOT_MET:
        return Eligibility.CANADA_BEFORE
    if not judged(LISTED, last).outcome.satisfies:
        return Eligibility.NO_NOTE
    if not judged(COVERED, last).outcome.satisfies:
        return Eligibility.YEAR_NOT_COVERED
    if not judged(CANADA, graduated_on or date(year, 1, 1)).outcome.satisfies:
        return Eligibility.DEPENDS_ON_DAY
    return Eligibility.ELIGIBLE
