"""The rule tables in the staff door, and longer time limits for examinations."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from certification.admin.records import RecordAdmin
from certification.forms.rule_tables import TableRowForm, WindowExceptionForm
from certification.models import (
    AttemptLimit,
    ExcludedAward,
    OetMinimum,
    PathwaySeason,
    RulePeriod,
    RuleTableChange,
    Threshold,
    WindowException,
)
from certification.models.rule_tables import TableRow
from certification.services.rule_tables import grant_window_exception, save_row
from certification.states import Examination
from portal.admin import ReadOnlyAdmin
from portal.audit import actor_label

ABOUT = ("basis",)


class TableRowAdmin(admin.ModelAdmin[TableRow]):
    """Rows are added and changed with a reason, and ended by their last day; none is deleted, because people were judged by it."""

    form = TableRowForm

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """A row is ended, not deleted."""
        return False

    # Any: as the base declares it.
    def save_model(self, request: HttpRequest, obj: TableRow, form: ModelForm[Any], change: bool) -> None:
        """Write the row through the service, which keeps the reason."""
        reason = form.cleaned_data["change_reason"]
        save_row(obj, reason=reason, at=timezone.now(), actor=actor_label(request.user))


@admin.register(Threshold)
class ThresholdAdmin(TableRowAdmin):
    """Numbers that rules compare with."""

    list_display = ["code", "value", "effective_from", "effective_to", *ABOUT]
    ordering = ["code", "-effective_from"]


@admin.register(RulePeriod)
class RulePeriodAdmin(TableRowAdmin):
    """From when until when a rule is in effect."""

    list_display = ["rule_id", "effective_from", "effective_to", *ABOUT]
    ordering = ["rule_id"]


@admin.register(AttemptLimit)
class AttemptLimitAdmin(TableRowAdmin):
    """Limits of attempts."""

    list_display = ["rule_id", "attempts", "scope", "effective_from", "effective_to", *ABOUT]
    ordering = ["-effective_from"]


@admin.register(PathwaySeason)
class PathwaySeasonAdmin(TableRowAdmin):
    """Seasons of the Pathways; days are US Eastern."""

    list_display = ["season", "opens_on", "closes_on", "licence_valid_on_or_after", "graduation_on_or_after", *ABOUT]
    ordering = ["-season"]


@admin.register(OetMinimum)
class OetMinimumAdmin(TableRowAdmin):
    """Minimum scores of OET Medicine."""

    list_display = ["season", "taken_from", "taken_to", "listening", "reading", "speaking", "writing", *ABOUT]
    ordering = ["-season", "taken_from"]


@admin.register(ExcludedAward)
class ExcludedAwardAdmin(TableRowAdmin):
    """Awards that are never eligible."""

    list_display = ["word", "award", *ABOUT]
    ordering = ["word"]


@admin.register(RuleTableChange)
class RuleTableChangeAdmin(ReadOnlyAdmin):
    """What was changed in the tables, by whom and why."""

    list_display = ["at", "table", "row", "actor", "reason"]
    list_filter = ["table"]
    ordering = ["-pk"]


@admin.register(WindowException)
class WindowExceptionAdmin(RecordAdmin):
    """Longer time limits that staff granted; never changed or deleted."""

    list_display = ["applicant", "examination", "new_end_on", "granted_by", "granted_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Tell whether this member of staff may grant one."""
        return bool(request.user.has_perm("certification.grant_window_exception"))

    # Any: as the base declares them.
    def get_form(
        self, request: HttpRequest, obj: models.Model | None = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm[Any]]:
        """Ask for the number of the person in a new row."""
        if obj is None:
            kwargs |= {"form": WindowExceptionForm}
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        """Name what is asked in a new row; everything of one that is there."""
        return ["number", "examination", "new_end_on", "reason"] if obj is None else super().get_fields(request, obj)

    def save_model(self, request: HttpRequest, obj: models.Model, form: ModelForm[Any], change: bool) -> None:
        """Grant through the service, which writes the row."""
        assert isinstance(obj, WindowException)  # the page is registered for it
        granted = grant_window_exception(
            applicant=obj.applicant,
            examination=Examination(obj.examination),
            new_end_on=obj.new_end_on,
            reason=obj.reason,
            at=timezone.now(),
            actor=actor_label(request.user),
        )
        obj.pk = granted.pk
