"""Who may answer for a school, as staff keep the list."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from applicants.models import User
from applicants.permissions import NotAllowedError
from certification.models import SchoolOfficial
from certification.services.verification import accounts, officials
from certification.services.verification.accounts import KEEP_LIST, AccountError
from certification.services.verification.officials import Entry, ListError
from portal.admin import ReadOnlyAdmin
from portal.admin.reasons import RefusedActError, act_with_words
from portal.audit import actor_label
from portal.eastern import eastern_date


class OfficialForm(forms.ModelForm[SchoolOfficial]):
    """A new entry of a school's list."""

    reason = forms.CharField(
        label="Where the school told us",
        max_length=500,
        help_text="For example: letter of the dean of May 2, 2026. No names of applicants.",
        widget=forms.TextInput(attrs={"size": 80}),
    )

    class Meta:
        model = SchoolOfficial
        fields = [
            "school", "name", "title", "email", "language", "institution", "may_verify", "may_attest", "may_coordinate",
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Refuse somebody who is on the list, or may do nothing."""
        values: dict[str, Any] = super().clean() or {}
        listed = SchoolOfficial.objects.filter(
            school=values.get("school"), email__iexact=values.get("email", ""), listed_until__isnull=True
        )
        if listed.exists():
            self.add_error("email", "Somebody with this address is on the list of this school.")
        if not any(values.get(name) for name in ("may_verify", "may_attest", "may_coordinate")):
            self.add_error("may_verify", "Choose what the person may do.")
        return values


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # the staff door lets nobody else in
    return request.user


def _take_off(row: models.Model, words: str, request: HttpRequest) -> None:
    try:
        officials.remove(row.pk, reason=words, at=timezone.now(), actor=actor_label(request.user))
    except (ListError, NotAllowedError) as error:
        raise RefusedActError(str(error)) from error


def _open_account(row: models.Model, words: str, request: HttpRequest) -> None:
    try:
        accounts.invite(row.pk, by=_user(request), at=timezone.now(), reason=words)
    except (AccountError, NotAllowedError) as error:
        raise RefusedActError(str(error)) from error


def _close_account(row: models.Model, words: str, request: HttpRequest) -> None:
    try:
        accounts.close(row.pk, by=_user(request), at=timezone.now(), reason=words)
    except (AccountError, NotAllowedError) as error:
        raise RefusedActError(str(error)) from error


@admin.register(SchoolOfficial)
class SchoolOfficialAdmin(ReadOnlyAdmin):
    """People on lists of schools. An entry is added and ended, never changed: it says who could sign when."""

    form = OfficialForm  # type: ignore[assignment]  # the base is declared for any model
    list_display = ["name", "title", "school", "may_do", "listed_from", "listed_until", "has_account"]
    list_filter = ["may_verify", "may_attest", "may_coordinate", "language"]
    list_select_related = ["school"]
    search_fields = ["name", "=email", "school__name"]
    search_help_text = "Name or e-mail address of the person, or name of the school"
    raw_id_fields = ["school"]
    ordering = ["school__name", "name"]
    actions = [
        act_with_words(
            "take_off_list",
            _take_off,
            title="Take off the list",
            label="Why, and where the school told us",
            permission="keep",
        ),
        act_with_words(
            "open_account", _open_account, title="Open an account", label="Who asked for it", permission="keep"
        ),
        act_with_words("close_account", _close_account, title="Close the account", label="Why", permission="keep"),
    ]

    def has_keep_permission(self, request: HttpRequest) -> bool:
        """Tell whether this member of staff keeps lists of schools."""
        return request.user.has_perm(KEEP_LIST)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever keeps lists adds to them."""
        return self.has_keep_permission(request)

    def may_do(self, official: SchoolOfficial) -> str:
        """Return what the person may do, in words."""
        rights = [
            ("verifies", official.may_verify),
            ("attests", official.may_attest),
            ("coordinates", official.may_coordinate),
        ]
        return ", ".join(word for word, has in rights if has)

    @admin.display(boolean=True)
    def has_account(self, official: SchoolOfficial) -> bool:
        """Tell whether the person signs in with an account."""
        return official.user_id is not None

    def describe(self, official: SchoolOfficial) -> str:
        """Say in one line who it is."""
        left = "" if official.is_listed(eastern_date(timezone.now())) else ", not on the list"
        return f"{official.name}, {official.title}, {official.school}{left}"

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Ask for a new entry; what another window added meanwhile is said, not stumbled over."""
        try:
            return super().add_view(request, form_url, extra_context)
        except ListError as error:
            messages.error(request, str(error))
            return redirect("admin:certification_schoolofficial_changelist")

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:  # Any: a form
        """Put the person on the list through the service."""
        values = dict(form.cleaned_data)
        school, reason = values.pop("school"), values.pop("reason")
        added = officials.add(
            school_id=school.pk,
            entry=Entry(**values),
            reason=reason,
            at=timezone.now(),
            actor=actor_label(request.user),
        )
        obj.pk = added.pk

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:  # Any: as Django declares it
        """Leave the note to the audit log, which the service wrote."""
