"""Answers whether a school and a graduation are eligible, for the schools that somebody's words may mean."""

from dataclasses import dataclass
from datetime import date

from certification.models import MedicalSchool
from certification.rules.eligibility import Eligibility, Years, eligibility
from certification.rules.tables import RuleTables
from certification.services import schools
from certification.services.rule_tables import current_tables

MOST_HITS = 20


@dataclass(frozen=True)
class Graduation:
    """When somebody graduates: the `year`, and the day where it is known (R-IMG-2 needs it)."""

    year: int
    on: date | None = None


@dataclass(frozen=True)
class SchoolAnswer:
    """One school found, the years of its sponsor notes in order, and the answer for the graduation asked for."""

    code: str
    name: str
    city: str
    country: str
    years: tuple[Years, ...]
    answer: Eligibility


@dataclass(frozen=True)
class SchoolAnswers:
    """At most `MOST_HITS` schools; `more` says that others were left out, `guessed` that none has just these words."""

    schools: tuple[SchoolAnswer, ...]
    more: bool
    guessed: bool = False


def check_schools(words: str, graduation: Graduation) -> SchoolAnswers:
    """Answer for every school that `words` may mean (see `schools.find`)."""
    found = schools.find(words, most=MOST_HITS)
    tables = current_tables()
    return SchoolAnswers(tuple(check(school, graduation, tables) for school in found.rows), found.more, found.guessed)


def check_code(code: str, graduation: Graduation) -> SchoolAnswers:
    """Answer for the school of `code`. Raises MedicalSchool.DoesNotExist."""
    return SchoolAnswers((check(schools.get(code), graduation, current_tables()),), more=False)


def check(school: MedicalSchool, graduation: Graduation, tables: RuleTables) -> SchoolAnswer:
    """Answer for one school, its notes loaded in order."""
    years = [Years(note.from_year, note.to_year) for note in school.sponsor_notes.all()]
    return SchoolAnswer(
        code=school.code,
        name=school.name,
        city=school.city,
        country=str(school.country.name),
        years=tuple(years),
        answer=eligibility(school.country.code or "", years, graduation.year, graduation.on, tables),
    )
