"""Extensions of certificates."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from applicants.permissions import NotAllowedError
from certification.models import CertificateExtension
from certification.services.certificates import extending
from certification.services.certificates.extending import Choice
from portal.admin import ReadOnlyAdmin
from portal.admin.reasons import RefusedActError, act_with_words
from portal.audit import actor_label
from portal.four_eyes import SamePersonError
from portal.states import IllegalMoveError

PERMISSION = "certification.propose_extension"


def _carry_out(row: models.Model, words: str, request: HttpRequest) -> bool:
    try:
        return extending.carry_out(
            extension_id=row.pk, reason=words, actor=actor_label(request.user), at=timezone.now()
        )
    except (NotAllowedError, SamePersonError) as error:
        raise RefusedActError(str(error)) from error
    except IllegalMoveError as error:
        raise RefusedActError("This extension was carried out or withdrawn before.") from error


def _withdraw(row: models.Model, words: str, request: HttpRequest) -> None:
    try:
        extending.withdraw(extension_id=row.pk, reason=words, actor=actor_label(request.user), at=timezone.now())
    except (NotAllowedError, IllegalMoveError) as error:
        raise RefusedActError(str(error)) from error


class ExtensionForm(forms.ModelForm[CertificateExtension]):
    """What is to be extended; the count is made before anything is written."""

    number = forms.CharField(
        label="Certificate number", required=False, max_length=20, help_text="For one certificate; else leave it empty."
    )

    class Meta:
        model = CertificateExtension
        fields = ["season", "ending_on", "new_end", "reason"]

    def choice(self) -> Choice:
        """Return which certificates a valid form names."""
        values = self.cleaned_data
        return Choice(values.get("number", "").strip().upper(), values.get("season"), values.get("ending_on"))

    def clean(self) -> dict[str, Any]:  # Any: as Django declares it
        """Count, so that an extension of nothing is refused here."""
        values = super().clean() or {}
        if not self.errors:
            try:
                extending.count(self.choice(), values["new_end"], at=timezone.now())
            except extending.ExtensionRefusedError as error:
                self.add_error(error.field, str(error))
        return values

    def _post_clean(self) -> None:
        """Leave the checks of the model to the service, which makes the row."""


@admin.register(CertificateExtension)
class CertificateExtensionAdmin(ReadOnlyAdmin):
    """Extensions; the first person adds one and reads how many certificates it concerns, the second carries it out."""

    list_display = ["id", "chosen", "new_end", "state", "found", "extended", "proposed_by", "decided_by"]
    list_filter = ["state"]
    list_select_related = ["certificate"]
    ordering = ["-pk"]
    actions = [
        act_with_words(
            "carry_out", _carry_out, title="Extend (second person)", label="Why you agree", permission="propose"
        ),
        act_with_words("withdraw", _withdraw, title="Withdraw", label="Reason", permission="propose"),
    ]

    def has_propose_permission(self, request: HttpRequest) -> bool:
        """Tell whether this member of staff may be the first of two."""
        return request.user.has_perm(PERMISSION)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Extensions are proposed by adding one."""
        return request.user.has_perm(PERMISSION)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[models.Model]]:  # Any: as Django declares it
        """Ask for what the service needs."""
        if obj is None:
            kwargs |= {"form": ExtensionForm, "fields": None}
        form: type[forms.ModelForm[models.Model]] = super().get_form(request, obj, change, **kwargs)
        return form

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # Any: as Django declares it
        """Return the fields of the form that adds one, or all of a row."""
        return (
            ["number", "season", "ending_on", "new_end", "reason"] if obj is None else super().get_fields(request, obj)
        )

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        """Propose through the service."""
        made = extending.propose(
            form.choice(),
            new_end=form.cleaned_data["new_end"],
            reason=form.cleaned_data["reason"],
            actor=actor_label(request.user),
            at=timezone.now(),
        )
        obj.pk = made.pk
        obj.refresh_from_db()
        self.message_user(request, f"This would extend {made.found} certificates now. It waits for a second person.")

    @admin.display(description="Which")
    def chosen(self, row: CertificateExtension) -> str:
        """Return which certificates, in words."""
        if row.certificate is not None:
            return row.certificate.number
        parts = [f"season {row.season}"] if row.season else []
        return ", ".join(parts + ([f"ending {row.ending_on}"] if row.ending_on else []))

    def describe(self, row: CertificateExtension) -> str:
        """Return a row in words, for the page that asks for the reason."""
        return f"{self.chosen(row)} to {row.new_end}: {row.found} certificates when proposed. {row.reason}"
