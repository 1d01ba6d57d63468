"""The queues of identity checks and of requests about names."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from applicants.admin.reviews import Button, ReviewAdmin, ShownFile, entered_in
from applicants.forms.identity import ReviewForm, typed_day
from applicants.forms.reviews import JudgmentForm
from applicants.models import Applicant, BirthDateCorrection, IdentityCheck, NameRequest, User
from applicants.models.reviews import HeldForReview, ReviewedRecord
from applicants.permissions import NotAllowedError
from applicants.presenters.readings import checks_of, comparisons, facts_of
from applicants.services import birth_dates, identity, names
from applicants.services.first_checks import was_renamed
from applicants.services.readings import Reading
from applicants.services.reviews import Judgment, ReviewError
from portal.admin import WaitingFilter
from portal.admin.reasons import RefusedActError, act_with_words
from portal.audit import actor_label
from portal.eastern import eastern_date
from portal.reading import Purpose
from portal.work_queue import Queue, in_states

SECOND_PERSON = "Noted. It takes effect when a second person reads the same date in the document and accepts."
WHY = "Why the birth date was read wrongly, without naming a date"
RETURNED = "Returned. The person was told where to read the reason."


def _born(data: Any) -> date | None:  # Any: QueryDict or None
    """Return the birth date that a reviewer has just entered, None without one."""
    return typed_day((data or {}).get("read_birth_date", ""))


def _as_compared(entered: Mapping[str, object]) -> dict[str, object]:
    """Return what was entered, each day that was typed in another form as year, month and day."""
    days = {name: typed_day(entered.get(name)) for name in ("read_birth_date", "read_expires_on")}
    return {**entered, **{name: day.isoformat() for name, day in days.items() if day is not None}}


def _was_checked(record: ReviewedRecord) -> bool:
    """Tell what `first_checks.was_checked` would, from what `get_queryset` has read with the row."""
    return record.applicant.identity_checked_on is not None or bool(record.renamed)  # type: ignore[attr-defined]  # annotated


def _find_birth_date(row: models.Model, words: str, request: HttpRequest) -> None:
    record, actor = cast("IdentityCheck | NameRequest", row), actor_label(request.user)
    try:
        birth_dates.find_in_record(record=record, reason=words, at=timezone.now(), actor=actor)
    except (ReviewError, NotAllowedError) as error:
        raise RefusedActError(str(error)) from error


LOOK_AGAIN = act_with_words(
    "look_again",
    _find_birth_date,
    title="Correct the birth date by this document",
    label=WHY,
    permission="look_again",
)


class DocumentReviewAdmin(ReviewAdmin):
    """A record beside one document that shows who a person is."""

    permission = "applicants.check_identity"
    reading_purpose = Purpose.IDENTITY
    open_states = frozenset({"submitted", "requested", "in_review"})
    tones = {
        "submitted": "todo",
        "requested": "todo",
        "in_review": "progress",
        "accepted": "done",
        "returned": "action",
    }
    form_fields = {
        "family_name": "read_family_name",
        "birth_date": "read_birth_date",
        "expires_on": "read_expires_on",
    }
    review_template = "admin/applicants/review.html"
    accepted_message = "Accepted. The person was told."

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[models.Model]:
        """Read with each row whether a document changed the person's name before."""
        rows: models.QuerySet[models.Model] = (
            super().get_queryset(request).annotate(renamed=was_renamed("applicant_id"))
        )
        return rows

    def accept(
        self, record: ReviewedRecord, form: ReviewForm, entered: Reading, *, reviewer: User, at: datetime
    ) -> bool | None:
        """Accept through the service of the record; False says that a second person has to do the same."""
        raise NotImplementedError

    def give_back(self, record: ReviewedRecord, entered: Reading, *, reviewer: User, at: datetime) -> None:
        """Return it through the service of the record."""
        raise NotImplementedError

    def form_for(self, record: HeldForReview, data: Any = None) -> ReviewForm:  # Any: QueryDict or None
        """Return the form with what was read before, or with what the person typed."""
        kept = cast("ReviewedRecord", record)
        initial = {
            "read_family_name": kept.read_family_name or kept.family_name,
            "read_given_names": kept.read_given_names or (kept.given_names if not kept.read_family_name else ""),
            "read_birth_date": kept.read_birth_date,
            "read_expires_on": kept.read_expires_on or getattr(kept, "expires_on", None),
            "checks": kept.checks,
            "return_reason": kept.return_reason,
            "internal_note": kept.internal_note,
        }
        return ReviewForm(
            data,
            initial=initial,
            checks=checks_of(kept),
            duplicates=self._duplicates(kept),
            same_people=self._same_people(kept, data),
            may_correct=self._may_correct(kept, data),
        )

    def judgment_of(self, record: HeldForReview, form: JudgmentForm) -> Judgment:
        """Return what was read and said."""
        return cast("ReviewForm", form).reading()

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
        """Accept or return."""
        kept, entered = cast("ReviewedRecord", record), cast("Reading", judgment)
        if act == "accept":
            waits = self.accept(kept, cast("ReviewForm", form), entered, reviewer=reviewer, at=at) is False
            return SECOND_PERSON if waits else self.accepted_message
        if act == "return":
            self.give_back(kept, entered, reviewer=reviewer, at=at)
            return RETURNED
        return None

    def shown_files(self, record: HeldForReview) -> Sequence[ShownFile]:
        """Return the document."""
        upload = cast("ReviewedRecord", record).upload
        return () if upload is None else (ShownFile("", upload),)

    def details(self, record: HeldForReview, form: JudgmentForm, *, at: datetime) -> dict[str, object]:
        """Return the comparison, what the person typed besides, and others who may be the same person."""
        kept, asked = cast("ReviewedRecord", record), cast("ReviewForm", form)
        return {
            "comparisons": comparisons(kept, _as_compared(entered_in(form)), today=eastern_date(at)),
            "facts": facts_of(kept),
            "duplicates": asked.duplicates,
            "same_people": asked.same_people,
        }

    def has_look_again_permission(self, request: HttpRequest) -> bool:
        """Tell whether this member of staff may take a document out of the record for a correction."""
        return self.may_decide(request)

    def describe(self, record: ReviewedRecord) -> str:
        """Return a row in words, for the page that asks for the reason."""
        return f"{self.number(record)}, {self.heading(record)}, {record.state_label}"

    def _duplicates(self, record: ReviewedRecord) -> list[IdentityCheck]:
        return identity.same_passport(record) if isinstance(record, IdentityCheck) else []

    def _may_correct(self, record: ReviewedRecord, data: Any) -> bool:  # Any: as Django declares it
        """Tell whether to offer the birth date of the document: asked only of who has read another one than the record's."""
        born = _born(data) or record.read_birth_date
        differs = born is not None and born != record.applicant.birth_date
        return differs and self.is_open(record) and not _was_checked(record)

    def _same_people(self, record: ReviewedRecord, data: Any) -> list[Applicant]:  # Any: as Django declares it
        if not self.is_open(record):
            return []
        born = _born(data) or record.read_birth_date
        if isinstance(record, BirthDateCorrection):
            return birth_dates.same_people(record, born)
        checked = _was_checked(record)
        if isinstance(record, NameRequest):
            return names.same_people(record, born, checked=checked)
        return identity.same_people(record, born, checked=checked) if isinstance(record, IdentityCheck) else []


@admin.register(IdentityCheck)
class IdentityCheckAdmin(DocumentReviewAdmin):
    """Passports and identity forms, compared with the record (R-APP-4 to R-APP-6)."""

    actions = [LOOK_AGAIN]
    accepted_message = "Accepted. The person was told and can order from now on."
    queues = (
        Queue(
            "identity",
            "Identity documents to review",
            permission="applicants.check_identity",
            waits=in_states("submitted", "in_review"),
            kind="kind",
            held=True,
        ),
    )

    def accept(
        self, record: ReviewedRecord, form: ReviewForm, entered: Reading, *, reviewer: User, at: datetime
    ) -> None:
        """Confirm the person's identity."""
        compared = bool(form.cleaned_data.get("not_a_duplicate"))
        identity.accept(key=record.pk, reading=entered, not_a_duplicate=compared, reviewer=reviewer, at=at)

    def give_back(self, record: ReviewedRecord, entered: Reading, *, reviewer: User, at: datetime) -> None:
        """Return the document."""
        identity.give_back(key=record.pk, reading=entered, reviewer=reviewer, at=at)


@admin.register(NameRequest)
class NameRequestAdmin(DocumentReviewAdmin):
    """Changes of names of record and verifications of former names (R-NAME-1 to R-NAME-4)."""

    actions = [LOOK_AGAIN]
    queues = (
        Queue(
            "names",
            "Names to review",
            permission="applicants.check_identity",
            waits=in_states("requested", "in_review"),
            kind="kind",
            held=True,
        ),
    )

    def accept(
        self, record: ReviewedRecord, form: ReviewForm, entered: Reading, *, reviewer: User, at: datetime
    ) -> None:
        """Change the name of record, or note the former name."""
        compared = bool(form.cleaned_data.get("not_a_duplicate"))
        names.accept(key=record.pk, reading=entered, not_a_duplicate=compared, reviewer=reviewer, at=at)

    def give_back(self, record: ReviewedRecord, entered: Reading, *, reviewer: User, at: datetime) -> None:
        """Return the request."""
        names.give_back(key=record.pk, reading=entered, reviewer=reviewer, at=at)


@admin.register(BirthDateCorrection)
class BirthDateCorrectionAdmin(DocumentReviewAdmin):
    """Corrections of birth dates that were checked once; two people read the document."""

    list_display = ["number", "person", "chip", "waiting", "held_by", "submitted_at"]
    list_filter = [WaitingFilter, "state"]
    accepted_message = "Corrected. The person was told."
    queues = (
        Queue(
            "birth_dates",
            "Birth dates to correct",
            permission="applicants.check_identity",
            waits=in_states("requested", "in_review"),
            held=True,
        ),
    )

    def heading(self, record: HeldForReview) -> str:
        """Return what is reviewed."""
        return "Correction of a checked birth date"

    def buttons(self, record: HeldForReview) -> Sequence[Button]:
        """Return the decisions."""
        correct = Button("accept", "Correct (two people)", "accept")
        return (correct, Button("return", "Return to applicant", "return"))

    def accept(
        self, record: ReviewedRecord, form: ReviewForm, entered: Reading, *, reviewer: User, at: datetime
    ) -> bool:
        """Propose the date that was read, or correct the record as the second person."""
        compared = bool(form.cleaned_data.get("not_a_duplicate"))
        return birth_dates.accept(key=record.pk, reading=entered, not_a_duplicate=compared, reviewer=reviewer, at=at)

    def give_back(self, record: ReviewedRecord, entered: Reading, *, reviewer: User, at: datetime) -> None:
        """Leave the date as it is."""
        birth_dates.give_back(key=record.pk, reading=entered, reviewer=reviewer, at=at)
