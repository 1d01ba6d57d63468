"""Titles of medical degrees."""

from django.contrib import admin

from certification.models import DegreeTitle
from portal.admin import ReadOnlyAdmin


@admin.register(DegreeTitle)
class DegreeTitleAdmin(ReadOnlyAdmin):
    """Titles of the Reference Guide; they come by import."""

    list_display = ["title", "country", "school", "from_year", "to_year", "excluded_reason", "basis"]
    list_filter = [("excluded_reason", admin.EmptyFieldListFilter), "basis"]
    list_select_related = ["school"]
    search_fields = ["title", "=country", "school__search_text"]
    search_help_text = "Title, country code or school"
    ordering = ["country", "title", "pk"]
