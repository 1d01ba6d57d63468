"""Certificates."""

from django.contrib import admin

from certification.admin.records import RecordAdmin
from certification.models import Certificate


@admin.register(Certificate)
class CertificateAdmin(RecordAdmin):
    """Certificates."""

    list_display = ["number", "applicant", "state", "issued_on", "valid_through", "made_permanent_on", "revoked_on"]
    list_filter = ["state"]
    search_fields = ["=number", "=applicant__identification_number"]
