"""How staff decide about what people hand in: one reviewer at a time, a judgment, and a decision with reasons."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import transaction

from applicants.models import User
from applicants.models.reviews import HeldForReview
from portal import audit
from portal.audit import actor_label
from portal.business_days import business_days_between
from portal.eastern import eastern_date

REVIEW_HOLDS = timedelta(minutes=20)
# What is promised before there are enough decisions to tell (business days).
TARGET_DAYS = 2
PROMISE_WINDOW = timedelta(days=90)
ENOUGH_DECISIONS = 10


class ReviewError(Exception):
    """A review could not go on; nothing was written. The text is for the reviewer."""


class HeldByAnotherError(ReviewError):
    """Another reviewer has the record."""


class NotYoursError(ReviewError):
    """The reviewer did not start this review, or lost it to another one."""


class AlreadyDecidedError(ReviewError):
    """Somebody decided already, or the person withdrew."""


class DocumentNotReadyError(ReviewError):
    """The file has not passed its checks, or is gone."""


class DecisionError(ReviewError):
    """What was entered does not allow this decision; `field` is where it was entered."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True)
class Judgment:
    """What a reviewer entered: which checks were made, what to tell the person, what to note.

    A kind of record that has more fields for its reviewer has its own subclass.
    """

    checks: tuple[str, ...] = ()
    return_reason: str = ""
    internal_note: str = ""

    def values(self) -> dict[str, object]:
        """Return the fields of the record with what was entered."""
        return {
            "checks": list(self.checks),
            "return_reason": self.return_reason,
            "internal_note": self.internal_note,
        }


Record = TypeVar("Record", bound=HeldForReview)


def lock_record(model: type[Record], key: int) -> Record:
    """Return the record and lock it together with its applicant. Raises the model's DoesNotExist."""
    rows = model._default_manager.select_for_update(of=("self", "applicant"))
    return rows.select_related(*model.LOADED).get(pk=key)


@transaction.atomic
def take(model: type[Record], key: int, *, reviewer: User, at: datetime) -> Record:
    """Give the record to `reviewer` for 20 minutes and return it; taking it again begins them anew.

    Raises `HeldByAnotherError`, `AlreadyDecidedError`, `DocumentNotReadyError` or `NotYoursError` for one's own record.
    """
    record = lock_record(model, key)
    if record.applicant.user_id == reviewer.pk:
        raise NotYoursError("Nobody reviews their own record.")
    if record.state not in record.REVIEWED_IN and record.machine.allows(record.state, record.IN_REVIEW):
        require_ready(record)
        record.state = record.IN_REVIEW
    elif record.state not in record.REVIEWED_IN:
        raise AlreadyDecidedError(f"This is {record.state_label.lower()} already.")
    elif is_held(record, reviewer, at=at):
        raise HeldByAnotherError(f"This is being reviewed by {holder_of(record)}.")
    record.reviewer, record.reviewer_until = reviewer, at + REVIEW_HOLDS
    record.save(update_fields=["state", "reviewer", "reviewer_until"])
    audit.record("applicants.review_taken", actor=actor_label(reviewer), subject=record, at=at)
    return record


def is_held(record: HeldForReview, reviewer: User, *, at: datetime) -> bool:
    """Tell whether somebody else than `reviewer` has the record at `at`."""
    return record.reviewer_id != reviewer.pk and record.reviewer_until is not None and record.reviewer_until > at


def holder_of(record: HeldForReview) -> str:
    """Return how staff name each other: the address with which the holder signs in."""
    return record.reviewer.username if record.reviewer else "Nobody"


def require_ready(record: HeldForReview) -> None:
    """Raise `DocumentNotReadyError` while there is nothing to review, such as a file that has not passed its checks."""
    if record.not_ready:
        raise DocumentNotReadyError(record.not_ready)


def require_mine(record: HeldForReview, reviewer: User) -> None:
    """Raise unless the record is in review and `reviewer` was the last to take it."""
    if record.state not in record.REVIEWED_IN:
        raise AlreadyDecidedError(f"This is {record.state_label.lower()} already.")
    if record.reviewer_id != reviewer.pk:
        raise NotYoursError(f"This is being reviewed by {holder_of(record)}. Nothing of yours was saved.")


@transaction.atomic
def save(model: type[Record], key: int, *, judgment: Judgment, reviewer: User, at: datetime) -> Record:
    """Keep what was entered without deciding, and let others take the record. Raises `ReviewError`."""
    record = lock_record(model, key)
    require_mine(record, reviewer)
    write(record, judgment)
    record.reviewer_until = at
    record.save()
    audit.record("applicants.review_saved", actor=actor_label(reviewer), subject=record, at=at)
    return record


def write(record: HeldForReview, judgment: Judgment) -> None:
    """Put what was entered on the record, unsaved."""
    for name, value in judgment.values().items():
        setattr(record, name, value)


def decide(record: HeldForReview, state: str, *, actor: str, at: datetime) -> None:
    """Move the record to its last state and free the reviewer. Raises `IllegalMoveError`."""
    record.machine.check(record.state, state)
    record.state = state
    record.decided_at, record.decided_by = at, actor
    record.reviewer = record.reviewer_until = None
    record.save()


def begin_decision(model: type[Record], key: int, *, judgment: Judgment, reviewer: User) -> Record:
    """Lock the record, see that it is the reviewer's, and put the judgment on it. Raises `ReviewError`."""
    record = lock_record(model, key)
    require_mine(record, reviewer)
    write(record, judgment)
    return record


def require_reason(judgment: Judgment) -> None:
    """Raise `DecisionError` when nothing would tell the person why."""
    if not judgment.return_reason.strip():
        raise DecisionError("return_reason", "Say what is wrong and what the person can do")


def require_checks(judgment: Judgment, needed: Iterable[str]) -> None:
    """Raise `DecisionError` unless every one of these checks was ticked."""
    if not set(needed) <= set(judgment.checks):
        raise DecisionError("checks", "Make all checks before you accept")


def promised_days(model: type[HeldForReview], *, at: datetime) -> int:
    """Return within how many business days nine of ten decisions of the last 90 days were made; one query."""
    decided = model._default_manager.filter(decided_at__gt=at - PROMISE_WINDOW, submitted_at__isnull=False)
    spans = decided.order_by("-decided_at").values_list("submitted_at", "decided_at")[:200]
    days = sorted(
        business_days_between(eastern_date(sent), eastern_date(done)) for sent, done in spans if sent and done
    )
    if len(days) < ENOUGH_DECISIONS:
        return TARGET_DAYS
    return max(1, days[-(-len(days) * 9 // 10) - 1])
