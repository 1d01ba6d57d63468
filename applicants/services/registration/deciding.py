"""Staff decide about a suspected duplicate: another person, or one who has a number already (invariant 23)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Avg, F

from applicants.models import Applicant, Registration
from applicants.numbers import NumberTakenError
from applicants.permissions import require
from applicants.services.registration.accounts import open_account
from applicants.services.registration.finishing import TURN
from applicants.states import REGISTRATION_MACHINE, RegistrationState
from portal import audit, mail
from portal.locks import wait_for_turn
from portal.states import IllegalMoveError

NUMBER_TAKEN = "Somebody on record has this number, or had it. Compare with that person, or read the number again."
PROMISED_DAYS = 3
# Fewer decisions than these say nothing about how long the next one takes.
ENOUGH_DECISIONS = 5
RECENT = timedelta(days=90)


class DecisionNotPossibleError(Exception):
    """The decision is incomplete or came too late; the message says what to do. Nothing was written."""


def usual_days(*, at: datetime) -> int:
    """Return how many days a decision usually takes: the average of the last 90 days, or what we aim at."""
    decided = Registration.objects.filter(decided_at__gt=at - RECENT, submitted_at__isnull=False)
    if decided.count() < ENOUGH_DECISIONS:
        return PROMISED_DAYS
    average: timedelta = decided.aggregate(took=Avg(F("decided_at") - F("submitted_at")))["took"]
    return max(1, -(-int(average.total_seconds()) // 86400))


def _locked(registration_id: UUID, reason: str, target: RegistrationState, *, actor: str) -> Registration:
    require(actor, "applicants.change_registration")
    if not reason.strip():
        raise DecisionNotPossibleError("Say why; the reason is kept in the history.")
    wait_for_turn(TURN)
    registration = Registration.objects.select_for_update().get(pk=registration_id)
    try:
        REGISTRATION_MACHINE.check(registration.state, target)
    except IllegalMoveError as error:
        raise DecisionNotPossibleError("This registration was decided already.") from error
    return registration


def _note(registration: Registration, reason: str, *, actor: str, at: datetime) -> None:
    registration.decided_at = at
    registration.decided_by = actor
    registration.decision_reason = reason.strip()[:500]


@transaction.atomic
def open_as_other_person(registration_id: UUID, *, reason: str, actor: str, at: datetime) -> Applicant:
    """Open the account, because staff found that the person never had a number.

    Raises `DecisionNotPossibleError`, and `applicants.permissions.NotAllowedError`.
    """
    registration = _locked(registration_id, reason, RegistrationState.COMPLETED, actor=actor)
    _note(registration, reason, actor=actor, at=at)
    return open_account(registration, at=at, actor=actor, reason=registration.decision_reason)


@transaction.atomic
def open_with_earlier_number(registration_id: UUID, *, number: str, reason: str, actor: str, at: datetime) -> Applicant:
    """Open the account under the number that the person got before there was this portal, so that it stays the only one.

    Raises `DecisionNotPossibleError`, and `applicants.permissions.NotAllowedError`.
    """
    registration = _locked(registration_id, reason, RegistrationState.COMPLETED, actor=actor)
    _note(registration, reason, actor=actor, at=at)
    try:
        return open_account(
            registration, at=at, actor=actor, reason=registration.decision_reason, earlier_number=number
        )
    except NumberTakenError as error:
        raise DecisionNotPossibleError(NUMBER_TAKEN) from error


@transaction.atomic
def close_as_same_person(
    registration_id: UUID, *, same_as_id: int, reason: str, actor: str, at: datetime
) -> Registration:
    """Close the registration, because its person is the one on record as `same_as_id`; nothing on record changes.

    The address on file is told that somebody registered and how to get in; the new address is told how to get in, in
    words that fit any stranger. Raises `DecisionNotPossibleError`, and `applicants.permissions.NotAllowedError`.
    """
    registration = _locked(registration_id, reason, RegistrationState.CLOSED, actor=actor)
    same = Applicant.objects.select_related("user").filter(pk=same_as_id).first()
    if same is None:
        raise DecisionNotPossibleError("Choose which person on record this is, or enter their number.")
    _note(registration, reason, actor=actor, at=at)
    registration.state = RegistrationState.CLOSED
    registration.same_as = same
    registration.finished_at = at
    registration.password = ""
    registration.save()
    audit.record(
        "applicants.registration_closed",
        actor=actor,
        subject=registration,
        at=at,
        reason=registration.decision_reason,
        person=same.pk,
    )
    mail.queue_email(template="registration_on_file", to_email=same.user.email, context={}, at=at)
    if same.user.email.lower() != registration.email.lower():
        mail.queue_email(template="registration_closed", to_email=registration.email, context={}, at=at)
    return registration
