"""Pathways 2 to 5: the school attests clinical skills, through a request of the school portal."""

from datetime import datetime

from django.db import models

from certification.models import PathwayApplication, VerificationRequest
from certification.services.verification.requests import send_if_possible
from certification.states import OPEN_VERIFICATIONS, VerificationPurpose, VerificationState
from portal import audit


def request(application: PathwayApplication, *, at: datetime, actor: str) -> VerificationRequest:
    """Ask the school of the locked `application` for its attestation; an open request of this person serves."""
    asked = _of(application).filter(state__in=OPEN_VERIFICATIONS).first()
    if asked is not None:
        return asked
    made = VerificationRequest.objects.create(
        applicant_id=application.applicant_id,
        school_id=application.school_basis.school_id,
        purpose=VerificationPurpose.ATTESTATION,
        prepared_at=at,
    )
    audit.record("certification.attestation_requested", actor=actor, subject=made, at=at, application=application.pk)
    return send_if_possible(made.pk, at=at, actor=actor)


def latest(application: PathwayApplication) -> VerificationRequest | None:
    """Return the newest request for the application's attestation, or None; one query."""
    return _of(application).order_by("-pk").first()


def answer_for(application: PathwayApplication) -> bool | None:
    """Return whether the school attested clinical skills; None while it has not answered for good."""
    found = latest(application)
    if found is None:
        return None
    return {VerificationState.ACCEPTED.value: True, VerificationState.REFUTED.value: False}.get(found.state)


def _of(application: PathwayApplication) -> models.QuerySet[VerificationRequest]:
    # What the school said in an earlier season is asked anew (R-PW-CLOSE).
    return VerificationRequest.objects.filter(
        applicant_id=application.applicant_id,
        purpose=VerificationPurpose.ATTESTATION,
        prepared_at__gte=application.created_at,
    )
