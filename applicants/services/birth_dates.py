"""A birth date that was checked once and is wrong all the same: asked for with a document, corrected by two people.

What was never checked is set right by the first document (`applicants.services.first_checks`).
"""

from datetime import date, datetime, timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from applicants.birth_dates import is_plausible
from applicants.emails import tell
from applicants.models import Applicant, BirthDateCorrection, IdentityCheck, NameRequest, User
from applicants.permissions import agreed_by_two, require
from applicants.services import identity, readings, reviews
from applicants.services.first_checks import (
    IMPLAUSIBLE,
    others_alike,
    require_compared,
    suspect_waiting,
    was_checked,
)
from applicants.services.identity import SubmissionError
from applicants.services.readings import ALL_CHECKS, Reading
from applicants.services.registration.finishing import TURN
from applicants.services.reviews import DecisionError, ReviewError
from applicants.states import OPEN_BIRTH_DATE_STATES, BirthDateState, IdentityModel
from portal import audit, four_eyes, mail
from portal.audit import actor_label
from portal.eastern import eastern_date
from portal.locks import wait_for_turn
from portal.models import FourEyesAct
from portal.uploads import services as uploads

MOST_REQUESTS = 5
REQUEST_WINDOW = timedelta(days=365)
PURPOSE = "birth_date"
ACT = FourEyesAct.CORRECT_BIRTH_DATE
NOT_CHECKED = "Nobody has read this birth date in a document yet. The first document that is accepted sets it right"
WAITS_ALREADY = "A correction of this birth date waits already"


def corrections_of(applicant: Applicant) -> list[BirthDateCorrection]:
    """Return the person's newest corrections, newest first."""
    rows = BirthDateCorrection.objects.filter(applicant=applicant).select_related("upload")
    return list(rows.order_by("-pk")[:MOST_REQUESTS])


@transaction.atomic
def ask(
    *,
    applicant: Applicant,
    birth_date: date,
    explanation: str,
    file: "UploadedFile[bytes]",
    at: datetime,
    actor: str,
) -> BirthDateCorrection:
    """Ask that the date on record become `birth_date`, shown by an identity document; returns what waits for staff.

    Raises `SubmissionError`, or what `uploads.receive` raises for a file that is refused at once; nothing is written then.
    """
    locked = _lock(applicant.pk)
    identity.require_checked(locked)
    if birth_date == locked.birth_date:
        raise SubmissionError("This date is on your record already", field="birth_date")
    if not is_plausible(birth_date, today=eastern_date(at)):
        raise SubmissionError("Enter your own date of birth, with the year in full", field="birth_date")
    recent = BirthDateCorrection.objects.filter(applicant=locked, submitted_at__gt=at - REQUEST_WINDOW)
    if recent.count() >= MOST_REQUESTS:
        raise SubmissionError(f"You sent {MOST_REQUESTS} requests in a year. Write to us, so that we can help")
    before = _waiting(locked)
    if before is not None:
        if before.state != BirthDateState.REQUESTED or not before.file_was_refused:
            raise SubmissionError("We are checking a request already. Wait for the answer, or withdraw it")
        _withdraw(before, at=at, actor=actor)
    upload = uploads.receive(file=file, purpose=PURPOSE, owner=locked.user, at=at, actor=actor)
    correction = BirthDateCorrection(upload=upload, birth_date=birth_date, explanation=explanation)
    return _open(correction, locked, at=at, actor=actor)


@transaction.atomic
def find_in_record(
    *, record: IdentityCheck | NameRequest, reason: str, at: datetime, actor: str
) -> BirthDateCorrection:
    """Let staff look at a document in the record once more, because its birth date was read wrongly; returns what waits.

    Raises `NotAllowedError`, or `ReviewError`: never checked, a correction waits, or the picture is gone.
    """
    require(actor, "applicants.check_identity")
    locked = _lock(record.applicant_id)
    if not was_checked(locked):
        raise ReviewError(f"{NOT_CHECKED}.")
    if _waiting(locked) is not None:
        raise ReviewError(f"{WAITS_ALREADY}.")
    reviews.require_ready(record)
    correction = BirthDateCorrection(upload=record.upload, explanation=reason, found_by=actor)
    return _open(correction, locked, at=at, actor=actor)


def _open(correction: BirthDateCorrection, applicant: Applicant, *, at: datetime, actor: str) -> BirthDateCorrection:
    correction.applicant, correction.submitted_at = applicant, at
    correction.family_name, correction.given_names = applicant.family_name, applicant.given_names
    correction.state = BirthDateState.REQUESTED
    correction.save()
    audit.record("applicants.birth_date_requested", actor=actor, subject=correction, at=at)
    return correction


def _lock(applicant_id: int) -> Applicant:
    return Applicant.objects.select_for_update(of=("self",)).select_related("user").get(pk=applicant_id)


def _waiting(applicant: Applicant) -> BirthDateCorrection | None:
    rows = BirthDateCorrection.objects.filter(applicant=applicant, state__in=OPEN_BIRTH_DATE_STATES)
    return rows.select_for_update(of=("self",)).select_related("upload").first()


@transaction.atomic
def withdraw(*, applicant: Applicant, at: datetime, actor: str) -> BirthDateCorrection:
    """Take back what the person asked. Raises `SubmissionError` when nothing of theirs waits, or a reviewer has begun."""
    waiting = _waiting(_lock(applicant.pk))
    if waiting is None or waiting.found_by or not waiting.machine.allows(waiting.state, BirthDateState.WITHDRAWN):
        raise SubmissionError("There is nothing to withdraw: a reviewer has begun, or it was decided")
    _withdraw(waiting, at=at, actor=actor)
    return waiting


def _withdraw(correction: BirthDateCorrection, *, at: datetime, actor: str) -> None:
    reviews.decide(correction, BirthDateState.WITHDRAWN, actor=actor, at=at)
    audit.record("applicants.birth_date_withdrawn", actor=actor, subject=correction, at=at)


# --- Staff ---


@transaction.atomic
def accept(*, key: int, reading: Reading, not_a_duplicate: bool, reviewer: User, at: datetime) -> bool:
    """Correct the birth date once two people have read the same one in the document; False says that the second is awaited.

    The note of each says why. The record is free for the second person then, who reads the document anew. Raises
    `ReviewError` (not the reviewer's, a check not made, a name that differs, a date that differs from what was asked for or
    read before, an expired document, somebody else on record who may be the same person), `NotAllowedError`,
    `SamePersonError`.
    """
    # No registration with this date may pass unseen; before any row is locked, because registrations lock rows too.
    wait_for_turn(TURN)
    correction = reviews.begin_decision(BirthDateCorrection, key, judgment=reading, reviewer=reviewer)
    applicant = _lock(correction.applicant_id)
    reviews.require_ready(correction)
    if not was_checked(applicant):
        raise DecisionError("birth_date", NOT_CHECKED)
    name = (applicant.family_name, applicant.given_names)
    readings.require_name(reading, name, whose="the name of record")
    born = _require_another_date(correction, applicant, reading, at=at)
    readings.require_unexpired(reading, at=at)
    reviews.require_checks(reading, ALL_CHECKS)
    require_compared(applicant, name=name, birth_date=born, not_a_duplicate=not_a_duplicate)
    reason = reading.internal_note.strip()
    if not reason:
        raise DecisionError("internal_note", "Say why the date on record is wrong, without naming a date")
    actor = actor_label(reviewer)
    first = four_eyes.open_proposal(ACT, correction, at=at)
    if first is not None and correction.proposed_birth_date != born:
        raise DecisionError("birth_date", "The first person read another date. Read it again, or decline the proposal")
    if not agreed_by_two(ACT, subject=correction, reason=reason, actor=actor, at=at):
        _wait_for_second(correction, born, at=at)
        return False
    _correct(applicant, correction, born, at=at, actor=actor)
    return True


def _require_another_date(
    correction: BirthDateCorrection, applicant: Applicant, reading: Reading, *, at: datetime
) -> date:
    born = reading.birth_date
    if born is None or born == applicant.birth_date:
        raise DecisionError("birth_date", "The document shows the date on record, or no date was entered")
    if correction.birth_date is not None and born != correction.birth_date:
        raise DecisionError("birth_date", "The birth date in the document differs from the one asked for")
    if not is_plausible(born, today=eastern_date(at)):
        raise DecisionError("birth_date", IMPLAUSIBLE)
    return born


def _wait_for_second(correction: BirthDateCorrection, born: date, *, at: datetime) -> None:
    """Keep what the first person read, and let the second begin with empty fields."""
    correction.proposed_birth_date = born
    correction.read_birth_date, correction.checks = None, []
    correction.reviewer_until = at
    correction.save()


def _correct(applicant: Applicant, correction: BirthDateCorrection, born: date, *, at: datetime, actor: str) -> None:
    correction.old_birth_date, applicant.birth_date = applicant.birth_date, born
    identity.check_anew(applicant, at=at, actor=actor)
    applicant.save(update_fields=["birth_date", "identity_checked_on"])
    suspect_waiting(applicant, at=at)
    reviews.decide(correction, BirthDateState.ACCEPTED, actor=actor, at=at)
    audit.record("applicants.birth_date_corrected", actor=actor, subject=applicant, at=at, correction=correction.pk)
    mail.alert_staff(
        subject="A checked birth date was corrected",
        lines=[f"Applicant {applicant.pk}: reports sent before print the old date. Reissue those that need it."],
        at=at,
    )
    ends = identity.model_in_force() is IdentityModel.NOTARIZED_FORM
    tell(correction, "birth_date_corrected", at=at, ends_identity_form=ends)


@transaction.atomic
def give_back(*, key: int, reading: Reading, reviewer: User, at: datetime) -> BirthDateCorrection:
    """Leave the date as it is and tell the person why, if they asked. Raises `ReviewError`."""
    correction = reviews.begin_decision(BirthDateCorrection, key, judgment=reading, reviewer=reviewer)
    reviews.require_reason(reading)
    actor = actor_label(reviewer)
    four_eyes.lapse(ACT, subject=correction, at=at)
    reviews.decide(correction, BirthDateState.RETURNED, actor=actor, at=at)
    audit.record("applicants.birth_date_returned", actor=actor, subject=correction, at=at)
    if not correction.found_by:
        tell(correction, "birth_date_request_returned", at=at)
    return correction


def same_people(correction: BirthDateCorrection, born: date | None) -> list[Applicant]:
    """Return people on record who may be the same as this one, once another date is read in the document."""
    applicant = correction.applicant
    if born is None or born == applicant.birth_date:
        return []
    return others_alike(applicant, name=(applicant.family_name, applicant.given_names), birth_date=born)
