"""Drafts: answers saved one topic at a time, the e-mail address confirmed, and found again later.

Drafts that nobody goes on with are deleted by the retention table (`applicants.privacy`).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q

from applicants.models import EarlierNumber, Registration, User
from applicants.models.accounts import normalized
from applicants.services.links import LIFETIMES, make_link, use_link
from applicants.states import LinkPurpose, RegistrationState
from portal import audit, mail

# Nobody can come back to a draft without a confirmed address once the session in its browser has ended.
KEEP_UNCONFIRMED = timedelta(days=2)
ACTOR = "first-time user"


class Step(StrEnum):
    """The topics of a registration, one a page, in order."""

    EARLIER = "earlier"
    NAME = "name"
    BIRTH = "birth"
    SCHOOL = "school"
    EMAIL = "email"
    PASSWORD = "password"  # noqa: S105 - a topic
    CHECK = "check"


# What each topic may write. Anything else that a form carries reaches no column.
ANSWERS: Mapping[Step, frozenset[str]] = {
    Step.EARLIER: frozenset({"had_number", "earlier_number", "earlier_name"}),
    Step.NAME: frozenset({"family_name", "given_names", "native_script_name"}),
    Step.BIRTH: frozenset({"birth_date", "birth_country", "citizenship"}),
    Step.SCHOOL: frozenset({"school_name", "school_country", "graduation_year"}),
}


class RegistrationNotOpenError(Exception):
    """The registration is not a draft any more, or it ended; nothing was written."""


def keep_for() -> timedelta:
    """Return how long a draft with a confirmed address is kept after the last answer."""
    return timedelta(days=settings.REGISTRATION_DRAFT_DAYS)


def open_draft(registration_id: UUID | str, *, at: datetime) -> Registration | None:
    """Return the draft if it can be gone on with."""
    return Registration.objects.filter(
        pk=registration_id, state=RegistrationState.DRAFT, changed_at__gt=at - keep_for()
    ).first()


def lock_draft(registration_id: UUID, *, at: datetime) -> Registration:
    """Return the draft locked in the caller's transaction. Raises `RegistrationNotOpenError`."""
    drafts = Registration.objects.select_for_update().filter(state=RegistrationState.DRAFT)
    draft = drafts.filter(pk=registration_id, changed_at__gt=at - keep_for()).first()
    if draft is None:
        raise RegistrationNotOpenError
    return draft


def first_open_step(registration: Registration) -> Step:
    """Return the first topic that is not answered, `Step.CHECK` when all are."""
    answered = {
        Step.EARLIER: bool(registration.had_number),
        Step.NAME: bool(registration.family_name),
        Step.BIRTH: registration.birth_date is not None,
        Step.SCHOOL: bool(registration.school_name),
        Step.EMAIL: registration.email_confirmed_at is not None,
        Step.PASSWORD: bool(registration.password),
    }
    return next((step for step, done in answered.items() if not done), Step.CHECK)


@transaction.atomic
def start(*, at: datetime) -> Registration:
    """Make an empty draft."""
    draft = Registration.objects.create(created_at=at, changed_at=at)
    audit.record("applicants.registration_started", actor=ACTOR, subject=draft, at=at)
    return draft


@transaction.atomic
def save_answers(registration_id: UUID, step: Step, answers: Mapping[str, object], *, at: datetime) -> Registration:
    """Save the answers to `step`, by column. Raises `RegistrationNotOpenError`; KeyError for a column of another topic."""
    draft = lock_draft(registration_id, at=at)
    unknown = answers.keys() - ANSWERS[step]
    if unknown:
        raise KeyError(f"{step}: {', '.join(sorted(unknown))}")
    for column, value in answers.items():
        setattr(draft, column, value)
    draft.changed_at = at
    draft.save(update_fields=[*answers, "changed_at"])
    return draft


@transaction.atomic
def save_password(registration_id: UUID, password: str, *, at: datetime) -> None:
    """Keep the hash of a password that was found good enough. Raises `RegistrationNotOpenError`."""
    draft = lock_draft(registration_id, at=at)
    draft.password = make_password(normalized(password))
    draft.changed_at = at
    draft.save(update_fields=["password", "changed_at"])


def is_known_address(email: str) -> bool:
    """Tell whether an account, or a registration that waits for staff, has this address; never tell a visitor."""
    waiting = Q(state=RegistrationState.UNDER_REVIEW, email__iexact=email)
    return User.objects.filter(email__iexact=email).exists() or Registration.objects.filter(waiting).exists()


@transaction.atomic
def send_confirmation(registration_id: UUID, email: str, *, at: datetime) -> None:
    """Note the address and send a link to it; an address that we know gets another message, and the page says the same.

    An address that was confirmed before stays so. Raises `RegistrationNotOpenError`.
    """
    draft = lock_draft(registration_id, at=at)
    if draft.email.lower() != email.lower():
        draft.email_confirmed_at = None
        draft.links.all().delete()
    draft.email = email
    draft.changed_at = at
    draft.save(update_fields=["email", "email_confirmed_at", "changed_at"])
    if is_known_address(email):
        mail.queue_email(template="registration_known_address", to_email=email, context={}, at=at)
        return
    token = make_link(LinkPurpose.CONFIRM_EMAIL, email=email, at=at, registration=draft)
    link = f"{settings.BASE_URL}/register/confirm/{token}/"
    until = at + LIFETIMES[LinkPurpose.CONFIRM_EMAIL]
    mail.queue_email(template="registration_confirm", to_email=email, context={"link": link}, at=at, works_until=until)


@transaction.atomic
def confirm_email(token: str, *, at: datetime) -> Registration:
    """Confirm the address that the link was sent to; returns the draft, which may be gone on with where this was done.

    Raises `LinkNotValidError`, and `RegistrationNotOpenError` when the draft ended.
    """
    link = use_link(token, LinkPurpose.CONFIRM_EMAIL, at=at)
    draft = _draft_of(link.registration_id, link.email, at)
    if draft.email_confirmed_at is None:
        draft.email_confirmed_at = at
        draft.changed_at = at
        draft.save(update_fields=["email_confirmed_at", "changed_at"])
        audit.record("applicants.registration_email_confirmed", actor=ACTOR, subject=draft, at=at)
    return draft


def _draft_of(registration_id: UUID | None, email: str, at: datetime) -> Registration:
    if registration_id is None:
        raise RegistrationNotOpenError
    draft = lock_draft(registration_id, at=at)
    if draft.email.lower() != email.lower():
        raise RegistrationNotOpenError
    return draft


@transaction.atomic
def send_resume_link(email: str, *, at: datetime) -> None:
    """Send a link to the newest draft with this confirmed address; without one, a message that says so.

    Both take the same time and leave the same trace on the page.
    """
    drafts = Registration.objects.filter(
        state=RegistrationState.DRAFT,
        email__iexact=email,
        email_confirmed_at__isnull=False,
        changed_at__gt=at - keep_for(),
    )
    draft = drafts.order_by("-changed_at").first()
    link = ""
    if draft is not None:
        token = make_link(LinkPurpose.RESUME, email=draft.email, at=at, registration=draft)
        link = f"{settings.BASE_URL}/register/resume/{token}/"
    # Whoever reads the outbox must not see by this time whether there was a draft.
    until = at + LIFETIMES[LinkPurpose.RESUME]
    mail.queue_email(template="registration_resume", to_email=email, context={"link": link}, at=at, works_until=until)


@transaction.atomic
def resume(token: str, *, at: datetime) -> Registration:
    """Return the draft that the link leads to. Raises `LinkNotValidError`, `RegistrationNotOpenError`."""
    link = use_link(token, LinkPurpose.RESUME, at=at)
    return _draft_of(link.registration_id, link.email, at)


@transaction.atomic
def discard(registration_id: UUID, *, at: datetime) -> None:
    """Delete a draft because the person wants it. Raises `RegistrationNotOpenError`."""
    draft = lock_draft(registration_id, at=at)
    audit.record("applicants.registration_deleted", actor=ACTOR, subject=draft, at=at)
    draft.delete()


def needs_staff(registration: Registration) -> bool:
    """Tell whether the person spoke of an earlier number, so that staff look before another one is made (R-ID-1)."""
    return registration.had_number != EarlierNumber.NO
