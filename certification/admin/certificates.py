"""Certificates, what happened to them, and their printed copies."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from applicants.permissions import NotAllowedError
from certification.admin.records import RecordAdmin
from certification.models import (
    Certificate,
    CertificateChange,
    CertificateCopy,
    CertificateLookup,
    IssueDecision,
)
from certification.services.certificates import copies, revoking
from portal.admin import ReadOnlyAdmin
from portal.admin.reasons import RefusedActError, act_with_words
from portal.audit import actor_label
from portal.four_eyes import SamePersonError
from portal.states import IllegalMoveError


def _revoke(row: models.Model, words: str, request: HttpRequest) -> bool:
    try:
        return revoking.revoke(certificate_id=row.pk, reason=words, actor=actor_label(request.user), at=timezone.now())
    except (NotAllowedError, SamePersonError, revoking.ReasonMissingError) as error:
        raise RefusedActError(str(error)) from error
    except IllegalMoveError as error:
        raise RefusedActError("This certificate was revoked before.") from error


def _try_again(row: models.Model, words: str, request: HttpRequest) -> None:
    try:
        copies.try_again(copy_id=row.pk, reason=words, actor=actor_label(request.user), at=timezone.now())
    except IllegalMoveError as error:
        raise RefusedActError("Only a copy that could not be made can be tried again.") from error


@admin.register(Certificate)
class CertificateAdmin(RecordAdmin):
    """Certificates."""

    list_display = ["number", "applicant", "state", "issued_on", "valid_through", "made_permanent_on", "revoked_on"]
    list_filter = ["state", "origin"]
    search_fields = ["=number", "=applicant__identification_number"]
    actions = [
        act_with_words(
            "revoke",
            _revoke,
            title="Revoke (committee, two people)",
            label="Reason (kept in the history)",
            permission="revoke",
        )
    ]

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Tell whether this member of staff may be one of the two."""
        return request.user.has_perm("certification.revoke_certificates")

    def describe(self, row: Certificate) -> str:
        """Return a row in words, for the page that asks for the reason."""
        return f"{row.number} ({row.get_state_display()}) of {row.applicant.full_name}"


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
    actions = [act_with_words("try_again", _try_again, title="Make it again", label="Reason", permission="try_again")]

    def has_try_again_permission(self, request: HttpRequest) -> bool:
        """Tell whether this member of staff may have a copy made again."""
        return request.user.has_perm("certification.propose_certificate")

    def describe(self, row: CertificateCopy) -> str:
        """Return a row in words, for the page that asks for the reason."""
        return f"Copy {row.version} of {row.certificate.number} ({row.get_state_display()})"


@admin.register(CertificateLookup)
class CertificateLookupAdmin(ReadOnlyAdmin):
    """Who asked whether a certificate is genuine, by keyed hash."""

    list_display = ["at", "found", "certificate", "client"]
    list_filter = ["found"]
    list_select_related = ["certificate"]
    ordering = ["-pk"]
