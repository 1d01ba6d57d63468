"""Credentials and their verification."""

from django.contrib import admin

from certification.admin.records import RecordAdmin
from certification.models import Credential, CredentialStatusChange


@admin.register(Credential)
class CredentialAdmin(RecordAdmin):
    """Credentials."""

    list_display = ["applicant", "kind", "issuer"]
    list_filter = ["kind"]


@admin.register(CredentialStatusChange)
class CredentialStatusChangeAdmin(RecordAdmin):
    """How verification went on."""

    list_display = ["credential", "status", "on"]
    list_filter = ["status"]
    list_select_related = ["credential"]
    search_fields = ["=credential__applicant__identification_number"]
