"""What people ask about their own data, for staff who answer."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from applicants.models import CorrectionRequest, DataExport, DeletionRequest
from applicants.numbers import format_identification_number
from applicants.permissions import NotAllowedError
from applicants.services import corrections, deletions
from applicants.states import CorrectionState, DeletionState
from portal.admin import ReadOnlyAdmin, WaitingFilter
from portal.admin.reasons import RefusedActError, act_with_words
from portal.audit import actor_label
from portal.four_eyes import SamePersonError
from portal.states import IllegalMoveError
from portal.work_queue import Queue, in_states

ANSWER = "Answer, which the person reads"
REASON = "Reason"


def _answer(corrected: bool, row: models.Model, words: str, request: HttpRequest) -> None:
    try:
        corrections.answer(
            request_id=row.pk, corrected=corrected, words=words, at=timezone.now(), actor=actor_label(request.user)
        )
    except IllegalMoveError as error:
        raise RefusedActError("This request was closed before.") from error


def _corrected(row: models.Model, words: str, request: HttpRequest) -> None:
    _answer(True, row, words, request)


def _declined(row: models.Model, words: str, request: HttpRequest) -> None:
    _answer(False, row, words, request)


def _refuse(row: models.Model, words: str, request: HttpRequest) -> None:
    try:
        deletions.refuse(request_id=row.pk, words=words, at=timezone.now(), actor=actor_label(request.user))
    except IllegalMoveError as error:
        raise RefusedActError(NOT_TO_DECIDE) from error


def _delete(row: models.Model, words: str, request: HttpRequest) -> bool:
    try:
        return deletions.carry_out(request_id=row.pk, reason=words, at=timezone.now(), actor=actor_label(request.user))
    except IllegalMoveError as error:
        raise RefusedActError(NOT_TO_DECIDE) from error
    except (deletions.NotFinishedError, NotAllowedError, SamePersonError) as error:
        raise RefusedActError(str(error)) from error


NOT_TO_DECIDE = "This request cannot be decided (any more): its time for second thoughts runs, or it is closed."


@admin.register(CorrectionRequest)
class CorrectionRequestAdmin(ReadOnlyAdmin):
    """Corrections that people asked for; the oldest open ones first."""

    list_display = ["number", "topic", "state", "submitted_at", "closed_at"]
    list_filter = [WaitingFilter, "state", "topic"]
    queues = (
        Queue(
            "corrections",
            "Corrections to answer",
            permission="applicants.answer_corrections",
            waits=in_states(CorrectionState.OPEN),
            days=10,
            kind="topic",
        ),
    )
    list_select_related = ["applicant"]
    search_fields = ["=applicant__identification_number"]
    actions = [
        act_with_words("corrected", _corrected, title="Corrected", label=ANSWER, permission="answer"),
        act_with_words("declined", _declined, title="Not corrected", label=ANSWER, permission="answer"),
    ]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[models.Model]:
        """Put what waits for an answer first."""
        waits = models.Case(models.When(state=CorrectionState.OPEN, then=0), default=1)
        return super().get_queryset(request).order_by(waits, "submitted_at")

    def has_answer_permission(self, request: HttpRequest) -> bool:
        """Tell whether this member of staff may answer."""
        return request.user.has_perm("applicants.answer_corrections")

    @admin.display(description="Person")
    def number(self, row: CorrectionRequest) -> str:
        """Return the person's number."""
        return format_identification_number(row.applicant.identification_number)

    def describe(self, row: CorrectionRequest) -> str:
        """Return a row in words, for the page that asks for the answer."""
        return f"{self.number(row)}, {row.get_topic_display()}: {row.statement}"


@admin.register(DeletionRequest)
class DeletionRequestAdmin(ReadOnlyAdmin):
    """Requests for deletion; those to decide first."""

    list_display = ["user", "state", "requested_at", "decidable_at", "closed_at"]
    list_filter = [WaitingFilter, "state"]
    queues = (
        Queue(
            "deletions",
            "Deletions to decide",
            permission="applicants.propose_deletions",
            waits=in_states(DeletionState.TO_DECIDE),
            since="decidable_at",
            days=5,
            person="",
        ),
    )
    list_select_related = ["user"]
    search_fields = ["=user__username"]
    actions = [
        act_with_words(
            "carry_out", _delete, title="Delete the person (two people)", label=REASON, permission="propose"
        ),
        act_with_words("refuse", _refuse, title="Refuse", label=ANSWER, permission="decide"),
    ]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[models.Model]:
        """Put what waits for a decision first."""
        waits = models.Case(models.When(state=DeletionState.TO_DECIDE, then=0), default=1)
        return super().get_queryset(request).order_by(waits, "requested_at")

    def has_propose_permission(self, request: HttpRequest) -> bool:
        """Tell whether this member of staff may be the first of two; the second step is asked for by the service."""
        return request.user.has_perm("applicants.propose_deletions")

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Tell whether this member of staff may decide."""
        return request.user.has_perm("applicants.decide_deletions")

    def describe(self, row: DeletionRequest) -> str:
        """Return a row in words, for the page that asks for the reason."""
        return f"{row.user.username}, asked on {row.requested_at:%B %-d, %Y}"


@admin.register(DataExport)
class DataExportAdmin(ReadOnlyAdmin):
    """Copies of people's data: that they were made, never what is in them."""

    list_display = ["id", "user", "state", "requested_at", "built_at", "attempts", "size_bytes"]
    list_filter = ["state"]
    list_select_related = ["user"]
    ordering = ["-requested_at"]
    exclude = ["file_key", "stored_as"]
