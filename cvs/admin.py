"""Staff pages of the report service. Records with a state are shown; acts go through services and need a reason."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.db.models import QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from applicants.permissions import NotAllowedError
from cvs.models import (
    DispatchAttempt,
    DispatchJob,
    IssuedReport,
    LicensingAuthority,
    ReportRequest,
    VerificationLookup,
)
from cvs.services import staff
from portal.admin import ExportableAdmin, ReadOnlyAdmin
from portal.audit import actor_label
from portal.states import IllegalMoveError
from portal.widgets import AutocompleteKey

Act = Callable[..., object]


def _apply(request: HttpRequest, chosen: QuerySet[ReportRequest], act: Act, reason: str) -> None:
    done = 0
    for row in chosen:
        try:
            act(request_id=row.pk, reason=reason, actor=actor_label(request.user), at=timezone.now())
            done += 1
        except (NotAllowedError, staff.NotPossibleError, staff.ReasonMissingError, IllegalMoveError) as error:
            messages.error(request, f"Request {row.pk}: {error}")
    if done:
        messages.success(request, f"Done for {done} request(s).")


def _with_reason(
    act: Act, title: str, page: "ReportRequestAdmin", request: HttpRequest, queryset: QuerySet[ReportRequest]
) -> HttpResponse | None:
    reason = request.POST.get("reason", "").strip()[:500]
    if request.POST.get("confirmed") and reason:
        _apply(request, queryset, act, reason)
        return None
    context = {
        **page.admin_site.each_context(request),
        "title": title,
        "requests": queryset.select_related("authority", "order_line__order")[:100],
        "action": request.POST.get("action", ""),
        "missing": bool(request.POST.get("confirmed")),
        "opts": page.model._meta,
    }
    return TemplateResponse(request, "admin/cvs/reason.html", context)


def _action(name: str, act: Act, title: str) -> Callable[..., HttpResponse | None]:
    action = partial(_with_reason, act, title)
    action.__name__ = name  # type: ignore[attr-defined]  # the admin names actions by their function
    return admin.action(description=title, permissions=[name])(action)


class DispatchJobInline(admin.TabularInline[DispatchJob, ReportRequest]):
    """Jobs of a request."""

    model = DispatchJob
    template = "admin/scrolling_table.html"
    extra = 0
    can_delete = False
    readonly_fields = (
        "version",
        "step",
        "state",
        "attempts",
        "not_before",
        "handoff_at",
        "sent_at",
        "server_reply",
    )
    fields = readonly_fields

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Jobs come from settled payments."""
        return False


class DispatchAttemptInline(admin.TabularInline[DispatchAttempt, DispatchJob]):
    """What each claim of a job came to."""

    model = DispatchAttempt
    template = "admin/scrolling_table.html"
    extra = 0
    can_delete = False
    readonly_fields = (
        "step",
        "number",
        "started_at",
        "finished_at",
        "outcome",
        "detail",
        "recipient",
        "sha256",
    )
    fields = readonly_fields

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Attempts are written by workers."""
        return False


@admin.register(ReportRequest)
class ReportRequestAdmin(ExportableAdmin):
    """Requests that were paid at least once; baskets are nobody's work (R-CVS-5)."""

    list_display = ["report", "authority", "state", "funded_at", "dispatched_at", "acknowledged_at", "problem"]
    list_filter = ["state"]
    list_select_related = ["authority", "order_line__order"]
    search_fields = ["order_line__order__reference", "applicant__identification_number"]
    ordering = ["-id"]
    inlines = [DispatchJobInline]
    actions = [
        "export_table",
        _action("hold", staff.hold, "Hold before sending"),
        _action("release", staff.release, "Release from hold"),
        _action("resend", staff.resend, "Send again, free of charge"),
        _action("reissue", staff.reissue, "Send a revised report, free of charge"),
        _action("mark_sent", staff.mark_sent, "Mark an unknown delivery as sent"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Model]:
        """Leave baskets out."""
        return super().get_queryset(request).filter(funded_at__isnull=False)

    def has_hold_permission(self, request: HttpRequest) -> bool:
        """Tell whether this member of staff may stop a report."""
        return request.user.has_perm("cvs.hold_report")

    def has_release_permission(self, request: HttpRequest) -> bool:
        """Tell whether this member of staff may let a held report go on."""
        return request.user.has_perm("cvs.release_report")

    def has_resend_permission(self, request: HttpRequest) -> bool:
        """Tell whether this member of staff may send a report again."""
        return request.user.has_perm("cvs.resend_report")

    def has_reissue_permission(self, request: HttpRequest) -> bool:
        """Tell whether this member of staff may send a revised report."""
        return request.user.has_perm("cvs.reissue_report")

    def has_mark_sent_permission(self, request: HttpRequest) -> bool:
        """Tell whether this member of staff may settle a delivery whose outcome is unknown."""
        return request.user.has_perm("cvs.mark_report_sent")

    def report(self, row: ReportRequest) -> str:
        """Return the number of the report."""
        return f"{row.order_line.order.reference}-{row.position:02d}"


@admin.register(DispatchJob)
class DispatchJobAdmin(ReadOnlyAdmin):
    """The dispatch queue, with each attempt and the server's words."""

    list_display = ["id", "request", "version", "step", "state", "attempts", "not_before", "sent_at", "last_error"]
    list_filter = ["state", "step"]
    search_fields = ["message_id", "request__order_line__order__reference"]
    ordering = ["-created_at"]
    inlines = [DispatchAttemptInline]


@admin.register(IssuedReport)
class IssuedReportAdmin(ExportableAdmin):
    """Reports that exist; their codes are left out, because whoever has one can look the report up."""

    list_display = ["number", "state", "issued_at", "acknowledged_at", "sha256"]
    list_filter = ["state"]
    search_fields = ["number"]
    ordering = ["-id"]
    exclude = ["url_code", "short_code", "acknowledge_code", "stored_as", "snapshot"]


@admin.register(LicensingAuthority)
class LicensingAuthorityAdmin(admin.ModelAdmin[LicensingAuthority]):
    """Recipients of reports: address, channel, instructions, closing. Never deleted, because reports name them."""

    list_display = ["name", "kind", "jurisdiction", "city", "channel", "email", "closed_on"]
    list_filter = ["kind", "channel"]
    search_fields = ["name", "code", "city", "jurisdiction"]
    ordering = ["name"]
    autocomplete_fields = ["successor"]

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        """Ask for the successor in a way that survives what is no key."""
        # Any: as the base declares them.
        if db_field.name in self.autocomplete_fields:
            kwargs["widget"] = AutocompleteKey(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """An authority is closed, not deleted."""
        return False


@admin.register(VerificationLookup)
class VerificationLookupAdmin(ReadOnlyAdmin):
    """Who asked whether a report is genuine, by keyed hash."""

    list_display = ["at", "found", "by_link", "report", "client"]
    list_filter = ["found", "by_link"]
    ordering = ["-id"]
