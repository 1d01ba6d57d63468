"""Finds medical schools, forgiving accents and typing errors, and says what is on record of one."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Case, IntegerField, Prefetch, Value, When

from certification.models import MedicalSchool, SchoolName, SchoolWord, SponsorNote
from certification.models.schools import MedicalSchoolQuerySet, searchable, telling_words
from certification.rules.words import plain_text
from certification.services import spelling

_CHUNK = 500
# Of these, those of the country that goes first are put in front.
_GUESSED = 51


@dataclass(frozen=True)
class Hits:
    """Schools `rows` from the place asked for, and whether `more` follow; `guessed` says that no school has the words."""

    rows: tuple[MedicalSchool, ...]
    more: bool
    guessed: bool


def find(words: str, *, country: str = "", first: str = "", start: int = 0, most: int = 25) -> Hits:
    """Return at most `most` schools, without `start` that come before, best first.

    Every word must be in name, former names, city or country, whatever accents; where no school has them all, those are
    guessed that have the most telling ones, also spelled otherwise. `country` (ISO 3166) keeps the others out, `first`
    only puts its own in front. Without a word all schools of `country` are meant. Three queries, five for a guess.
    """
    schools = MedicalSchool.objects.filter(country=country) if country else MedicalSchool.objects.all()
    plain = plain_text(words)
    if not plain:
        return _hits(schools.order_by("name", "pk") if country else schools.none(), start, most)
    exact = _hits(_best_first(schools.named_like(plain), plain, first), start, most)
    return exact if exact.rows or start else _guesses(schools, plain, first, most)


def _best_first(found: MedicalSchoolQuerySet, plain: str, first: str) -> MedicalSchoolQuerySet:
    begins = Case(When(search_text__startswith=plain, then=Value(0)), default=Value(1), output_field=IntegerField())
    return found.order_by(*_first(first), begins, "name", "city", "pk")


def _first(country: str) -> list[Case]:
    here = Case(When(country=country, then=Value(0)), default=Value(1), output_field=IntegerField())
    return [here] if country else []


def _hits(found: MedicalSchoolQuerySet, start: int, most: int) -> Hits:
    rows = list(_with_years(found)[start : start + most + 1])
    return Hits(tuple(rows[:most]), len(rows) > most, guessed=False)


def _guesses(schools: MedicalSchoolQuerySet, plain: str, first: str, most: int) -> Hits:
    known = spelling.spellings(telling_words(plain))
    found = schools.with_some_of(list(known.values()))
    rows = list(_with_years(found)[:_GUESSED])
    best = [row for row in rows if getattr(row, "agreed", 0) == getattr(rows[0], "agreed", 0)]
    best.sort(key=lambda row: row.country.code != first if first else False)
    return Hits(tuple(best[:most]), len(best) > most, guessed=True)


def _with_years(found: MedicalSchoolQuerySet) -> MedicalSchoolQuerySet:
    notes = Prefetch("sponsor_notes", SponsorNote.objects.order_by("from_year", "pk"))
    names = Prefetch("former_names", SchoolName.objects.order_by("from_year", "name"))
    return found.prefetch_related(notes, names)


def get(code: str) -> MedicalSchool:
    """Return the school of `code` with its names, notes and accreditations. Raises MedicalSchool.DoesNotExist."""
    if not (code.isascii() and code.isalnum()):
        raise MedicalSchool.DoesNotExist
    loaded = _with_years(MedicalSchool.objects.select_related("successor"))
    return loaded.prefetch_related("accreditations", "predecessors").get(code=code.upper())


@transaction.atomic
def write_search_texts() -> int:
    """Write anew what schools are found by, after names changed or schools came; returns how many differed."""
    changed, words = [], set()
    for school in MedicalSchool.objects.prefetch_related("former_names").iterator(chunk_size=_CHUNK):
        former = [name.name for name in school.former_names.all()]
        text = searchable(school.name, school.city, school.country.code or "", former)
        words.update(text.split())
        if text != school.search_text:
            school.search_text = text
            changed.append(school)
    MedicalSchool.objects.bulk_update(changed, ["search_text"], batch_size=_CHUNK)
    SchoolWord.objects.exclude(word__in=words).delete()
    SchoolWord.objects.bulk_create([SchoolWord(word=word) for word in sorted(words)], ignore_conflicts=True)
    return len(changed)
