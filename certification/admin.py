"""Records of certification in the staff door; shown, and changed only by services."""

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from applicants.numbers import parse_identification_number
from certification.models import (
    Annotation,
    Certificate,
    Credential,
    CredentialStatusChange,
    ExaminationResult,
    Hold,
    MedicalEducation,
    MedicalSchool,
    PathwayAcceptance,
    SponsorNote,
)
from portal.admin import ReadOnlyAdmin


class RecordAdmin(ReadOnlyAdmin):
    """Rows about a person, found by the number with or without dashes."""

    search_fields = ["=applicant__identification_number", "applicant__family_name"]
    search_help_text = "Identification number with or without dashes, or family name"
    list_select_related = ["applicant"]
    ordering = ["-pk"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Model], search_term: str
    ) -> tuple[QuerySet[Model], bool]:
        """Search for the digits when the words are a number."""
        try:
            term = parse_identification_number(search_term)
        except ValueError:
            term = search_term
        return super().get_search_results(request, queryset, term)


@admin.register(MedicalSchool)
class MedicalSchoolAdmin(ReadOnlyAdmin):
    """Schools of the Directory."""

    list_display = ["name", "city", "country", "founded"]
    search_fields = ["search_text"]
    ordering = ["name"]


@admin.register(SponsorNote)
class SponsorNoteAdmin(ReadOnlyAdmin):
    """Eligible graduation years."""

    list_display = ["school", "from_year", "to_year", "basis"]
    list_select_related = ["school"]
    search_fields = ["school__search_text"]
    ordering = ["school__name", "from_year"]


@admin.register(MedicalEducation)
class MedicalEducationAdmin(RecordAdmin):
    """Degrees."""

    list_display = ["applicant", "school_name", "degree_title", "graduation_on"]


@admin.register(ExaminationResult)
class ExaminationResultAdmin(RecordAdmin):
    """Sittings; no score is kept."""

    list_display = ["applicant", "examination", "taken_on", "reported_on", "passed"]
    list_filter = ["examination", "passed"]


@admin.register(PathwayAcceptance)
class PathwayAcceptanceAdmin(RecordAdmin):
    """Accepted Pathways."""

    list_display = ["applicant", "pathway", "season", "accepted_on", "valid_through"]
    list_filter = ["season", "pathway"]


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


@admin.register(Certificate)
class CertificateAdmin(RecordAdmin):
    """Certificates."""

    list_display = ["number", "applicant", "state", "issued_on", "valid_through", "made_permanent_on", "revoked_on"]
    list_filter = ["state"]
    search_fields = ["=number", "=applicant__identification_number"]


@admin.register(Annotation)
class AnnotationAdmin(RecordAdmin):
    """Findings that travel with every report."""

    list_display = ["applicant", "decided_on", "text"]


@admin.register(Hold)
class HoldAdmin(RecordAdmin):
    """Holds, open and lifted."""

    list_display = ["applicant", "kind", "stops_reports", "reason", "placed_at", "lifted_at"]
    list_filter = ["kind", "stops_reports"]
