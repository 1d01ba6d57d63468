"""The ground floor's tables in the staff door."""

from datetime import timedelta

from django.contrib import admin
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from portal import undelivered
from portal.admin.read_only import ReadOnlyAdmin
from portal.admin.reasons import RefusedActError, act_with_words
from portal.admin.waiting import WaitingFilter
from portal.audit import actor_label
from portal.models import AuditEvent, OutgoingEmail, Upload, UploadState
from portal.work_queue import Queue

KEEP_RUNNING = "portal.keep_running"
REASON = "Reason (kept in the history)"
SHOWN_OF_UPLOADS = ("id", "purpose", "state", "refusal", "virus_scan", "attempts", "received_at", "checked_at")
SHOWN_OF_MESSAGES = (
    "created_at",
    "template",
    "state",
    "attempts",
    "not_before",
    "sent_at",
    "server_reply",
    "last_error",
)
SHOWN_OF_ONE = ("to_email", "subject", "message_id", "works_until", "handoff_at", "resends")
# A check takes seconds; readiness is alarmed as well.
CHECKED_WITHIN = timedelta(minutes=5)


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """What happened, newest first."""

    list_display = ["at", "event", "actor", "subject_type", "subject_id", "person", "reason"]
    list_filter = ["event"]
    search_fields = ["=subject_id", "=actor", "=person"]
    search_help_text = "Key of what the event is about, user:<key> of who acted, or key of the applicant concerned"
    ordering = ["-id"]


def _send_again(row: models.Model, words: str, request: HttpRequest) -> None:
    try:
        undelivered.send_again(email_id=row.pk, reason=words, actor=actor_label(request.user), at=timezone.now())
    except undelivered.NotPossibleError as error:
        raise RefusedActError(str(error)) from error


def _close(row: models.Model, words: str, request: HttpRequest) -> None:
    try:
        undelivered.close(email_id=row.pk, reason=words, actor=actor_label(request.user), at=timezone.now())
    except undelivered.NotPossibleError as error:
        raise RefusedActError(str(error)) from error


@admin.register(OutgoingEmail)
class OutgoingEmailAdmin(ReadOnlyAdmin):
    """The outbox: what went where and what the mail server said. Nobody reads the texts, which carry links that sign in."""

    list_display = SHOWN_OF_MESSAGES
    fields = [*SHOWN_OF_MESSAGES, *SHOWN_OF_ONE]
    list_filter = [WaitingFilter, "state", "template"]
    search_fields = ["message_id"]
    ordering = ["-created_at"]
    queues = (
        Queue(
            "stopped_mail",
            "Messages that did not arrive",
            permission=KEEP_RUNNING,
            waits=lambda _: undelivered.waits_for_staff(),
            since="created_at",
            person="",
        ),
    )
    actions = [
        act_with_words("send_again", _send_again, title="Send again", label=REASON, permission="deal_with"),
        act_with_words("close", _close, title="Close and erase the text", label=REASON, permission="deal_with"),
    ]

    def has_deal_with_permission(self, request: HttpRequest) -> bool:
        """Tell whether this member of staff runs the portal."""
        return request.user.has_perm(KEEP_RUNNING)

    def describe(self, row: OutgoingEmail) -> str:
        """Return a row in words, for the page that asks for the reason."""
        return f"{row.subject} (to {row.to_email}, {row.get_state_display().lower()})"


@admin.register(Upload)
class UploadAdmin(ReadOnlyAdmin):
    """Files on their way through the check, for those who run the portal: that they are there, nothing of what is in them."""

    list_display = SHOWN_OF_UPLOADS
    list_filter = [WaitingFilter, "state", "virus_scan", "refusal"]
    search_fields = ["=id"]
    search_help_text = "Key of the upload, as an alarm names it"
    ordering = ["-received_at"]
    fields = [*SHOWN_OF_UPLOADS, "size", "page_count", "not_before", "lease_until", "erased_at"]
    queues = (
        Queue(
            "stuck_uploads",
            "Files stuck before their check",
            permission=KEEP_RUNNING,
            waits=lambda work: Q(
                state__in=[UploadState.RECEIVED, UploadState.CHECKING], received_at__lt=work.at - CHECKED_WITHIN
            ),
            since="received_at",
            days=0,
            person="",
        ),
    )

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Tell whether this member of staff runs the portal; who sees pictures of pages is another question."""
        return request.user.has_perm(KEEP_RUNNING)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Tell whether the list is offered."""
        return request.user.has_perm(KEEP_RUNNING)
