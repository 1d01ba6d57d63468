"""Certificates, what happened to them, and their printed copies."""

from django.contrib import admin

from certification.admin.records import RecordAdmin
from certification.models import (
    Certificate,
    CertificateChange,
    CertificateCopy,
    CertificateLookup,
    IssueDecision,
)
from portal.admin import ReadOnlyAdmin


@admin.register(Certificate)
class CertificateAdmin(RecordAdmin):
    """Certificates."""

    list_display = ["number", "applicant", "state", "issued_on", "valid_through", "made_permanent_on", "revoked_on"]
    list_filter = ["state", "origin"]
    search_fields = ["=number", "=applicant__identification_number"]


@admin.register(IssueDecision)
class IssueDecisionAdmin(RecordAdmin):
    """Why each certificate was issued, and by whom."""

    list_display = ["applicant", "as_of", "outcome", "proposed_by", "decided_by", "decided_at"]


@admin.register(CertificateChange)
class CertificateChangeAdmin(ReadOnlyAdmin):
    """What happened to certificates."""

    list_display = ["certificate", "kind", "on", "valid_through_before", "valid_through_after", "decided_by"]
    list_filter = ["kind"]
    list_select_related = ["certificate"]
    search_fields = ["=certificate__number"]
    ordering = ["-pk"]


@admin.register(CertificateCopy)
class CertificateCopyAdmin(ReadOnlyAdmin):
    """Printed copies; what they print is not shown here a second time."""

    list_display = ["certificate", "version", "state", "requested_at", "made_at", "attempts", "last_error"]
    list_filter = ["state"]
    list_select_related = ["certificate"]
    search_fields = ["=certificate__number"]
    ordering = ["-requested_at"]
    exclude = ["snapshot", "stored_as"]


@admin.register(CertificateLookup)
class CertificateLookupAdmin(ReadOnlyAdmin):
    """Who asked whether a certificate is genuine, by keyed hash."""

    list_display = ["at", "found", "certificate", "client"]
    list_filter = ["found"]
    list_select_related = ["certificate"]
    ordering = ["-pk"]
