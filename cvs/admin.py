"""Staff pages of the report service. Records with a state are shown; acts go through services and need a reason."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.forms import ModelChoiceField
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from applicants.admin.naming import NamesApplicant
from applicants.permissions import NotAllowedError
from cvs.models import (
    DispatchAttempt,
    DispatchJob,
    IssuedReport,
    LicensingAuthority,
    ReportRequest,
    VerificationLookup,
)
from cvs.services import staff, withdrawal
from cvs.states import RequestState
from portal import four_eyes
from portal.admin import ExportableAdmin, ReadOnlyAdmin, WaitingFilter
from portal.admin.reasons import WAITS, RefusedActError, act_with_words
from portal.audit import actor_label
from portal.four_eyes import SamePersonError
from portal.states import IllegalMoveError
from portal.widgets import AutocompleteKey
from portal.work_queue import Queue, in_states

Act = Callable[..., object]
REFUSALS = (NotAllowedError, SamePersonError, staff.NotPossibleError, staff.ReasonMissingError, IllegalMoveError)


def _apply(request: HttpRequest, chosen: QuerySet[ReportRequest], act: Act, reason: str) -> None:
    done = waiting = 0
    for row in chosen:
        try:
            waits = act(request_id=row.pk, reason=reason, actor=actor_label(request.user), at=timezone.now()) is False
            waiting, done = waiting + waits, done + (not waits)
        except REFUSALS as error:
            messages.error(request, f"Request {row.pk}: {error}")
    if done:
        messages.success(request, f"Done for {done} request(s).")
    if waiting:
        messages.info(request, WAITS.format(f"{waiting} request(s)"))


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
        "proposals": four_eyes.waiting_for(page.model, queryset.values_list("pk", flat=True)[:100]),
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
class ReportRequestAdmin(NamesApplicant, ExportableAdmin):
    """Requests that were paid at least once; baskets are nobody's work (R-CVS-5)."""

    list_display = ["report", "authority", "state", "funded_at", "dispatched_at", "acknowledged_at", "problem"]
    list_filter = [WaitingFilter, "state"]
    queues = (
        Queue(
            "held_reports",
            "Reports on hold",
            permission="cvs.hold_report",
            waits=in_states(RequestState.ON_HOLD),
            since="funded_at",
            days=5,
        ),
        Queue(
            "undelivered_reports",
            "Reports that were not delivered",
            permission="cvs.resend_report",
            waits=in_states(RequestState.DELIVERY_PROBLEM),
            since=Coalesce("dispatched_at", "funded_at"),
        ),
    )
    list_select_related = ["authority", "order_line__order"]
    search_fields = ["order_line__order__reference", "applicant__identification_number"]
    ordering = ["-id"]
    inlines = [DispatchJobInline]
    actions = [
        "export_table",
        _action("hold", staff.hold, "Hold before sending"),
        _action("release", staff.release, "Release from hold (two people)"),
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
        return request.user.has_perm("cvs.propose_report_release")

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


def _withdraw(row: models.Model, words: str, request: HttpRequest) -> bool:
    try:
        return withdrawal.withdraw(report_id=row.pk, reason=words, actor=actor_label(request.user), at=timezone.now())
    except REFUSALS as error:
        raise RefusedActError(str(error)) from error


@admin.register(IssuedReport)
class IssuedReportAdmin(ExportableAdmin):
    """Reports that exist; their codes are left out, because whoever has one can look the report up."""

    list_display = ["number", "state", "issued_at", "acknowledged_at", "sha256"]
    list_filter = ["state"]
    search_fields = ["number"]
    ordering = ["-id"]
    exclude = ["url_code", "short_code", "acknowledge_code", "stored_as", "snapshot"]
    actions = [
        "export_table",
        act_with_words(
            "withdraw",
            _withdraw,
            title="Withdraw (two people)",
            label="Reason (kept in the history)",
            permission="withdraw",
        ),
    ]

    def has_withdraw_permission(self, request: HttpRequest) -> bool:
        """Tell whether this member of staff may ask for a withdrawal; the second step is asked for by the service."""
        return request.user.has_perm("cvs.propose_report_withdrawal")

    def describe(self, row: IssuedReport) -> str:
        """Return a row in words, for the page that asks for the reason."""
        return f"{row.number} ({row.get_state_display()})"


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
