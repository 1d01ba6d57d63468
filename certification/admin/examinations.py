"""Sittings of examinations."""

from django.contrib import admin

from certification.admin.records import RecordAdmin
from certification.models import ExaminationResult


@admin.register(ExaminationResult)
class ExaminationResultAdmin(RecordAdmin):
    """Sittings; no score is kept."""

    list_display = ["applicant", "examination", "taken_on", "reported_on", "passed"]
    list_filter = ["examination", "passed"]
