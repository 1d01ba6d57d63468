"""What the pages about a person have in common."""

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from applicants.admin.naming import NamesApplicant
from applicants.numbers import parse_identification_number
from portal.admin import ReadOnlyAdmin


class RecordAdmin(NamesApplicant, ReadOnlyAdmin):
    """Rows about a person, found by the number with or without dashes."""

    search_fields = ["=applicant__identification_number", "applicant__family_name"]
    search_help_text = "Identification number with or without dashes, or family name"
    list_select_related = ["applicant"]
    ordering = ["-pk"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Model], search_term: str
    ) -> tuple[QuerySet[Model], bool]:
        """Search for the digits when the words are a number."""
        try:
            term = parse_identification_number(search_term)
        except ValueError:
            term = search_term
        return super().get_search_results(request, queryset, term)
