"""How staff compare a record with a document: one reviewer at a time, a reading, and a decision with reasons."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db import transaction

from applicants.models import Applicant, User
from applicants.models.reviews import ReviewedRecord
from applicants.naming import is_same_name
from portal import audit
from portal.audit import actor_label
from portal.business_days import business_days_between
from portal.eastern import eastern_date

REVIEW_HOLDS = timedelta(minutes=20)
# What is promised before there are enough decisions to tell (business days).
TARGET_DAYS = 2
PROMISE_WINDOW = timedelta(days=90)
ENOUGH_DECISIONS = 10
NAME_CHECK, BIRTH_DATE_CHECK, DOCUMENT_CHECK = "name", "birth_date", "document"
ALL_CHECKS = (NAME_CHECK, BIRTH_DATE_CHECK, DOCUMENT_CHECK)


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
class Reading:
    """What a reviewer entered: what the document says, which checks were made, what to tell the person, what to note."""

    family_name: str = ""
    given_names: str = ""
    birth_date: date | None = None
    expires_on: date | None = None
    checks: tuple[str, ...] = ()
    return_reason: str = ""
    internal_note: str = ""


Record = TypeVar("Record", bound=ReviewedRecord)


def lock_record(model: type[Record], key: int) -> Record:
    """Return the record and lock it together with its applicant. Raises the model's DoesNotExist."""
    rows = model._default_manager.select_for_update(of=("self", "applicant"))
    return rows.select_related("applicant__user", "upload").get(pk=key)


@transaction.atomic
def take(model: type[Record], key: int, *, reviewer: User, at: datetime) -> Record:
    """Give the record to `reviewer` for 20 minutes and return it; taking it again begins them anew.

    Raises `HeldByAnotherError`, `AlreadyDecidedError`, `DocumentNotReadyError` or `NotYoursError` for one's own record.
    """
    record = lock_record(model, key)
    if record.applicant.user_id == reviewer.pk:
        raise NotYoursError("Nobody reviews their own record.")
    if record.machine.allows(record.state, record.IN_REVIEW):
        require_document(record)
        record.state = record.IN_REVIEW
    elif record.state != record.IN_REVIEW:
        raise AlreadyDecidedError(f"This is {record.state_label.lower()} already.")
    elif is_held(record, reviewer, at=at):
        raise HeldByAnotherError(f"This is being reviewed by {holder_of(record)}.")
    record.reviewer, record.reviewer_until = reviewer, at + REVIEW_HOLDS
    record.save(update_fields=["state", "reviewer", "reviewer_until"])
    audit.record("applicants.review_taken", actor=actor_label(reviewer), subject=record, at=at)
    return record


def is_held(record: ReviewedRecord, reviewer: User, *, at: datetime) -> bool:
    """Tell whether somebody else than `reviewer` has the record at `at`."""
    return record.reviewer_id != reviewer.pk and record.reviewer_until is not None and record.reviewer_until > at


def holder_of(record: ReviewedRecord) -> str:
    """Return how staff name each other: the address with which the holder signs in."""
    return record.reviewer.username if record.reviewer else "Nobody"


def require_document(record: ReviewedRecord) -> None:
    """Raise `DocumentNotReadyError` unless the file passed its checks and is still there."""
    if record.upload is None or not record.upload.is_shown:
        raise DocumentNotReadyError("The file has not passed its checks. There is nothing to review yet.")


def require_mine(record: ReviewedRecord, reviewer: User) -> None:
    """Raise unless the record is in review and `reviewer` was the last to take it."""
    if record.state != record.IN_REVIEW:
        raise AlreadyDecidedError(f"This is {record.state_label.lower()} already.")
    if record.reviewer_id != reviewer.pk:
        raise NotYoursError(f"This is being reviewed by {holder_of(record)}. Nothing of yours was saved.")


@transaction.atomic
def save(model: type[Record], key: int, *, reading: Reading, reviewer: User, at: datetime) -> Record:
    """Keep what was entered without deciding, and let others take the record. Raises `ReviewError`."""
    record = lock_record(model, key)
    require_mine(record, reviewer)
    write_reading(record, reading)
    record.reviewer_until = at
    record.save()
    audit.record("applicants.review_saved", actor=actor_label(reviewer), subject=record, at=at)
    return record


def write_reading(record: ReviewedRecord, reading: Reading) -> None:
    """Put what was entered on the record, unsaved."""
    record.read_family_name = reading.family_name
    record.read_given_names = reading.given_names
    record.read_birth_date = reading.birth_date
    record.read_expires_on = reading.expires_on
    record.checks = [check for check in ALL_CHECKS if check in reading.checks]
    record.return_reason = reading.return_reason
    record.internal_note = reading.internal_note


def decide(record: ReviewedRecord, state: str, *, actor: str, at: datetime) -> None:
    """Move the record to its last state and free the reviewer. Raises `IllegalMoveError`."""
    record.machine.check(record.state, state)
    record.state = state
    record.decided_at, record.decided_by = at, actor
    record.reviewer = record.reviewer_until = None
    record.save()


def begin_decision(model: type[Record], key: int, *, reading: Reading, reviewer: User) -> Record:
    """Lock the record, see that it is the reviewer's, and put the reading on it. Raises `ReviewError`."""
    record = lock_record(model, key)
    require_mine(record, reviewer)
    write_reading(record, reading)
    return record


def require_reason(reading: Reading) -> None:
    """Raise `DecisionError` when nothing would tell the person why."""
    if not reading.return_reason.strip():
        raise DecisionError("return_reason", "Say what is wrong and what the person can do")


def require_checks(reading: Reading, needed: Iterable[str] = ALL_CHECKS) -> None:
    """Raise `DecisionError` unless every check was ticked."""
    if not set(needed) <= set(reading.checks):
        raise DecisionError("checks", "Make all checks before you accept")


def require_name(reading: Reading, name: tuple[str, str], *, whose: str) -> None:
    """Raise `DecisionError` unless the document's name is exactly `name` (R-APP-6)."""
    if not is_same_name((reading.family_name, reading.given_names), name):
        raise DecisionError("family_name", f"The name in the document differs from {whose}")


def require_birth_date(reading: Reading, applicant: Applicant) -> None:
    """Raise `DecisionError` unless the document's birth date is the one on record."""
    if reading.birth_date != applicant.birth_date:
        raise DecisionError("birth_date", "The birth date in the document differs from the record")


def require_unexpired(reading: Reading, *, at: datetime) -> None:
    """Raise `DecisionError` unless the document is good on the day it is checked (R-APP-6)."""
    if reading.expires_on is None or reading.expires_on < eastern_date(at):
        raise DecisionError("expires_on", "The passport is expired on the day of this check, or no expiry was entered")


def promised_days(model: type[ReviewedRecord], *, at: datetime) -> int:
    """Return within how many business days nine of ten decisions of the last 90 days were made; one query."""
    decided = model._default_manager.filter(decided_at__gt=at - PROMISE_WINDOW, submitted_at__isnull=False)
    spans = decided.order_by("-decided_at").values_list("submitted_at", "decided_at")[:200]
    days = sorted(
        business_days_between(eastern_date(sent), eastern_date(done)) for sent, done in spans if sent and done
    )
    if len(days) < ENOUGH_DECISIONS:
        return TARGET_DAYS
    return max(1, days[-(-len(days) * 9 // 10) - 1])
