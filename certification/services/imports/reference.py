"""Reference data: sponsor notes of schools, and titles of degrees."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import models
from django_countries import countries
from import_export.fields import Field

from certification.models import DegreeTitle, MedicalSchool, SponsorNote
from certification.services.imports.cells import Cell, Day, Known, LastYear, Number, OneOf
from certification.services.imports.resource import FileResource, Key, Row

_FIRST_YEAR, _LAST_YEAR = 1800, 2100


def _known_schools(rows: Sequence[Row]) -> dict[str, int]:
    codes = {row["school"].upper() for row in rows if row["school"]}
    return dict(MedicalSchool.objects.filter(code__in=codes).values_list("code", "pk"))


def _years_in_order(instance: Any) -> Iterable[str]:  # Any: a record with years
    if instance.from_year and instance.to_year and instance.to_year < instance.from_year:
        yield f"to_year {instance.to_year} is before from_year {instance.from_year}."


class SponsorNoteResource(FileResource):
    """Sponsor notes: a school and a first year name a note; its last year, its basis and its withdrawal may change."""

    COLUMNS = ("school", "from_year", "to_year", "basis")
    OPTIONAL = ("withdrawn_on",)
    KEY = ("school", "from_year")

    school = Field("school_id", "school", Known("school", "The school code"))
    from_year = Field("from_year", "from_year", Number("from_year", _FIRST_YEAR, _LAST_YEAR))
    to_year = Field("to_year", "to_year", LastYear("to_year", _FIRST_YEAR, _LAST_YEAR))
    basis = Field("basis", "basis", Cell("basis", most=60))
    withdrawn_on = Field("withdrawn_on", "withdrawn_on", Day("withdrawn_on", empty=True))

    class Meta(FileResource.Meta):
        model = SponsorNote
        fields = ("school", "from_year", "to_year", "basis", "withdrawn_on")

    def load(self, rows: Sequence[Row]) -> Mapping[Key, models.Model]:
        """Load the schools and their notes."""
        known = _known_schools(rows)
        self.fields["school"].widget.learn(known)
        return {
            (note.school_id, note.from_year): note for note in SponsorNote.objects.filter(school__in=known.values())
        }

    def judge(self, instance: Any, row: Row, *, is_new: bool) -> Iterable[str]:  # Any: a SponsorNote
        """Give what is wrong with the years."""
        yield from _years_in_order(instance)


class DegreeTitleResource(FileResource):
    """Titles of degrees, of a school or, without one, of every school of a country."""

    COLUMNS = ("school", "country", "title", "from_year", "to_year", "excluded_reason", "basis")
    KEY = ("school", "country", "title", "from_year")

    school = Field("school_id", "school", Known("school", "The school code", empty=True))
    country = Field("country", "country", OneOf("country", list(dict(countries))))
    title = Field("title", "title", Cell("title"))
    from_year = Field("from_year", "from_year", Number("from_year", _FIRST_YEAR, _LAST_YEAR, empty=True))
    to_year = Field("to_year", "to_year", Number("to_year", _FIRST_YEAR, _LAST_YEAR, empty=True))
    excluded_reason = Field("excluded_reason", "excluded_reason", Cell("excluded_reason", empty=True))
    basis = Field("basis", "basis", Cell("basis", most=60))

    class Meta(FileResource.Meta):
        model = DegreeTitle
        fields = ("school", "country", "title", "from_year", "to_year", "excluded_reason", "basis")

    def load(self, rows: Sequence[Row]) -> Mapping[Key, models.Model]:
        """Load the schools, and the titles of the countries."""
        known = _known_schools(rows)
        self.fields["school"].widget.learn(known)
        self._country_of = dict(MedicalSchool.objects.filter(pk__in=known.values()).values_list("pk", "country"))
        found = DegreeTitle.objects.filter(title__in={row["title"] for row in rows})
        return {(one.school_id, one.country.code, one.title, one.from_year): one for one in found}

    def judge(self, instance: Any, row: Row, *, is_new: bool) -> Iterable[str]:  # Any: a DegreeTitle
        """Give what is wrong with the years, and a school of another country."""
        yield from _years_in_order(instance)
        if instance.school_id and self._country_of[instance.school_id] != instance.country.code:
            yield f"The school is not in {instance.country.code}."
