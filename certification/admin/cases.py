"""Cases of irregular behavior, for the committee alone; every opening of one is logged."""

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from applicants.models import Applicant
from applicants.numbers import format_identification_number, parse_identification_number
from applicants.permissions import NotAllowedError
from certification.admin.records import RecordAdmin
from certification.models import CaseDecision, CaseSanction, IrregularBehaviorCase
from certification.services.cases import deciding, steps
from certification.services.cases.deciding import Draft, Sanction
from certification.services.cases.steps import CaseError
from certification.states import CASE_MACHINE, SanctionKind
from portal.admin import WaitingFilter
from portal.admin.reasons import Act, RefusedActError, act_with_words
from portal.audit import actor_label
from portal.audit_history import names_of
from portal.four_eyes import SamePersonError
from portal.states import IllegalMoveError, Owner
from portal.uploads.http import shows_page_images
from portal.work_queue import Queue, in_states

REFUSALS = (NotAllowedError, SamePersonError, CaseError, IllegalMoveError)


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 18


def _act(do: Callable[[int, str, str], object]) -> Act:
    """Return an act that does `do` with the row's key, the words and the actor."""

    def act(row: models.Model, words: str, request: HttpRequest) -> bool | None:
        try:
            return False if do(row.pk, words, actor_label(request.user)) is False else None
        except REFUSALS as error:
            raise RefusedActError(str(error)) from error

    return act


def _review(key: int, words: str, actor: str) -> None:
    steps.start_review(case_id=key, at=timezone.now(), actor=actor)


def _dismiss(key: int, words: str, actor: str) -> None:
    steps.dismiss(case_id=key, reason=words, at=timezone.now(), actor=actor)


def _notice(key: int, words: str, actor: str) -> None:
    steps.send_notice(case_id=key, notice=words, at=timezone.now(), actor=actor)


def _hand_over(key: int, words: str, actor: str) -> None:
    steps.hand_over(case_id=key, at=timezone.now(), actor=actor)


def _decide(key: int, words: str, actor: str) -> bool:
    return deciding.decide(decision_id=key, at=timezone.now(), actor=actor)


class CommitteeAdmin(RecordAdmin):
    """Pages that the committee alone uses."""

    def has_manage_permission(self, request: HttpRequest) -> bool:
        """Tell whether this member of staff is of the committee."""
        return request.user.has_perm(steps.MANAGE)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Cases and proposed decisions are begun by adding one."""
        return self.has_manage_permission(request)

    add_form: type[forms.ModelForm[Any]]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[models.Model]]:  # Any: as Django declares it
        """Ask for what the service needs."""
        if obj is None:
            kwargs |= {"form": self.add_form, "fields": None}
        form: type[forms.ModelForm[models.Model]] = super().get_form(request, obj, change, **kwargs)
        return form

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # Any: as Django declares it
        """Return the fields of the form that adds one, or all of a row."""
        return list(self.add_form.base_fields) if obj is None else super().get_fields(request, obj)


class CaseForm(forms.ModelForm[IrregularBehaviorCase]):
    """Whom a case is about, and what is alleged."""

    number = forms.CharField(label="Identification number", max_length=20)

    class Meta:
        model = IrregularBehaviorCase
        fields = ["allegation"]

    def clean_number(self) -> Applicant:
        """Return the person."""
        try:
            number = parse_identification_number(self.cleaned_data["number"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        person = Applicant.objects.filter(identification_number=number).first()
        if person is None:
            raise forms.ValidationError("Nobody has this number.")
        return person

    def _post_clean(self) -> None:
        """Leave the checks of the model to the service, which makes the row."""


@admin.register(IrregularBehaviorCase)
class IrregularBehaviorCaseAdmin(CommitteeAdmin):
    """Cases; the newest first."""

    add_form = CaseForm
    change_form_template = "admin/certification/case.html"
    list_display = ["id", "number", "state", "opened_at", "answer_by", "answered_at", "appeal_by"]
    list_filter = [WaitingFilter, "state"]
    queues = (
        Queue(
            "cases",
            "Cases of irregular behavior",
            permission=steps.MANAGE,
            waits=in_states(*(state for state, owner in CASE_MACHINE.owners.items() if owner is Owner.STAFF)),
            since=Coalesce("appealed_at", "answered_at", "notice_sent_at", "opened_at"),
            days=10,
        ),
    )
    exclude = ["hold", "opened_by"]
    readonly_fields = ["opener"]
    actions = [
        act_with_words(
            "start_review", _act(_review), title="Begin the review", label="Note (not kept)", permission="manage"
        ),
        act_with_words("dismiss", _act(_dismiss), title="Dismiss", label="Reason", permission="manage"),
        act_with_words(
            "send_notice",
            _act(_notice),
            title="Send the notice",
            label="The notice, word for word as the person reads it",
            permission="manage",
        ),
        act_with_words(
            "hand_over", _act(_hand_over), title="Give to the committee", label="Note (not kept)", permission="manage"
        ),
    ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Show the case with what was alleged later, and the files that the person sent."""

        @shows_page_images
        def page(asked: HttpRequest) -> HttpResponseBase:
            case = IrregularBehaviorCase.objects.filter(pk=int(object_id)).first() if _is_key(object_id) else None
            files = [one.upload for one in case.documents.select_related("upload")] if case else []
            later = list(case.later_allegations.select_related("verification").order_by("pk")) if case else []
            names = names_of(one.made_by for one in later)
            told = [(one, names[one.made_by]) for one in later]
            return super(IrregularBehaviorCaseAdmin, self).change_view(
                asked, object_id, form_url, {**(extra_context or {}), "files": files, "later": told}
            )

        return cast("HttpResponse", page(request))

    @admin.display(description="Opened by")
    def opener(self, row: IrregularBehaviorCase) -> str:
        """Return who opened the case, as histories name them."""
        return names_of([row.opened_by])[row.opened_by]

    @admin.display(description="Person")
    def number(self, row: IrregularBehaviorCase) -> str:
        """Return the person's number, with dashes."""
        return format_identification_number(row.applicant.identification_number)

    def describe(self, row: IrregularBehaviorCase) -> str:
        """Return a row in words, for the page that asks for them."""
        return f"Case {row.pk}, {self.number(row)}: {row.get_state_display()}"

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        """Open the case through the service."""
        made = steps.open_case(
            applicant=form.cleaned_data["number"],
            allegation=form.cleaned_data["allegation"],
            at=timezone.now(),
            actor=actor_label(request.user),
        )
        obj.pk = made.pk
        obj.refresh_from_db()


class DecisionForm(forms.ModelForm[CaseDecision]):
    """A decision about a case: each sanction is ticked, and has its last day where it ends."""

    class Meta:
        model = CaseDecision
        fields = ["case", "finding", "words", "annotation_text", "explanation"]

    bar_from_exams = forms.BooleanField(required=False)
    bar_from_exams_until = forms.DateField(required=False)
    bar_from_services = forms.BooleanField(required=False, label="Bar from services, reports too")
    bar_from_services_until = forms.DateField(required=False)
    withhold_results = forms.BooleanField(required=False)
    withhold_results_until = forms.DateField(required=False)
    withhold_certificate = forms.BooleanField(required=False)
    withhold_certificate_until = forms.DateField(required=False)
    revoke_certificate = forms.BooleanField(required=False)
    other = forms.BooleanField(required=False)
    other_words = forms.CharField(required=False, max_length=500)
    other_until = forms.DateField(required=False)

    def draft(self) -> Draft:
        """Return what a valid form says."""
        values = self.cleaned_data
        imposed = tuple(
            Sanction(kind, values.get(f"{kind.value}_until"), values.get(f"{kind.value}_words", ""))
            for kind in SanctionKind
            if values.get(kind.value)
        )
        return Draft(values["finding"], values["words"], values["annotation_text"], values["explanation"], imposed)

    def clean(self) -> dict[str, Any]:  # Any: as Django declares it
        """Refuse what cannot be decided, at the field where the remedy is."""
        values = super().clean() or {}
        if not self.errors:
            try:
                deciding.check(values["case"], self.draft(), at=timezone.now())
            except CaseError as error:
                self.add_error(error.field if error.field in self.fields else None, str(error))
        return values

    def _post_clean(self) -> None:
        """Leave the checks of the model to the service, which makes the row."""


class CaseSanctionInline(admin.TabularInline[CaseSanction, CaseDecision]):
    """What a decision imposes."""

    model = CaseSanction
    template = "admin/scrolling_table.html"
    extra = 0
    can_delete = False
    readonly_fields = ("kind", "until", "words")
    fields = readonly_fields

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Sanctions come with their decision."""
        return False


@admin.register(CaseDecision)
class CaseDecisionAdmin(CommitteeAdmin):
    """Decisions; the first member adds one, another carries it out."""

    add_form = DecisionForm
    list_display = ["id", "case", "about_appeal", "finding", "proposed_by", "decided_by", "decided_at"]
    list_filter = ["finding", "about_appeal"]
    list_select_related = ["case"]
    search_fields = ["=case__applicant__identification_number"]
    inlines = [CaseSanctionInline]
    actions = [
        act_with_words(
            "decide", _act(_decide), title="Decide (second person)", label="Note (not kept)", permission="manage"
        )
    ]

    def describe(self, row: CaseDecision) -> str:
        """Return a row in words, for the page that asks for them."""
        imposed = ", ".join(one.get_kind_display() for one in row.sanctions.all()) or "nothing imposed"
        return f"Case {row.case_id}: {'finding' if row.finding else 'no finding'}, {imposed}. {row.words[:300]}"

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        """Propose through the service; whoever may not is told why on the next page."""
        try:
            made = deciding.propose(
                case_id=form.cleaned_data["case"].pk,
                draft=form.draft(),
                at=timezone.now(),
                actor=actor_label(request.user),
            )
        except CaseError as error:
            raise forms.ValidationError(str(error)) from error
        obj.pk = made.pk
        obj.refresh_from_db()
