"""Finding and locking one application, and moving it through its states."""

from datetime import datetime

from applicants.models import Applicant
from certification.models import PathwayApplication
from certification.states import OPEN_PATHWAY_STATES, PATHWAY_MACHINE, PathwayState
from portal import audit


def open_application(applicant: Applicant) -> PathwayApplication | None:
    """Return the person's application that is under way, with what it rests on; one query."""
    rows = PathwayApplication.objects.filter(applicant=applicant, state__in=OPEN_PATHWAY_STATES)
    return rows.select_related("license__upload", "school_basis__school", "applicant__user").first()


def applications_of(applicant: Applicant) -> list[PathwayApplication]:
    """Return every application of the person, newest first."""
    rows = PathwayApplication.objects.filter(applicant=applicant).select_related("acceptance")
    return list(rows.order_by("-pk"))


def lock(key: int) -> PathwayApplication:
    """Return the application with its person, locked for the caller's transaction. Raises its DoesNotExist."""
    rows = PathwayApplication.objects.select_for_update(of=("self",))
    return rows.select_related("applicant__user", "license__upload", "school_basis__school").get(pk=key)


def move(application: PathwayApplication, state: PathwayState, *, at: datetime, actor: str, reason: str = "") -> None:
    """Move the locked `application`, unsaved, and note it in the audit log. Raises `IllegalMoveError`."""
    PATHWAY_MACHINE.check(application.state, state)
    before, application.state, application.changed_at = application.state, state, at
    # What is not saved when a draft ends is no part of the application.
    application.typed = ""
    audit.record(
        f"certification.pathway_{state.value}",
        actor=actor,
        subject=application,
        at=at,
        reason=reason,
        before=before,
        pathway=application.pathway,
        season=application.season,
    )
