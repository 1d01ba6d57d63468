"""People in the staff door. Records are shown; they change only through services."""

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from applicants.models import Applicant, ContactInformation, FormerNameOfRecord, User, VerifiedName
from applicants.numbers import format_identification_number, parse_identification_number
from applicants.permissions import NotAllowedError
from applicants.services.lost_factor import NothingToRemoveError, remove_second_factor
from portal.admin import ReadOnlyAdmin
from portal.admin.reasons import RefusedActError, act_with_words
from portal.audit import actor_label
from portal.four_eyes import SamePersonError


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
    verbose_name_plural = "former names of record"
    ordering = ["-until_on", "-pk"]


class ContactInformationInline(ReadOnlyInline):
    """Every version of the contact information, newest first."""

    model = ContactInformation
    ordering = ["-recorded_at"]


def _remove_factor(row: Model, words: str, request: HttpRequest) -> bool:
    try:
        return remove_second_factor(
            applicant_id=row.pk, reason=words, actor=actor_label(request.user), at=timezone.now()
        )
    except (NothingToRemoveError, NotAllowedError, SamePersonError) as error:
        raise RefusedActError(str(error)) from error


@admin.register(Applicant)
class ApplicantAdmin(ReadOnlyAdmin):
    """People, found by number with or without dashes, by name or by e-mail address."""

    list_display = ["number", "family_name", "given_names", "birth_date", "identity_checked_on", "created_at"]
    search_fields = [
        "=identification_number",
        "family_name",
        "given_names",
        "native_script_name",
        "=user__email",
        "verified_names__family_name",
        "verified_names__given_names",
    ]
    search_help_text = (
        "Identification number with or without dashes, present or former name in any script, or e-mail address"
    )
    ordering = ["identification_number"]
    inlines = [VerifiedNameInline, FormerNameInline, ContactInformationInline]

    actions = [
        act_with_words(
            "remove_factor",
            _remove_factor,
            title="Remove a lost second factor (two people)",
            label="How the person showed who they are: which document, seen how, on which day",
            permission="factor",
        )
    ]

    def has_factor_permission(self, request: HttpRequest) -> bool:
        """Tell whether this member of staff may be the first of two; the second step is asked for by the service."""
        return request.user.has_perm("applicants.propose_factor_removal")

    def describe(self, applicant: Applicant) -> str:
        """Return a row in words, for the page that asks for the reason."""
        return f"{self.number(applicant)}, {applicant.family_name}, {applicant.given_names}".rstrip(", ")

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
    exclude = ["password", "has_short_password", "groups", "user_permissions"]
