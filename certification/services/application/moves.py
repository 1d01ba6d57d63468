"""The one way in which an application changes its state."""

from datetime import datetime
from typing import Any

from applicants.models import Applicant
from certification.models import Application
from certification.states import ApplicationState
from portal import audit


class ApplicationError(Exception):
    """The application does not allow this; nothing was written. The text is a sentence for who asked."""


def move(application: Application, state: ApplicationState, *, at: datetime, actor: str, reason: str = "") -> None:
    """Move a locked application to `state`; `reason` goes to the audit log. Raises `portal.states.IllegalMoveError`."""
    application.machine.check(application.state, state)
    was = application.state
    application.state, application.moved_at = state, at
    application.save(update_fields=["state", "moved_at"])
    note(application, state.value, at=at, actor=actor, reason=reason, was=str(was))


def note(
    application: Application,
    what: str,
    *,
    at: datetime,
    actor: str,
    reason: str = "",
    **facts: Any,  # Any: small values, as the audit log takes them
) -> None:
    """Record an event of an application."""
    audit.record(f"certification.application_{what}", actor=actor, subject=application, at=at, reason=reason, **facts)


def lock(applicant: Applicant) -> Application:
    """Return the open application of `applicant`, locked after its person. Raises `ApplicationError`."""
    Applicant.objects.select_for_update().get(pk=applicant.pk)
    application = Application.objects.select_for_update(of=("self",)).kept(applicant).first()
    if application is None:
        raise ApplicationError("There is no application. Begin a new one.")
    application.applicant = applicant
    return application
