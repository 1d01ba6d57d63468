"""Sittings of examinations."""

from django.contrib import admin

from certification.admin.records import RecordAdmin
from certification.models import ExaminationResult, OetResult


@admin.register(ExaminationResult)
class ExaminationResultAdmin(RecordAdmin):
    """Sittings; no score is kept."""

    list_display = ["applicant", "examination", "taken_on", "reported_on", "passed"]
    list_filter = ["examination", "passed"]


@admin.register(OetResult)
class OetResultAdmin(RecordAdmin):
    """Administrations of OET Medicine, as they were released."""

    list_display = ["applicant", "taken_on", "listening", "reading", "speaking", "writing", "released_on"]
