"""Findings and holds."""

from django.contrib import admin

from certification.admin.records import RecordAdmin
from certification.models import Annotation, Hold


@admin.register(Annotation)
class AnnotationAdmin(RecordAdmin):
    """Findings that travel with every report."""

    list_display = ["applicant", "decided_on", "text"]


@admin.register(Hold)
class HoldAdmin(RecordAdmin):
    """Holds, open and lifted."""

    list_display = ["applicant", "kind", "stops_reports", "reason", "placed_at", "lifted_at"]
    list_filter = ["kind", "stops_reports"]
