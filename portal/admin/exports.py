"""Download of a staff list as a table: with a reason, limited, noted in the audit log."""

from collections.abc import Iterator, Sequence

from django.contrib import admin, messages
from django.contrib.admin.utils import label_for_field, lookup_field
from django.contrib.auth.models import AbstractBaseUser
from django.db import models, transaction
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone

from portal import audit
from portal.admin.read_only import ReadOnlyAdmin
from portal.csv_export import csv_response

MOST_ROWS = 10_000
REASON_LENGTH = 500
_CHUNK = 500


class ExportableAdmin(ReadOnlyAdmin):
    """A list that staff who may see it can download; `export_columns` are fields or methods, by default the list's."""

    export_columns: Sequence[str] = ()
    actions = ["export_table"]

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Whoever may see the list may download it, with a reason."""
        return self.has_view_permission(request)

    @admin.action(description="Download as a table (CSV)", permissions=["export"])
    def export_table(self, request: HttpRequest, queryset: models.QuerySet[models.Model]) -> HttpResponseBase | None:
        """Ask why, then send the chosen rows; more than the most that is allowed are refused."""
        count = queryset.count()
        if count > MOST_ROWS:
            self.message_user(
                request, f"These are {count} rows. Filter the list to at most {MOST_ROWS}.", messages.ERROR
            )
            return None
        reason = request.POST.get("reason", "").replace("\x00", "").strip()[:REASON_LENGTH]
        if not (request.POST.get("confirmed") and reason):
            return self._ask(request, count)
        return self._send(request, queryset, count, reason)

    def _ask(self, request: HttpRequest, count: int) -> TemplateResponse:
        values = {
            **self.admin_site.each_context(request),
            "title": "Download as a table",
            "count": count,
            "selected": request.POST.getlist("_selected_action"),
            "all": request.POST.get("select_across") == "1",
            "action": "export_table",
            "missing": bool(request.POST.get("confirmed")),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/export_reason.html", values)

    @transaction.atomic
    def _send(
        self, request: HttpRequest, queryset: models.QuerySet[models.Model], count: int, reason: str
    ) -> StreamingHttpResponse:
        user = request.user
        assert isinstance(user, AbstractBaseUser)  # the staff door lets nobody else in
        audit.record(
            "portal.list_exported",
            actor=audit.actor_label(user),
            subject=user,
            at=timezone.now(),
            reason=reason,
            list=self.opts.label_lower,
            rows=count,
        )
        columns = [str(name) for name in self.export_columns or self.get_list_display(request)]
        header = [str(label_for_field(name, self.model, self)) for name in columns]
        return csv_response(self.opts.model_name or "table", header, self._rows(queryset, columns))

    def _rows(self, queryset: models.QuerySet[models.Model], columns: list[str]) -> Iterator[list[object]]:
        for row in queryset.iterator(chunk_size=_CHUNK):
            yield [self._cell(name, row) for name in columns]

    def _cell(self, name: str, row: models.Model) -> object:
        column, _, value = lookup_field(name, row, self)
        if column is not None and getattr(column, "flatchoices", None):
            return getattr(row, f"get_{name}_display")()
        return value
