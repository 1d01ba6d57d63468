"""Sittings of examinations."""

from django.contrib import admin

from certification.admin.records import RecordAdmin
from certification.models import ExaminationResult, OetResult


@admin.register(ExaminationResult)
class ExaminationResultAdmin(RecordAdmin):
    """Sittings; no score is kept."""

    list_display = ["applicant", "examination", "taken_on", "reported_on", "passed", "incomplete"]
    list_filter = ["examination", "passed", "incomplete"]


@admin.register(OetResult)
class OetResultAdmin(RecordAdmin):
    """Administrations of OET Medicine. The list has no scores: they are on the page of one record, for a purpose."""

    list_display = ["applicant", "taken_on", "released_on"]
