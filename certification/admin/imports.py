"""Files that staff import: upload, what the check found page by page, and the decision about the whole file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from applicants.permissions import NotAllowedError
from certification.forms.imports import FileImportForm
from certification.models import FileImport, FileImportRow
from certification.services.imports import receiving
from certification.services.imports.kinds import KINDS
from certification.services.imports.receiving import FileRefusedError, NotNowError
from certification.states.imports import IMPORT_MACHINE, ImportKind, ImportState, RowOutcome
from portal import audit
from portal.admin import ReadOnlyAdmin, WaitingFilter
from portal.csv_export import csv_response
from portal.work_queue import Queue, in_states

PAGE_LENGTH = 50
_CHUNK = 2_000


@dataclass(frozen=True)
class ShownRow:
    """A row of the report: its line, who or what it is about, and (column, before, after) of what it says."""

    line: int
    about: str
    cells: Sequence[tuple[str, str, str]]
    reasons: Sequence[str]


@admin.register(FileImport)
class FileImportAdmin(ReadOnlyAdmin):
    """Files, newest first. Nothing of a file is written before a person accepts the whole of it."""

    list_display = ["__str__", "original_name", "state", "rows", "rejected_rows", "uploaded_at"]
    list_filter = [WaitingFilter, "kind", "state"]
    queues = (
        Queue(
            "faulty_imports",
            "Imports with faults",
            permission=receiving.PERMISSION,
            waits=in_states(ImportState.FAULTY),
            since=Coalesce("checked_at", "uploaded_at"),
            days=1,
            person="",
        ),
        Queue(
            "ready_imports",
            "Imports to accept",
            permission=receiving.PERMISSION,
            waits=in_states(ImportState.READY),
            since=Coalesce("checked_at", "uploaded_at"),
            days=1,
            person="",
        ),
    )
    search_fields = ["original_name", "=sha256"]
    search_help_text = "Name or SHA-256 of the file"
    ordering = ["-pk"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever may have files written may send them."""
        return request.user.has_perm(receiving.PERMISSION)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Decisions are posted to the page of the file."""
        return request.user.has_perm(receiving.PERMISSION)

    # --- Upload ---

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Ask for a file, and take it in."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        posted = request.method == "POST"
        form = FileImportForm(request.POST if posted else None, request.FILES if posted else None)
        if posted and form.is_valid():
            try:
                file_import = receiving.receive(
                    file=form.cleaned_data["file"],
                    kind=ImportKind(form.cleaned_data["kind"]),
                    actor=audit.actor_label(request.user),
                    at=timezone.now(),
                )
            except FileRefusedError as error:
                form.add_error("file", str(error))
            else:
                return redirect("admin:certification_fileimport_change", file_import.pk)
        values = {
            **self.admin_site.each_context(request),
            "title": "Import a file",
            "opts": self.opts,
            "form": form,
            "kinds": [(kind.label, KINDS[kind].columns, KINDS[kind].optional) for kind in ImportKind],
            "megabytes": settings.IMPORT_MOST_BYTES // 1_000_000,
            "most_rows": settings.IMPORT_MOST_ROWS,
        }
        return TemplateResponse(
            request, "admin/certification/import_add.html", values, status=422 if form.errors else 200
        )

    # --- The page of a file ---

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Show what the check found, send the rejected rows, or do what a button says."""
        acts = request.method == "POST"
        if not self.has_view_permission(request) or (acts and not self.has_change_permission(request)):
            raise PermissionDenied
        file_import = self._file(request, object_id)
        if acts:
            return self._act(request, file_import)
        if request.GET.get("rejected") == "csv" and self.has_change_permission(request):
            return cast("HttpResponse", self._rejected_rows(request, file_import))
        return self._page(request, file_import)

    def _file(self, request: HttpRequest, object_id: str) -> FileImport:
        try:
            key = FileImport._meta.pk.to_python(unquote(object_id))
            return FileImport.objects.get(pk=key)
        except (FileImport.DoesNotExist, ValidationError, OverflowError) as error:
            raise Http404 from error

    def _act(self, request: HttpRequest, file_import: FileImport) -> HttpResponse:
        act, actor, at = request.POST.get("act", ""), audit.actor_label(request.user), timezone.now()
        try:
            if act == "accept":
                rows, tells = request.POST.get("rows", ""), bool(request.POST.get("tells_people"))
                seen = int(rows) if rows.isascii() and rows.isdecimal() and len(rows) < 10 else -1
                receiving.accept(import_id=file_import.pk, rows=seen, tells_people=tells, actor=actor, at=at)
                messages.success(request, "Accepted. Every row is written now, or none.")
            elif act == "discard":
                receiving.discard(import_id=file_import.pk, actor=actor, at=at)
                messages.success(request, "Discarded. The file was deleted, and nothing of it was written.")
            elif act == "check_again":
                receiving.check_again(import_id=file_import.pk, actor=actor, at=at)
                messages.success(request, "The file is checked again.")
            else:
                messages.error(request, "Choose what is to be done.")
        except (NotNowError, NotAllowedError) as error:
            messages.error(request, str(error))
        return redirect(reverse("admin:certification_fileimport_change", args=[file_import.pk]))

    def _page(self, request: HttpRequest, file_import: FileImport) -> HttpResponse:
        may = self.has_change_permission(request)
        counts = self._counts(file_import)
        wanted = request.GET.get("show", "")
        shown = wanted if wanted in RowOutcome.values else next((name for name, _, count in counts if count), "")
        after = request.GET.get("after", "")
        start = int(after) if after.isascii() and after.isdecimal() and len(after) < 10 else 0
        rows = list(self._rows(file_import, shown, start)) if may else []
        if rows and KINDS[file_import.kind].about_people:
            self._note_reading(request, file_import, len(rows))
        values = {
            **self.admin_site.each_context(request),
            "title": str(file_import),
            "opts": self.opts,
            "file": file_import,
            "counts": counts,
            "shown": shown,
            "shown_label": RowOutcome(shown).label if shown else "",
            "rows": [self._shown(file_import, row) for row in rows[:PAGE_LENGTH]],
            "next": rows[PAGE_LENGTH - 1].line if len(rows) > PAGE_LENGTH else 0,
            "start": start,
            "may": may,
            "about_people": KINDS[file_import.kind].about_people,
            "waits": file_import.state in {ImportState.UPLOADED, ImportState.CHECKING, ImportState.ACCEPTED},
            "can_accept": may and IMPORT_MACHINE.allows(file_import.state, ImportState.ACCEPTED),
            "can_discard": may and IMPORT_MACHINE.allows(file_import.state, ImportState.DISCARDED),
            "can_check": may and file_import.state == ImportState.FAULTY,
        }
        return TemplateResponse(request, "admin/certification/import.html", values)

    @staticmethod
    def _counts(file_import: FileImport) -> list[tuple[str, str, int]]:
        order = (RowOutcome.REJECTED, RowOutcome.CHANGED, RowOutcome.NEW, RowOutcome.SAME)
        return [(one.value, str(one.label), getattr(file_import, f"{one.value}_rows")) for one in order]

    @staticmethod
    def _rows(file_import: FileImport, outcome: str, start: int) -> models.QuerySet[FileImportRow]:
        found = FileImportRow.objects.filter(file_import=file_import, outcome=outcome, line__gt=start)
        return found.select_related("applicant").order_by("line")[: PAGE_LENGTH + 1]

    @staticmethod
    def _shown(file_import: FileImport, row: FileImportRow) -> ShownRow:
        if row.outcome == RowOutcome.REJECTED:
            return ShownRow(row.line, "", [("", "", cell) for cell in row.cells], row.reasons)
        after = {name: value for name, value in row.values.items() if name != "applicant_id"}
        cells = [
            (name.replace("_", " ").capitalize(), _text(row.before.get(name)) if row.before else "", _text(value))
            for name, value in after.items()
        ]
        return ShownRow(row.line, row.applicant.identification_number if row.applicant else "", cells, ())

    @staticmethod
    @transaction.atomic
    def _note_reading(request: HttpRequest, file_import: FileImport, rows: int) -> None:
        audit.record(
            "certification.import_read",
            actor=audit.actor_label(request.user),
            subject=file_import,
            at=timezone.now(),
            rows=min(rows, PAGE_LENGTH),
            role=audit.role_label(request.user),
        )

    def _rejected_rows(self, request: HttpRequest, file_import: FileImport) -> HttpResponseBase:
        self._note_reading(request, file_import, file_import.rejected_rows)
        # What was read before files kept their head line may have any order of columns.
        width = len(KINDS[file_import.kind].columns)
        header = ["line", "reasons", *(file_import.header or [f"cell {number}" for number in range(1, width + 1)])]
        return csv_response(f"rejected-rows-{file_import.pk}", header, self._rejected(file_import))

    @staticmethod
    def _rejected(file_import: FileImport) -> Iterator[list[object]]:
        found = FileImportRow.objects.filter(file_import=file_import, outcome=RowOutcome.REJECTED).order_by("line")
        for row in found.iterator(chunk_size=_CHUNK):
            yield [row.line, " ".join(row.reasons), *row.cells]


def _text(value: object) -> str:
    return "" if value is None else str(value)
