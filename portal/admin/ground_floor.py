"""The ground floor's tables in the staff door."""

from django.contrib import admin

from portal.admin.read_only import ReadOnlyAdmin
from portal.models import AuditEvent, OutgoingEmail


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """What happened, newest first."""

    list_display = ["at", "event", "actor", "subject_type", "subject_id", "person", "reason"]
    list_filter = ["event"]
    search_fields = ["=subject_id", "=actor", "=person"]
    search_help_text = "Key of what the event is about, user:<key> of who acted, or key of the applicant concerned"
    ordering = ["-id"]


@admin.register(OutgoingEmail)
class OutgoingEmailAdmin(ReadOnlyAdmin):
    """The outbox; texts are left out of the list because they name people."""

    list_display = ["created_at", "template", "state", "attempts", "not_before", "sent_at", "server_reply"]
    list_filter = ["state", "template"]
    search_fields = ["message_id"]
    ordering = ["-created_at"]
