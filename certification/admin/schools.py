"""Schools and their sponsor notes."""

from django.contrib import admin

from certification.models import MedicalSchool, SponsorNote
from portal.admin import ReadOnlyAdmin


@admin.register(MedicalSchool)
class MedicalSchoolAdmin(ReadOnlyAdmin):
    """Schools of the Directory."""

    list_display = ["name", "city", "country", "code", "closed_in"]
    search_fields = ["search_text"]
    ordering = ["name"]


@admin.register(SponsorNote)
class SponsorNoteAdmin(ReadOnlyAdmin):
    """Eligible graduation years."""

    list_display = ["school", "from_year", "to_year", "withdrawn_on", "basis"]
    list_select_related = ["school"]
    search_fields = ["school__search_text"]
    ordering = ["school__name", "from_year"]
