"""A registration beside the people it may duplicate, line by line, for the decision of staff."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from applicants.models import Applicant, FormerNameOfRecord, Registration, SuspectedDuplicate, VerifiedName
from applicants.names import printed_name
from applicants.numbers import format_identification_number
from applicants.schools import directory
from applicants.services.registration.duplicates import REASONS, name_keys, schools_told

MOST_SHOWN = 8
NOTHING = ""


@dataclass(frozen=True)
class Cell:
    """What one side says; `verdict` is "same", "different" or empty where there is nothing to compare."""

    text: str
    verdict: str = ""


@dataclass(frozen=True)
class Line:
    """One fact, first as in the registration, then as with each other side."""

    label: str
    mine: str
    theirs: tuple[Cell, ...]


@dataclass(frozen=True)
class Other:
    """Somebody who may be the same person: `applicant` is None for a registration that waits as well."""

    title: str
    reasons: tuple[str, ...]
    applicant: Applicant | None = None
    registration: Registration | None = None


@dataclass(frozen=True)
class Comparison:
    """The table of the decision page; `notes` are reasons without anybody behind them."""

    others: tuple[Other, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...]
    more: int = 0


_Facts = Mapping[str, str]


def compare(registration: Registration) -> Comparison:
    """Return `registration` beside everybody it was suspected to duplicate, the first `MOST_SHOWN` of them."""
    suspicions = list(
        registration.suspicions.select_related("applicant__user", "other_registration__applicant__user").order_by("pk")
    )
    named = [(other, suspicion) for suspicion in suspicions if (other := _other(suspicion)) is not None]
    others = [other for other, _ in named[:MOST_SHOWN]]
    notes = [reason for suspicion in suspicions if _other(suspicion) is None for reason in _words(suspicion)]
    people = [other.applicant for other in others if other.applicant is not None]
    schools = _schools([person.pk for person in people])
    names = _other_names(people)
    sides = [_side(other, schools, names) for other in others]
    return Comparison(
        tuple(others), tuple(_lines(_facts_told(registration), sides)), tuple(notes), max(len(named) - MOST_SHOWN, 0)
    )


def _other(suspicion: SuspectedDuplicate) -> Other | None:
    reasons = tuple(_words(suspicion))
    waiting = suspicion.other_registration
    applicant = suspicion.applicant or (waiting.applicant if waiting is not None else None)
    if applicant is not None:
        number = format_identification_number(applicant.identification_number)
        return Other(f"On record as {number}", reasons, applicant=applicant)
    return Other("Another registration that waits", reasons, registration=waiting) if waiting is not None else None


def _words(suspicion: SuspectedDuplicate) -> list[str]:
    return [REASONS[reason] for reason in suspicion.reasons]


def _other_names(people: Sequence[Applicant]) -> Mapping[int, list[str]]:
    """Return former and verified names by person (two queries)."""
    found: dict[int, list[str]] = {}
    keys = [person.pk for person in people]
    columns = ("applicant_id", "family_name", "given_names")
    verified = VerifiedName.objects.filter(applicant_id__in=keys).values_list(*columns)
    former = FormerNameOfRecord.objects.filter(applicant_id__in=keys).values_list(*columns)
    for rows in (verified, former):
        for applicant_id, family_name, given_names in rows:
            found.setdefault(applicant_id, []).append(printed_name(family_name, given_names))
    return found


def _schools(keys: Sequence[int]) -> Mapping[int, list[str]]:
    """Return the schools on record by person, and for whom there is none what they named when they registered."""
    return {**schools_told(keys), **directory().names_of(keys)}


def _side(other: Other, schools: Mapping[int, list[str]], names: Mapping[int, list[str]]) -> _Facts:
    if other.applicant is not None:
        person = other.applicant
        return _facts_on_record(person, schools.get(person.pk, []), names.get(person.pk, []))
    return _facts_told(other.registration) if other.registration else {}


def _day(day: date | None) -> str:
    return f"{day:%B} {day.day}, {day.year}" if day else NOTHING


def _facts_told(registration: Registration) -> _Facts:
    return {
        "Family name": registration.family_name,
        "Given names": registration.given_names,
        "Name in own script": registration.native_script_name,
        "Other names": registration.earlier_name,
        "Date of birth": _day(registration.birth_date),
        "Medical school": registration.school_name,
        "E-mail address": registration.email,
        "Number": registration.earlier_number and format_identification_number(registration.earlier_number),
        "Country of birth": str(registration.birth_country.name),
        "Citizenship": str(registration.citizenship.name),
        "Year of graduation": str(registration.graduation_year or NOTHING),
    }


def _facts_on_record(person: Applicant, schools: Sequence[str], names: Sequence[str]) -> _Facts:
    return {
        "Family name": person.family_name,
        "Given names": person.given_names,
        "Name in own script": person.native_script_name,
        "Other names": "; ".join(names),
        "Date of birth": _day(person.birth_date),
        "Medical school": "; ".join(schools),
        "E-mail address": person.user.email,
        "Number": format_identification_number(person.identification_number),
    }


def _lines(mine: Mapping[str, str], sides: Sequence[_Facts]) -> list[Line]:
    texts = [text for side in (mine, *sides) for text in side.values()]
    keys = dict(zip(texts, name_keys([(text, "") for text in texts]), strict=True))
    return [
        Line(label, text, tuple(_cell(text, side.get(label, NOTHING), keys) for side in sides))
        for label, text in mine.items()
    ]


def _cell(mine: str, theirs: str, keys: Mapping[str, str]) -> Cell:
    if not mine or not theirs:
        return Cell(theirs)
    return Cell(theirs, "same" if keys[mine] == keys[theirs] else "different")
