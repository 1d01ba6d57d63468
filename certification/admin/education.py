"""Degrees."""

from django.contrib import admin

from certification.admin.records import RecordAdmin
from certification.models import MedicalEducation


@admin.register(MedicalEducation)
class MedicalEducationAdmin(RecordAdmin):
    """Degrees."""

    list_display = ["applicant", "school_name", "degree_title", "graduation_on"]
