"""Specimens of a school beside what is reviewed: documents of other persons, so that looking at one is noted."""

from collections.abc import Sequence

from django.http import HttpRequest
from django.utils import timezone

from applicants.admin.reviews import ShownFile
from certification.models import CredentialSpecimen
from portal import audit


def shown_specimen(request: HttpRequest, found: Sequence[CredentialSpecimen]) -> ShownFile | None:
    """Return the specimen that was asked for, if it is among those `found`, and note the reading."""
    wanted = next((one for one in found if str(one.pk) == request.GET.get("specimen", "")), None)
    if wanted is None:
        return None
    audit.record_reading(
        actor=audit.actor_label(request.user),
        subject=wanted,
        purpose="To compare a document with a specimen of the same school",
        role=audit.role_label(request.user),
        at=timezone.now(),
    )
    return ShownFile("Specimen of the same school", wanted.document.upload)
