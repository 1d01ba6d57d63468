"""The page on which staff decide about what a person handed in; the base of every such queue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, cast

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import QuerySet
from django.forms import BoundField
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from applicants.forms.reviews import JudgmentForm
from applicants.models import User
from applicants.models.reviews import HeldForReview
from applicants.numbers import format_identification_number
from applicants.permissions import NotAllowedError
from applicants.services import reviews
from applicants.services.reviews import DecisionError, Judgment, ReviewError
from portal import audit, reading
from portal.admin import ReadOnlyAdmin, WaitingFilter
from portal.admin.restricted import ask_purpose
from portal.audit_history import history_of
from portal.business_days import business_days_between, in_business_days
from portal.eastern import eastern_date
from portal.four_eyes import SamePersonError
from portal.models import Upload
from portal.states import IllegalMoveError
from portal.uploads.http import shows_page_images


@dataclass(frozen=True)
class Button:
    """A button of the decision bar: what it sends, its words, and how it looks (accept or return).

    One that is rarely pressed stands `apart`, above the bar that stays in view.
    """

    act: str
    words: str
    tone: str
    apart: bool = False


@dataclass(frozen=True)
class ShownFile:
    """A file beside the record, under a heading."""

    heading: str
    upload: Upload


class ReviewAdmin(ReadOnlyAdmin):
    """A queue, oldest first, and the review of one record. Acts go through services; whoever may not act only reads.

    A subclass says who may decide, in which states a record waits, which form is filled in, and what each button does.
    """

    permission: ClassVar[str]
    reading_purpose: ClassVar[reading.Purpose]
    open_states: ClassVar[frozenset[str]]
    tones: ClassVar[Mapping[str, str]]
    review_template: ClassVar[str] = "admin/review.html"
    # Field of a `DecisionError` → field of the form, where they differ.
    form_fields: ClassVar[Mapping[str, str]] = {}

    list_display = ["number", "person", "kind", "chip", "waiting", "held_by", "submitted_at"]
    list_filter = [WaitingFilter, "state", "kind"]
    list_select_related = ["applicant", "reviewer"]
    search_fields = ["=applicant__identification_number", "applicant__family_name", "applicant__given_names"]
    search_help_text = "Identification number or name of record"
    ordering = ["submitted_at", "pk"]

    # --- What a subclass says ---

    def form_for(self, record: HeldForReview, data: Any = None) -> JudgmentForm:  # Any: QueryDict or None
        """Return the form, filled with what is on the record, or with `data`."""
        raise NotImplementedError

    def judgment_of(self, record: HeldForReview, form: JudgmentForm) -> Judgment:
        """Return what a valid form holds."""
        raise NotImplementedError

    def decide(
        self,
        act: str,
        record: HeldForReview,
        form: JudgmentForm,
        judgment: Judgment,
        *,
        reviewer: User,
        at: datetime,
    ) -> str | None:
        """Do what the button `act` says and return a sentence about it; None when there is no such button."""
        raise NotImplementedError

    def buttons(self, record: HeldForReview) -> Sequence[Button]:
        """Return the decisions that are possible."""
        return (Button("accept", "Accept", "accept"), Button("return", "Return to applicant", "return"))

    def heading(self, record: HeldForReview) -> str:
        """Return what is reviewed, in words."""
        return str(record.get_kind_display())  # type: ignore[attr-defined]  # records without a kind say something else

    def shown_files(self, record: HeldForReview) -> Sequence[ShownFile]:
        """Return the files beside the record."""
        return ()

    def details(self, record: HeldForReview, form: JudgmentForm, *, at: datetime) -> dict[str, object]:
        """Return more values for the template, such as `comparisons` and `facts`."""
        return {}

    # --- The queue ---

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Reviewers see what they review."""
        return super().has_view_permission(request, obj) or request.user.has_perm(self.permission)

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Model]:
        """Leave out what was never sent."""
        return super().get_queryset(request).filter(submitted_at__isnull=False)

    def number(self, record: HeldForReview) -> str:
        """Return the number of the person, with dashes."""
        return format_identification_number(record.applicant.identification_number)

    def person(self, record: HeldForReview) -> str:
        """Return the name of record."""
        return record.applicant.full_name

    def chip(self, record: HeldForReview) -> str:
        """Return the state as a word and a shape."""
        return format_html('<span class="status status--{}">{}</span>', self.tone(record), record.state_label)

    chip.short_description = "state"  # type: ignore[attr-defined]  # functions may carry attributes

    def tone(self, record: HeldForReview) -> str:
        """Return the shape of the state."""
        return self.tones.get(record.state, "todo")

    def waiting(self, record: HeldForReview) -> str:
        """Return for how many business days the record waits, or waited; nothing when nobody noted the end."""
        if record.decided_at is None and record.state not in self.open_states:
            return ""
        return waited(record, at=timezone.now())

    def held_by(self, record: HeldForReview) -> str:
        """Return who has the record now."""
        until = record.reviewer_until
        return reviews.holder_of(record) if until is not None and until > timezone.now() else ""

    # --- The review ---

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Show the record beside the document, or do what a button of that page says."""

        @shows_page_images
        def page(asked: HttpRequest) -> HttpResponseBase:
            return self._review(asked, object_id)

        return cast("HttpResponse", page(request))

    def _review(self, request: HttpRequest, object_id: str) -> HttpResponse:
        acts = request.method == "POST" and not request.POST.get("purpose_given")
        if not self.has_view_permission(request) or (acts and not self.may_decide(request)):
            raise PermissionDenied
        record = self._record(request, object_id)
        asked = self._know_purpose(request, record)
        if asked is not None:
            return asked
        if acts:
            return self._act(request, record)
        return self._page(request, record, self.form_for(record))

    def _record(self, request: HttpRequest, object_id: str) -> HeldForReview:
        loaded = cast("type[HeldForReview]", self.model).LOADED
        rows = self.get_queryset(request).select_related(*loaded, "reviewer")
        try:
            record = rows.filter(pk=self.model._meta.pk.to_python(unquote(object_id))).first()
        except (ValidationError, ValueError, OverflowError):
            record = None
        if record is None:
            raise Http404
        return cast("HeldForReview", record)

    def _know_purpose(self, request: HttpRequest, record: HeldForReview) -> HttpResponse | None:
        """Note the reading. Who reviews what waits reads it for just that; everybody else is asked for the purpose."""
        at, person = timezone.now(), record.applicant_id
        if reading.purpose_of(request.session, person, at=at):
            return None
        if not (self.may_decide(request) and self.is_open(record)):
            return ask_purpose(request, subject=record, person=person)
        reading.begin(
            request.session,
            subject=record,
            person=person,
            purpose=str(self.reading_purpose.label),
            actor=audit.actor_label(request.user),
            role=audit.role_label(request.user),
            at=at,
        )
        return None

    def may_decide(self, request: HttpRequest) -> bool:
        """Tell whether the person may decide about such records."""
        return request.user.has_perm(self.permission)

    def is_open(self, record: HeldForReview) -> bool:
        """Tell whether the record waits for staff."""
        return record.state in self.open_states

    def _act(self, request: HttpRequest, record: HeldForReview) -> HttpResponse:
        form, act = self.form_for(record, request.POST), request.POST.get("act", "")
        at, reviewer = timezone.now(), cast("User", request.user)
        try:
            if act == "take":
                reviews.take(type(record), record.pk, reviewer=reviewer, at=at)
                return redirect(request.path)
            if not form.is_valid():
                return self._page(request, record, form)
            return self._decide(request, record, form, act=act, reviewer=reviewer, at=at)
        except DecisionError as error:
            name = self.form_fields.get(error.field, error.field)
            form.add_error(name if name in form.fields else None, str(error))
        except (ReviewError, IllegalMoveError, NotAllowedError, SamePersonError) as error:
            messages.error(request, str(error))
        return self._page(request, self._record(request, str(record.pk)), form)

    def _decide(
        self, request: HttpRequest, record: HeldForReview, form: JudgmentForm, *, act: str, reviewer: User, at: datetime
    ) -> HttpResponse:
        judgment = self.judgment_of(record, form)
        done: str | None
        if act == "save":
            reviews.save(type(record), record.pk, judgment=judgment, reviewer=reviewer, at=at)
            done = "Saved without deciding. Others can go on with it."
        else:
            done = self.decide(act, record, form, judgment, reviewer=reviewer, at=at)
        if done is None:
            return self._page(request, record, form)
        messages.success(request, done)
        return redirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))

    def _page(self, request: HttpRequest, record: HeldForReview, form: JudgmentForm) -> HttpResponse:
        at, user = timezone.now(), cast("User", request.user)
        may = self.may_decide(request)
        mine = may and record.state in record.REVIEWED_IN and record.reviewer_id == user.pk
        heading = self.heading(record)
        values = {
            **self.admin_site.each_context(request),
            "title": f"Review: {heading}",
            "heading": heading,
            "opts": self.opts,
            "record": record,
            "number": self.number(record),
            "tone": self.tone(record),
            "waited": waited(record, at=at),
            "queue": self.get_queryset(request).filter(state__in=self.open_states).count(),
            "form": form,
            "entered": _not_taken(form) if form.is_bound else [],
            "files": self.shown_files(record),
            "buttons": self.buttons(record),
            "mine": mine,
            "held": self.is_open(record) and reviews.is_held(record, user, at=at),
            "holder": reviews.holder_of(record),
            "may_take": may and self.is_open(record) and not mine,
            "history": history_of(record, before=None).lines,
            **self.details(record, form, at=at),
        }
        return TemplateResponse(request, self.review_template, values)


def waited(record: HeldForReview, *, at: datetime) -> str:
    """Return for how many business days the record has waited, or had waited when it was decided."""
    if record.submitted_at is None:
        return ""
    until = record.decided_at or at
    return in_business_days(business_days_between(eastern_date(record.submitted_at), eastern_date(until)))


def _not_taken(form: JudgmentForm) -> list[tuple[str, str]]:
    """Return what stands in a form that was sent, for a reviewer whose review became stale: nothing of it is lost."""
    return [(str(field.label), words) for field in form if (words := _in_words(field))]


def _in_words(field: BoundField) -> str:
    value, choices = field.value(), dict(getattr(field.field, "choices", ()))
    if isinstance(value, list):
        return "\n".join(str(choices.get(one, one)) for one in value)
    return str(choices.get(value, value)) if value else ""


def entered_in(form: JudgmentForm) -> dict[str, object]:
    """Return what stands in the fields for reading, by name; what was entered and not saved counts."""
    return {name: form[name].value() for name in form.fields if name.startswith("read_")}
