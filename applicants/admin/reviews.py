"""The page on which staff compare a record with a document and decide; the base of every such queue."""

from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from applicants.forms.identity import ReviewForm
from applicants.models import IdentityCheck, User
from applicants.models.reviews import ReviewedRecord
from applicants.numbers import format_identification_number
from applicants.presenters.reviews import STANDARD_REASONS, checks_of, comparisons, facts_of, reason_text
from applicants.services import identity, reviews
from applicants.services.readings import Reading
from applicants.services.reviews import DecisionError, ReviewError
from portal import audit, reading
from portal.admin import ReadOnlyAdmin
from portal.admin.restricted import ask_purpose
from portal.audit_history import history_of
from portal.business_days import business_days_between
from portal.eastern import eastern_date
from portal.states import IllegalMoveError
from portal.uploads.http import shows_page_images

CHECK_IDENTITY = "applicants.check_identity"
TONES = {"submitted": "todo", "requested": "todo", "in_review": "progress", "accepted": "done", "returned": "action"}
OPEN_STATES = frozenset({"submitted", "requested", "in_review"})
# Field of a reading → field of the form.
FORM_FIELDS = {
    "family_name": "read_family_name",
    "birth_date": "read_birth_date",
    "expires_on": "read_expires_on",
}


class ReviewAdmin(ReadOnlyAdmin):
    """A queue, oldest first, and the review of one record. Acts go through services; whoever may not act only reads."""

    list_display = ["number", "person", "kind", "chip", "waiting", "held_by", "submitted_at"]
    list_filter = ["state", "kind"]
    list_select_related = ["applicant", "reviewer"]
    search_fields = ["=applicant__identification_number", "applicant__family_name", "applicant__given_names"]
    search_help_text = "Identification number or name of record"
    ordering = ["submitted_at", "pk"]
    accepted_message = "Accepted. The person was told."

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Reviewers see what they review."""
        return super().has_view_permission(request, obj) or request.user.has_perm(CHECK_IDENTITY)

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Model]:
        """Leave out what was never sent."""
        return super().get_queryset(request).filter(submitted_at__isnull=False)

    def number(self, record: ReviewedRecord) -> str:
        """Return the number of the person, with dashes."""
        return format_identification_number(record.applicant.identification_number)

    def person(self, record: ReviewedRecord) -> str:
        """Return the name of record."""
        return record.applicant.full_name

    def chip(self, record: ReviewedRecord) -> str:
        """Return the state as a word and a shape."""
        tone = TONES.get(record.state, "todo")
        return format_html('<span class="status status--{}">{}</span>', tone, record.state_label)

    chip.short_description = "state"  # type: ignore[attr-defined]  # functions may carry attributes

    def waiting(self, record: ReviewedRecord) -> str:
        """Return for how many business days the record waits, or waited."""
        return waited(record, at=timezone.now())

    def held_by(self, record: ReviewedRecord) -> str:
        """Return who has the record now."""
        until = record.reviewer_until
        return reviews.holder_of(record) if until is not None and until > timezone.now() else ""

    def accept(
        self, record: ReviewedRecord, form: ReviewForm, entered: Reading, *, reviewer: User, at: datetime
    ) -> None:
        """Accept through the service of the record."""
        raise NotImplementedError

    def give_back(self, record: ReviewedRecord, entered: Reading, *, reviewer: User, at: datetime) -> None:
        """Return it through the service of the record."""
        raise NotImplementedError

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
        if not self.has_view_permission(request) or (acts and not self._may_decide(request)):
            raise PermissionDenied
        record = self._record(request, object_id)
        asked = self._know_purpose(request, record)
        if asked is not None:
            return asked
        if acts:
            return self._act(request, record)
        return self._page(request, record, self._form(record))

    def _record(self, request: HttpRequest, object_id: str) -> ReviewedRecord:
        rows = self.get_queryset(request).select_related("applicant__user", "upload", "reviewer")
        try:
            record = rows.filter(pk=self.model._meta.pk.to_python(unquote(object_id))).first()
        except (ValidationError, ValueError, OverflowError):
            record = None
        if record is None:
            raise Http404
        return cast("ReviewedRecord", record)

    def _know_purpose(self, request: HttpRequest, record: ReviewedRecord) -> HttpResponse | None:
        """Note the reading. Who reviews what waits reads it for just that; everybody else is asked for the purpose."""
        at, person = timezone.now(), record.applicant_id
        if reading.purpose_of(request.session, person, at=at):
            return None
        if not (self._may_decide(request) and is_open(record)):
            return ask_purpose(request, subject=record, person=person)
        reading.begin(
            request.session,
            subject=record,
            person=person,
            purpose=str(reading.Purpose.IDENTITY.label),
            actor=audit.actor_label(request.user),
            role=audit.role_label(request.user),
            at=at,
        )
        return None

    def _may_decide(self, request: HttpRequest) -> bool:
        return request.user.has_perm(CHECK_IDENTITY)

    def _form(self, record: ReviewedRecord, data: Any = None) -> ReviewForm:  # Any: QueryDict or None
        initial = {
            "read_family_name": record.read_family_name or record.family_name,
            "read_given_names": record.read_given_names or (record.given_names if not record.read_family_name else ""),
            "read_birth_date": record.read_birth_date,
            "read_expires_on": record.read_expires_on or getattr(record, "expires_on", None),
            "checks": record.checks,
            "return_reason": record.return_reason,
            "internal_note": record.internal_note,
        }
        duplicates = isinstance(record, IdentityCheck) and bool(identity.same_passport(record))
        return ReviewForm(data, initial=initial, checks=checks_of(record), duplicates=duplicates)

    def _act(self, request: HttpRequest, record: ReviewedRecord) -> HttpResponse:
        if not self._may_decide(request):
            raise PermissionDenied
        form, act = self._form(record, request.POST), request.POST.get("act", "")
        at, reviewer = timezone.now(), cast("User", request.user)
        try:
            if act == "take":
                reviews.take(type(record), record.pk, reviewer=reviewer, at=at)
                return redirect(request.path)
            if not form.is_valid():
                return self._page(request, record, form)
            return self._decide(request, record, form, act=act, reviewer=reviewer, at=at)
        except DecisionError as error:
            name = FORM_FIELDS.get(error.field, error.field)
            form.add_error(name if name in form.fields else None, str(error))
        except (ReviewError, IllegalMoveError) as error:
            messages.error(request, str(error))
        return self._page(request, self._record(request, str(record.pk)), form)

    def _decide(
        self, request: HttpRequest, record: ReviewedRecord, form: ReviewForm, *, act: str, reviewer: User, at: datetime
    ) -> HttpResponse:
        entered = reading_of(form)
        if act == "accept":
            self.accept(record, form, entered, reviewer=reviewer, at=at)
            messages.success(request, self.accepted_message)
        elif act == "return":
            self.give_back(record, entered, reviewer=reviewer, at=at)
            messages.success(request, "Returned. The person was told where to read the reason.")
        elif act == "save":
            reviews.save(type(record), record.pk, judgment=entered, reviewer=reviewer, at=at)
            messages.success(request, "Saved without deciding. Others can go on with it.")
        else:
            return self._page(request, record, form)
        return redirect(self._list_address())

    def _list_address(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def _page(self, request: HttpRequest, record: ReviewedRecord, form: ReviewForm) -> HttpResponse:
        at, user = timezone.now(), cast("User", request.user)
        mine = record.state == record.IN_REVIEW and record.reviewer_id == user.pk
        # The record of a failed act is as it was; what was entered stands in the form.
        read = {
            name: form[name].value()
            for name in ("read_family_name", "read_given_names", "read_birth_date", "read_expires_on")
        }
        values = {
            **self.admin_site.each_context(request),
            "title": f"Review: {record.get_kind_display()}",  # type: ignore[attr-defined]  # both models have the field
            "opts": self.opts,
            "record": record,
            "number": self.number(record),
            "tone": TONES.get(record.state, "todo"),
            "waited": waited(record, at=at),
            "queue": self._queue_length(request),
            "form": form,
            "reasons": STANDARD_REASONS,
            "comparisons": comparisons(record, read, today=eastern_date(at)),
            "facts": facts_of(record),
            "duplicates": identity.same_passport(record) if isinstance(record, IdentityCheck) else [],
            "mine": mine and self._may_decide(request),
            "held": reviews.is_held(record, user, at=at) and is_open(record),
            "holder": reviews.holder_of(record),
            "may_take": self._may_decide(request) and is_open(record) and not mine,
            "history": history_of(record, before=None).lines,
        }
        return TemplateResponse(request, "admin/applicants/review.html", values)

    def _queue_length(self, request: HttpRequest) -> int:
        return self.get_queryset(request).filter(state__in=OPEN_STATES).count()


def is_open(record: ReviewedRecord) -> bool:
    """Tell whether the record waits for staff."""
    return record.state in OPEN_STATES


def waited(record: ReviewedRecord, *, at: datetime) -> str:
    """Return for how many business days the record has waited, or had waited when it was decided."""
    if record.submitted_at is None:
        return ""
    until = record.decided_at or at
    days = business_days_between(eastern_date(record.submitted_at), eastern_date(until))
    return f"{days} business day{'' if days == 1 else 's'}"


def reading_of(form: ReviewForm) -> Reading:
    """Return what a valid form holds; standard reasons stand in for words where the reviewer wrote none."""
    values = form.cleaned_data
    return Reading(
        family_name=values["read_family_name"],
        given_names=values["read_given_names"],
        birth_date=values["read_birth_date"],
        expires_on=values["read_expires_on"],
        checks=tuple(values["checks"]),
        return_reason=values["return_reason"].strip() or reason_text(values["reasons"]),
        internal_note=values["internal_note"],
    )
