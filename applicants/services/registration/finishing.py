"""The end of a registration: an account, or a suspected duplicate that waits for staff, never both (invariant 23)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from applicants.models import Registration, SuspectedDuplicate
from applicants.services.registration.accounts import open_account
from applicants.services.registration.drafts import (
    ACTOR,
    RegistrationNotOpenError,
    Step,
    first_open_step,
    is_known_address,
    lock_draft,
    needs_staff,
)
from applicants.services.registration.duplicates import Suspect, find_suspects
from applicants.states import REGISTRATION_MACHINE, RegistrationState
from portal import audit, mail
from portal.legal import version_of
from portal.locks import wait_for_turn

# Looking for duplicates and opening an account must see what the one before has written.
TURN = "applicants.registration"


@transaction.atomic
def finish(registration_id: UUID, *, at: datetime) -> Registration:
    """End the draft, whose person has just agreed to terms and privacy notice; returns it completed or under review.

    One at a time: of two identical registrations sent together one becomes an account, and the other sees it and waits.
    Raises `RegistrationNotOpenError` when it is not a draft any more or an answer is missing.
    """
    wait_for_turn(TURN)
    registration = lock_draft(registration_id, at=at)
    if first_open_step(registration) is not Step.CHECK:
        raise RegistrationNotOpenError
    _agree(registration, at)
    suspects = find_suspects(registration)
    if suspects or needs_staff(registration) or is_known_address(registration.email):
        _hold(registration, suspects, at=at)
    else:
        open_account(registration, at=at, actor=ACTOR)
    return registration


def _agree(registration: Registration, at: datetime) -> None:
    registration.agreed_at = registration.submitted_at = registration.changed_at = at
    registration.terms_version = version_of("terms")
    registration.privacy_version = version_of("privacy")


def _hold(registration: Registration, suspects: list[Suspect], *, at: datetime) -> None:
    """Let staff decide whether the person is known already."""
    REGISTRATION_MACHINE.check(registration.state, RegistrationState.UNDER_REVIEW)
    registration.state = RegistrationState.UNDER_REVIEW
    registration.save()
    for suspect in suspects or [Suspect(("said_so",) if needs_staff(registration) else ("email",))]:
        SuspectedDuplicate.objects.create(
            registration=registration,
            applicant_id=suspect.applicant_id,
            other_registration_id=suspect.registration_id,
            reasons=list(suspect.reasons),
            found_at=at,
        )
    audit.record("applicants.registration_held", actor=ACTOR, subject=registration, at=at, suspects=len(suspects))
    mail.queue_email(template="registration_under_review", to_email=registration.email, context={}, at=at)
    mail.alert_staff(
        subject="A registration waits for a decision",
        lines=[f"Registration {registration.pk} may be of a person who has a number already."],
        at=at,
    )
