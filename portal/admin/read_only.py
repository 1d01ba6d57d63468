"""Base of staff pages for rows that only services change."""

from django.db import models
from django.http import HttpRequest

from portal.admin.restricted import RestrictedAdmin


class ReadOnlyAdmin(RestrictedAdmin):
    """A list and a page for rows that only services may change: no add, no change, no delete."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Rows come from services."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Rows are changed by services."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Rows are evidence."""
        return False
