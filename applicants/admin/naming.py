"""Whom a row is about, in words: the applicant's key would tell staff nothing."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html

from applicants.names import printed_name
from applicants.numbers import format_identification_number


@admin.display(description="applicant", ordering="applicant__family_name")
def who(row: Any) -> str:  # Any: a row of any model with an applicant
    """Return name and number of the person."""
    person = row.applicant
    name = printed_name(person.family_name, person.given_names)
    return format_html(
        '{} <span class="together">({})</span>', name, format_identification_number(person.identification_number)
    )


class NamesApplicant(admin.ModelAdmin[Model]):
    """Staff pages of rows that have an applicant."""

    def get_list_display(self, request: HttpRequest) -> list[str | Callable[[Any], str | bool]]:
        """Name the person in the column of the applicant."""
        return [who if column == "applicant" else column for column in super().get_list_display(request)]

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:  # Any: as Django declares it
        """Name the person on the page of a record that nobody changes there."""
        fields = super().get_fields(request, obj)
        shown_only = obj is not None and not self.has_change_permission(request, obj)
        return [who if shown_only and field == "applicant" else field for field in fields]
