"""Accepted Pathways."""

from django.contrib import admin

from certification.admin.records import RecordAdmin
from certification.models import PathwayAcceptance


@admin.register(PathwayAcceptance)
class PathwayAcceptanceAdmin(RecordAdmin):
    """Accepted Pathways."""

    list_display = ["applicant", "pathway", "season", "accepted_on", "valid_through"]
    list_filter = ["season", "pathway"]
