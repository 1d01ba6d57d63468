"""Staff record what the licensing authority says of a license (R-PW-1): asked, confirmed, not confirmed, asked once more."""

from datetime import datetime

from django.db import transaction

from applicants.permissions import require
from certification.models import PathwayApplication
from certification.services.pathways import progress, records
from certification.services.pathways.errors import PathwayError
from certification.states import Confirmation, PathwayState
from portal import audit

REVIEW = "certification.review_pathways"


@transaction.atomic
def record_request(*, key: int, at: datetime, actor: str) -> PathwayApplication:
    """Note that the authority was asked; asking again notes the new day. Raises `NotAllowedError`, `PathwayError`."""
    application = _locked(key, actor)
    license_ = application.license
    if license_.confirmation != Confirmation.WAITING:
        raise PathwayError("The authority has answered already")
    license_.requested_at = at
    license_.save(update_fields=["requested_at"])
    audit.record("certification.license_confirmation_requested", actor=actor, subject=license_, at=at)
    return application


@transaction.atomic
def record_answer(*, key: int, confirmed: bool, note: str, at: datetime, actor: str) -> PathwayApplication:
    """Note the authority's answer with how and from whom it came; the application goes on to review when that was all.

    Raises `NotAllowedError`, `PathwayError`.
    """
    application = _locked(key, actor)
    license_ = application.license
    if not note.strip():
        raise PathwayError("Say how and from whom the answer came", field="note")
    if license_.confirmation != Confirmation.WAITING:
        raise PathwayError("An answer is on record. Ask the authority again first, if it changed")
    license_.confirmation = Confirmation.CONFIRMED if confirmed else Confirmation.NOT_CONFIRMED
    license_.confirmed_at, license_.confirmed_by, license_.confirmation_note = at, actor, note.strip()
    license_.requested_at = license_.requested_at or at
    license_.save()
    audit.record("certification.license_answered", actor=actor, subject=license_, at=at, confirmed=confirmed)
    progress.advance(application, at=at)
    return application


def _locked(key: int, actor: str) -> PathwayApplication:
    require(actor, REVIEW)
    application = records.lock(key)
    if getattr(application, "license", None) is None:
        raise PathwayError("This application rests on no license")
    if application.state != PathwayState.AWAITING_THIRD_PARTY:
        raise PathwayError("This application does not wait for the licensing authority")
    return application


@transaction.atomic
def ask_again(*, key: int, reason: str, at: datetime, actor: str) -> PathwayApplication:
    """Take an application in review back to waiting, because the authority's answer leaves a question open.

    It was complete, so the end of the season does not close it. Raises `NotAllowedError`, `PathwayError`.
    """
    require(actor, REVIEW)
    application = records.lock(key)
    license_ = getattr(application, "license", None)
    if license_ is None or license_.confirmation == Confirmation.WAITING:
        raise PathwayError("There is no answer of a licensing authority to ask about")
    if not reason.strip():
        raise PathwayError("Say what the authority is asked", field="note")
    records.move(application, PathwayState.AWAITING_THIRD_PARTY, at=at, actor=actor, reason=reason.strip())
    license_.confirmation, license_.confirmed_at, license_.confirmed_by = Confirmation.WAITING, None, None
    license_.confirmation_note, license_.requested_at = "", at
    license_.save()
    application.reviewer = application.reviewer_until = None
    application.save()
    return application
