"""People in the staff door. Records are shown; they change only through services."""

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from applicants.models import Applicant, ContactInformation, FormerNameOfRecord, User, VerifiedName
from applicants.numbers import format_identification_number, parse_identification_number
from portal.admin import ReadOnlyAdmin


class ReadOnlyInline(admin.StackedInline[Model, Model]):
    """Rows of a person, one below the other."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Rows come from services."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Rows are changed by services."""
        return False


class VerifiedNameInline(ReadOnlyInline):
    """Other names verified as this person's."""

    model = VerifiedName


class FormerNameInline(ReadOnlyInline):
    """Names of record of former times, newest first."""

    model = FormerNameOfRecord
    ordering = ["-until_on", "-pk"]


class ContactInformationInline(ReadOnlyInline):
    """Every version of the contact information, newest first."""

    model = ContactInformation
    ordering = ["-recorded_at"]


@admin.register(Applicant)
class ApplicantAdmin(ReadOnlyAdmin):
    """People, found by number with or without dashes, by name or by e-mail address."""

    list_display = ["number", "family_name", "given_names", "birth_date", "identity_checked_on", "created_at"]
    search_fields = [
        "=identification_number",
        "family_name",
        "given_names",
        "=user__email",
        "verified_names__family_name",
        "verified_names__given_names",
    ]
    search_help_text = "Identification number with or without dashes, present or former name, or e-mail address"
    ordering = ["identification_number"]
    inlines = [VerifiedNameInline, FormerNameInline, ContactInformationInline]

    @admin.display(description="Number", ordering="identification_number")
    def number(self, applicant: Applicant) -> str:
        """Return the number with dashes."""
        return format_identification_number(applicant.identification_number)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Model], search_term: str
    ) -> tuple[QuerySet[Model], bool]:
        """Search for the digits when the words are a number."""
        try:
            term = parse_identification_number(search_term)
        except ValueError:
            term = search_term
        return super().get_search_results(request, queryset, term)


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    """Sign-in accounts; staff accounts are made on the command line."""

    list_display = ["username", "email", "is_staff", "is_active", "last_login"]
    list_filter = ["is_staff", "is_active"]
    search_fields = ["=username", "=email"]
    ordering = ["username"]
    exclude = ["password", "groups", "user_permissions"]
