"""Pathways: applications and acceptances."""

from django.contrib import admin

from certification.admin.records import RecordAdmin
from certification.models import PathwayAcceptance, PathwayApplication


@admin.register(PathwayAcceptance)
class PathwayAcceptanceAdmin(RecordAdmin):
    """Accepted Pathways."""

    list_display = ["applicant", "pathway", "season", "accepted_on", "valid_through"]
    list_filter = ["season", "pathway"]


@admin.register(PathwayApplication)
class PathwayApplicationAdmin(RecordAdmin):
    """Applications for a Pathway."""

    list_display = ["applicant", "pathway", "season", "state", "paid_at", "decided_at"]
    list_filter = ["state", "season", "pathway", "is_revalidation"]
