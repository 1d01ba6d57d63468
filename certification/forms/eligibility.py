"""The public question: is my school eligible for my graduation."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from applicants.forms.fields import DateParts
from certification.services.eligibility import Graduation

EARLIEST_YEAR = 1940
LATEST_YEAR = 2100
YEAR_MESSAGE = "Enter the year with four digits, such as 2021"
DAY_MESSAGE = "Enter a day that exists, such as 30 6 2025, or the year alone"
_NAMES = ("day", "month", "year")


class GraduationParts(DateParts):
    """Day, month and year, sent under these names, so that a link or another form may give the year alone."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[str]:  # Any: as Django does
        """Return the three texts."""
        return [data.get(part, "") for part in _NAMES]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:  # Any: as Django does
        """Name the inputs."""
        context = super().get_context(name, value, attrs)
        for part, shown in zip(_NAMES, context["widget"]["subwidgets"], strict=True):
            shown["name"] = part
        return context


class GraduationField(forms.MultiValueField):
    """A year, or a full date."""

    def __init__(self, **options: Any) -> None:  # Any: options of Django's field
        parts = [forms.CharField(max_length=20, required=False) for _ in _NAMES]
        super().__init__(parts, require_all_fields=False, widget=GraduationParts(), **options)

    def compress(self, data_list: Sequence[str]) -> Graduation | None:
        """Return the graduation. Raises ValidationError for what is neither a year nor a day."""
        if not data_list or not any(data_list):
            return None
        day, month, year = (_number(text) for text in data_list)
        if not data_list[2]:
            raise ValidationError("Enter the year of your graduation", code="required")
        if year is None or not EARLIEST_YEAR <= year <= LATEST_YEAR:
            raise ValidationError(YEAR_MESSAGE, code="invalid")
        if not data_list[0] and not data_list[1]:
            return Graduation(year)
        try:
            return Graduation(year, date(year, month or 0, day or 0))
        except ValueError as error:
            raise ValidationError(DAY_MESSAGE, code="invalid") from error


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= len("2021") else None


class EligibilityForm(forms.Form):
    """Words of the school's name or city, and the graduation."""

    school = forms.CharField(
        label="School or city",
        min_length=3,
        max_length=250,
        help_text="At least three letters, for example Lagos",
        error_messages={
            "required": "Enter the name of your school or its city",
            "min_length": "Enter at least three letters of the name or the city",
            "max_length": "Use at most 250 characters",
        },
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    graduated = GraduationField(
        label="Graduation date",
        help_text="The day on which you finish all requirements. The year alone is enough for most schools; schools in"
        " Canada need the full date.",
        error_messages={"required": "Enter the year of your graduation"},
    )
