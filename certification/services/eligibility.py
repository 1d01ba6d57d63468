"""Asks the engine whether a school and a graduation are eligible, for the schools that somebody's words may mean."""

from dataclasses import dataclass
from datetime import date

from certification.models import MedicalSchool
from certification.rules.eligibility import Eligibility, eligibility
from certification.rules.facts import School, SponsorNote
from certification.rules.schools import notes_in_force
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
    """One school found, the years of its sponsor notes in order, and the answer for the graduation asked for.

    `canadian_from`: the first day on which graduates of Canadian schools may graduate, as the rule tables have it (R-IMG-2).
    """

    code: str
    name: str
    city: str
    country: str
    years: tuple[SponsorNote, ...]
    answer: Eligibility
    canadian_from: date | None


@dataclass(frozen=True)
class SchoolAnswers:
    """At most `MOST_HITS` schools; `more` says that others were left out, `guessed` that none has just these words."""

    schools: tuple[SchoolAnswer, ...]
    more: bool
    guessed: bool = False


def check_schools(words: str, graduation: Graduation, *, today: date) -> SchoolAnswers:
    """Answer for every school that `words` may mean (see `schools.find`)."""
    found = schools.find(words, most=MOST_HITS)
    tables = current_tables()
    answers = tuple(check(school, graduation, tables, today=today) for school in found.rows)
    return SchoolAnswers(answers, found.more, found.guessed)


def check_code(code: str, graduation: Graduation, *, today: date) -> SchoolAnswers:
    """Answer for the school of `code`. Raises MedicalSchool.DoesNotExist."""
    return SchoolAnswers((check(schools.get(code), graduation, current_tables(), today=today),), more=False)


def check(school: MedicalSchool, graduation: Graduation, tables: RuleTables, *, today: date) -> SchoolAnswer:
    """Answer for one school, its notes loaded in order."""
    known, canadian = school_facts(school), tables.period("R-IMG-2")
    return SchoolAnswer(
        code=school.code,
        name=school.name,
        city=school.city,
        country=str(school.country.name),
        years=tuple(notes_in_force(known, today)),
        answer=eligibility(known, graduation.year, graduation.on, tables, today),
        canadian_from=canadian.effective_from if canadian is not None else None,
    )


def school_facts(school: MedicalSchool) -> School:
    """Return a listed school as the rules about schools and graduations see it; its notes should be loaded."""
    notes = (
        SponsorNote(from_year=note.from_year, to_year=note.to_year, withdrawn_on=note.withdrawn_on)
        for note in school.sponsor_notes.all()
    )
    return School(name=school.name, country=school.country.code or "", in_directory=True, sponsor_notes=tuple(notes))
