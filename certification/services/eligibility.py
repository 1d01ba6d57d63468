"""Finds schools and answers whether a graduation year is eligible."""

from dataclasses import dataclass

from certification.models import MedicalSchool
from certification.rules.eligibility import Eligibility, Years, eligibility

MOST_HITS = 20


@dataclass(frozen=True)
class SchoolAnswer:
    """One school found, the years of its sponsor notes in order, and the answer for the year asked for."""

    name: str
    city: str
    country: str
    years: tuple[Years, ...]
    answer: Eligibility


@dataclass(frozen=True)
class SchoolAnswers:
    """At most `MOST_HITS` schools in order of their names; `more` says that others were left out."""

    schools: tuple[SchoolAnswer, ...]
    more: bool


def check_schools(words: str, year: int) -> SchoolAnswers:
    """Answer for every school whose name or city holds all of `words`, for graduation in `year` (two queries)."""
    found = MedicalSchool.objects.named_like(words).prefetch_related("sponsor_notes").order_by("name", "city")
    schools = list(found[: MOST_HITS + 1])
    return SchoolAnswers(tuple(_answer(school, year) for school in schools[:MOST_HITS]), len(schools) > MOST_HITS)


def _answer(school: MedicalSchool, year: int) -> SchoolAnswer:
    years = sorted(
        (Years(note.from_year, note.to_year) for note in school.sponsor_notes.all()), key=lambda note: note.from_year
    )
    country = school.country.code or ""
    return SchoolAnswer(
        name=school.name,
        city=school.city,
        country=str(school.country.name),
        years=tuple(years),
        answer=eligibility(country, years, year),
    )
