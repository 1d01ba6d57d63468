"""The end of an account: asked for by the person, who has time to think again, and decided by staff.

What is deleted, what is emptied and what stays, with the reason, is declared by each app and carried out by
`portal.erasure` (docs/adr/0012).
"""

from datetime import datetime, timedelta

from django.db import transaction

from applicants.emails import tell_about_data
from applicants.models import DeletionRequest, User
from applicants.permissions import agreed_by_two, require
from applicants.states import DELETION_MACHINE, OPEN_DELETIONS, DeletionState
from portal import audit, erasure, four_eyes, mail
from portal.erasure import NotFinishedError as NotFinishedError
from portal.models import FourEyesAct
from portal.personal_data import registry

SECOND_THOUGHTS = timedelta(days=14)


class AlreadyRequestedError(Exception):
    """There is an open request of this person."""


class AnswerMissingError(Exception):
    """A refusal needs words for the person."""


class NotAnApplicantError(Exception):
    """Accounts of staff are closed on the command line."""


def open_request(user: User) -> DeletionRequest | None:
    """Return the person's open request, or None."""
    return DeletionRequest.objects.filter(user=user, state__in=OPEN_DELETIONS).first()


def last_refused(user: User) -> DeletionRequest | None:
    """Return the person's newest request that was refused, or None."""
    return DeletionRequest.objects.filter(user=user, state=DeletionState.REFUSED).order_by("-closed_at").first()


def obstacles(user: User) -> list[str]:
    """Return what must end before the person can be deleted, as sentences for them."""
    return registry.obstacles_for(user.pk)


@transaction.atomic
def request_deletion(*, user: User, at: datetime, actor: str) -> DeletionRequest:
    """Begin the time for second thoughts and tell the person by mail.

    Raises AlreadyRequestedError, NotAnApplicantError, and NotFinishedError while something of theirs is under way.
    """
    locked = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if locked.is_staff or locked.is_superuser:
        raise NotAnApplicantError
    if open_request(locked) is not None:
        raise AlreadyRequestedError
    sentences = registry.obstacles_for(locked.pk)
    if sentences:
        raise NotFinishedError(sentences)
    request = DeletionRequest.objects.create(user=locked, requested_at=at, decidable_at=at + SECOND_THOUGHTS)
    audit.record("applicants.deletion_requested", actor=actor, subject=request, at=at)
    tell_about_data(
        locked,
        "deletion_requested",
        page="deletion",
        about=request,
        at=at,
        decidable_at=request.decidable_at,
        days=SECOND_THOUGHTS.days,
    )
    return request


@transaction.atomic
def cancel(*, request_id: int, at: datetime, actor: str) -> DeletionRequest:
    """Take a request back; nothing was deleted. Raises `portal.states.IllegalMoveError` when it is decided."""
    request = _locked(request_id)
    four_eyes.lapse(FourEyesAct.DELETE_PERSON, subject=request, at=at)
    _close(request, DeletionState.CANCELED, at=at, actor=actor)
    tell_about_data(request.user, "deletion_canceled", page="own_data", about=request, at=at)
    return request


def sweep(*, at: datetime, limit: int = 200) -> int:
    """Hand requests whose time for second thoughts is over to staff; returns how many."""
    due = DeletionRequest.objects.filter(state=DeletionState.WAITING, decidable_at__lte=at).order_by("decidable_at")
    moved = [key for key in due.values_list("pk", flat=True)[:limit] if _hand_over(key, at=at)]
    if moved:
        lines = [f"Deletion request {key}." for key in moved]
        mail.alert_staff(subject="Requests for deletion to decide", lines=lines, at=at)
    return len(moved)


@transaction.atomic
def _hand_over(request_id: int, *, at: datetime) -> bool:
    request = _locked(request_id)
    if request.state != DeletionState.WAITING:
        return False
    _move(request, DeletionState.TO_DECIDE)
    request.save(update_fields=["state"])
    audit.record("applicants.deletion_to_decide", actor="deletions", subject=request, at=at)
    return True


@transaction.atomic
def refuse(*, request_id: int, words: str, at: datetime, actor: str) -> DeletionRequest:
    """Close a request without deleting anything; `words` say why, and stand on the person's page.

    Raises AnswerMissingError, `NotAllowedError`, and `portal.states.IllegalMoveError` before its time or when it is closed.
    """
    if not words.strip():
        raise AnswerMissingError
    require(actor, "applicants.decide_deletions")
    request = _locked(request_id)
    four_eyes.lapse(FourEyesAct.DELETE_PERSON, subject=request, at=at)
    request.answer = words.strip()
    _close(request, DeletionState.REFUSED, at=at, actor=actor)
    tell_about_data(request.user, "deletion_refused", page="deletion", about=request, at=at)
    return request


@transaction.atomic
def carry_out(*, request_id: int, reason: str, at: datetime, actor: str) -> bool:
    """Delete the person once two members of staff want it; returns whether it was done, False for the first of them.

    Evidence stays without the person, their sessions end: a closed account has none. `reason` stays in the audit log. The
    last message goes to the address that is then forgotten. Raises `NotAllowedError`, `SamePersonError`,
    NotFinishedError, and `portal.states.IllegalMoveError` before its time or when it is closed; nothing is changed then.
    """
    require(actor, four_eyes.ACTS[FourEyesAct.DELETE_PERSON].propose)
    request = _locked(request_id)
    DELETION_MACHINE.check(request.state, DeletionState.CARRIED_OUT)
    sentences = obstacles(request.user)
    if sentences:
        raise NotFinishedError(sentences)
    if not agreed_by_two(FourEyesAct.DELETE_PERSON, subject=request, reason=reason, actor=actor, at=at):
        return False
    address = User.objects.select_for_update(of=("self",)).get(pk=request.user_id).email
    rows = erasure.erase(request.user_id, at=at, actor=actor)
    request.refresh_from_db()
    _close(request, DeletionState.CARRIED_OUT, at=at, actor=actor, reason=reason, rows=rows)
    mail.queue_email(template="account_deleted", to_email=address, context={}, at=at)
    return True


def _locked(request_id: int) -> DeletionRequest:
    return DeletionRequest.objects.select_for_update(of=("self",)).select_related("user").get(pk=request_id)


def _move(request: DeletionRequest, target: DeletionState) -> None:
    DELETION_MACHINE.check(request.state, target)
    request.state = target


def _close(
    request: DeletionRequest, target: DeletionState, *, at: datetime, actor: str, reason: str = "", **facts: int
) -> None:
    _move(request, target)
    request.closed_at, request.closed_by = at, actor
    request.save(update_fields=["state", "answer", "closed_at", "closed_by"])
    audit.record(f"applicants.deletion_{target.value}", actor=actor, subject=request, at=at, reason=reason, **facts)
