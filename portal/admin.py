"""Read-only admin base, and the ground floor's tables in it."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from portal.models import AuditEvent, OutgoingEmail


class ReadOnlyAdmin(admin.ModelAdmin[models.Model]):
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


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """What happened, newest first."""

    list_display = ["at", "event", "actor", "subject_type", "subject_id", "reason"]
    list_filter = ["event"]
    search_fields = ["subject_id", "actor"]
    ordering = ["-id"]


@admin.register(OutgoingEmail)
class OutgoingEmailAdmin(ReadOnlyAdmin):
    """The outbox; texts are left out of the list because they name people."""

    list_display = ["created_at", "template", "state", "attempts", "not_before", "sent_at", "server_reply"]
    list_filter = ["state", "template"]
    search_fields = ["message_id"]
    ordering = ["-created_at"]
