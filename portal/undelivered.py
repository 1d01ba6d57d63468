"""Messages of the outbox that did not arrive: they come back, wait for staff, and are sent again or closed."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from portal import audit, jobs, leases
from portal.models import DELIVERY_MACHINE, DeliveryState, OutgoingEmail
from portal.states import Owner

# The days for which a message is kept from the day it was written: when nothing is left to do, and when staff never did it.
KEPT_WHEN_DONE = timedelta(days=90)
KEPT_WHEN_UNDELIVERED = timedelta(days=180)
IN_WORDS = f"after {KEPT_WHEN_DONE.days} days, or after {KEPT_WHEN_UNDELIVERED.days} days where they did not arrive"
UNDER_WAY = (DeliveryState.READY, DeliveryState.LEASED)
DONE = tuple(state for state, owner in DELIVERY_MACHINE.owners.items() if owner is Owner.NOBODY)
UNDELIVERED = tuple(state for state in DeliveryState if state not in {*UNDER_WAY, *DONE})

WHY_NOT = {
    DeliveryState.READY: "It is on its way again: it goes out with the next run.",
    DeliveryState.LEASED: "It is being sent at this moment.",
    DeliveryState.HELD: "It is on hold.",
    DeliveryState.UNCERTAIN: "The portal itself sends it once more soon. Look again in half an hour.",
    DeliveryState.SENT: "It was sent, and its text is erased.",
    DeliveryState.CANCELED: "It was canceled.",
    DeliveryState.CLOSED: "It was closed, and its text is erased.",
}
ASK_ANEW = "Whoever needs it asks for a new one where they asked for this one."


class NotPossibleError(Exception):
    """The message is not in a state for this act; the text says, for staff, what is the case."""


class UnknownMessageError(Exception):
    """No message of the outbox has this Message-ID."""


def waits_for_staff() -> Q:
    """Return the condition for messages that nothing moves on but staff."""
    is_stuck = Q(state=DeliveryState.UNCERTAIN, resends__gte=leases.MOST_RESENDS)
    return is_stuck | Q(state__in=[DeliveryState.DEAD, DeliveryState.BOUNCED])


def _lock_waiting(email_id: UUID, reason: str) -> OutgoingEmail:
    if not reason.strip():
        raise NotPossibleError("Say why; the reason is kept in the history.")
    rows = OutgoingEmail.objects.select_for_update(of=("self",)).filter(pk=email_id)
    email = rows.first()
    if email is None:
        raise NotPossibleError("It was deleted after its time.")
    if not rows.filter(waits_for_staff()).exists():
        raise NotPossibleError(WHY_NOT[DeliveryState(email.state)])
    return email


@transaction.atomic
def send_again(*, email_id: UUID, reason: str, actor: str, at: datetime) -> None:
    """Make a message that stopped, or that perhaps left, due again, with the same text and Message-ID.

    Raises `NotPossibleError` when it came back, when a link in it works no longer, and when somebody else was first;
    nothing is written then.
    """
    email = _lock_waiting(email_id, reason)
    if not DELIVERY_MACHINE.allows(email.state, DeliveryState.READY) or not email.text:
        raise NotPossibleError(f"Its text is erased, so it cannot be sent again. Close it. {ASK_ANEW}")
    if email.works_until is not None and email.works_until <= at:
        raise NotPossibleError(f"The link in it no longer works, so it cannot be sent again. Close it. {ASK_ANEW}")
    was = email.state
    OutgoingEmail.objects.filter(pk=email.pk).update(
        state=DeliveryState.READY, not_before=at, attempts=0, handoff_at=None
    )
    audit.record("portal.email_sent_again", actor=actor, subject=email, at=at, reason=reason, was=was)
    jobs.enqueue_on_commit(jobs.DELIVER_EMAIL, email_id=str(email.pk))


@transaction.atomic
def close(*, email_id: UUID, reason: str, actor: str, at: datetime) -> None:
    """End a message that did not arrive, and erase its text.

    Raises `NotPossibleError` when it does not wait for staff, or when somebody else was first; nothing is written then.
    """
    email = _lock_waiting(email_id, reason)
    DELIVERY_MACHINE.check(email.state, DeliveryState.CLOSED)
    was = email.state
    OutgoingEmail.objects.filter(pk=email.pk).update(state=DeliveryState.CLOSED, text="", html="")
    audit.record("portal.email_closed", actor=actor, subject=email, at=at, reason=reason, was=was)


@transaction.atomic
def record_bounce(*, message_id: str, detail: str, at: datetime) -> OutgoingEmail:
    """Record that the message sent under `message_id` came back, for staff to see, and erase its text.

    A second notification changes nothing. Raises `UnknownMessageError`, and `IllegalMoveError` for a message that was
    never handed over; nothing is written then.
    """
    email = OutgoingEmail.objects.select_for_update(of=("self",)).filter(message_id=message_id).first()
    if email is None:
        raise UnknownMessageError
    if email.state in {DeliveryState.BOUNCED, DeliveryState.CLOSED}:
        return email
    DELIVERY_MACHINE.check(email.state, DeliveryState.BOUNCED)
    OutgoingEmail.objects.filter(pk=email.pk).update(
        state=DeliveryState.BOUNCED, last_error=detail[:500], text="", html=""
    )
    audit.record("portal.email_bounced", actor="mail server", subject=email, at=at)
    return email
