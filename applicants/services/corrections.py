"""A person says that something in their record is wrong, and staff answer; what is wrong is corrected where it belongs."""

from datetime import datetime

from django.db import transaction

from applicants.emails import tell_about_data
from applicants.models import Applicant, CorrectionRequest
from applicants.permissions import require
from applicants.states import CORRECTION_MACHINE, CorrectionState, CorrectionTopic
from portal import audit

MOST_OPEN = 5


class TooManyOpenError(Exception):
    """The person has as many requests open as are allowed; nothing was written."""


class AnswerMissingError(Exception):
    """An answer needs words for the person."""


@transaction.atomic
def submit(
    *, applicant: Applicant, topic: CorrectionTopic, statement: str, at: datetime, actor: str
) -> CorrectionRequest:
    """Record what is wrong with `topic`, in the person's words. Raises TooManyOpenError."""
    Applicant.objects.select_for_update(of=("self",)).get(pk=applicant.pk)
    if CorrectionRequest.objects.filter(applicant=applicant, state=CorrectionState.OPEN).count() >= MOST_OPEN:
        raise TooManyOpenError
    request = CorrectionRequest.objects.create(applicant=applicant, topic=topic, statement=statement, submitted_at=at)
    audit.record("applicants.correction_requested", actor=actor, subject=request, at=at, topic=str(topic))
    return request


@transaction.atomic
def withdraw(*, request_id: int, at: datetime, actor: str) -> CorrectionRequest:
    """Take a request back. Raises `portal.states.IllegalMoveError` when it was answered."""
    return _close(request_id, CorrectionState.WITHDRAWN, answer="", at=at, actor=actor)


@transaction.atomic
def answer(*, request_id: int, corrected: bool, words: str, at: datetime, actor: str) -> CorrectionRequest:
    """Close a request with `words` for the person, who is told by mail that there is an answer.

    Raises AnswerMissingError, `applicants.permissions.NotAllowedError`, and `portal.states.IllegalMoveError` when it is
    closed already.
    """
    require(actor, "applicants.answer_corrections")
    if not words.strip():
        raise AnswerMissingError
    target = CorrectionState.CORRECTED if corrected else CorrectionState.DECLINED
    request = _close(request_id, target, answer=words.strip(), at=at, actor=actor)
    tell_about_data(request.applicant.user, "correction_answered", page="corrections", about=request, at=at)
    return request


def _close(request_id: int, target: CorrectionState, *, answer: str, at: datetime, actor: str) -> CorrectionRequest:
    rows = CorrectionRequest.objects.select_for_update(of=("self",)).select_related("applicant__user")
    request = rows.get(pk=request_id)
    CORRECTION_MACHINE.check(request.state, target)
    request.state, request.answer = target, answer
    request.closed_at, request.closed_by = at, actor
    request.save(update_fields=["state", "answer", "closed_at", "closed_by"])
    # The words stand in the row; they may name the person, so the audit log gets none.
    audit.record(f"applicants.correction_{target.value}", actor=actor, subject=request, at=at)
    return request
