"""Verified documents that show what those of a school look like (R-PSV-4)."""

from datetime import datetime

from django.db import transaction

from applicants.permissions import require
from certification.models import Credential, CredentialSpecimen, VerificationRequest
from certification.states.credentials import CredentialPart, CredentialState
from portal import audit

CHOOSE = "certification.choose_specimens"
MOST_SHOWN = 5


class NoSpecimenError(Exception):
    """The document cannot be a specimen; nothing was written. The text is for staff."""


@transaction.atomic
def choose(credential_id: int, *, at: datetime, actor: str) -> int:
    """Make the files of a verified credential specimens of its school; returns how many. Raises `NotAllowedError`."""
    require(actor, CHOOSE)
    credential = Credential.objects.select_for_update(of=("self",)).get(pk=credential_id)
    if credential.state != CredentialState.VERIFIED or credential.school_id is None:
        raise NoSpecimenError("Only a document that its school has verified can be a specimen.")
    count = 0
    for document in credential.current_documents():
        if document.part == CredentialPart.ORIGINAL:
            _, is_new = CredentialSpecimen.objects.get_or_create(
                document=document, defaults={"school_id": credential.school_id, "chosen_at": at, "chosen_by": actor}
            )
            count += is_new
    audit.record("certification.specimen_chosen", actor=actor, subject=credential, at=at, files=count)
    return count


@transaction.atomic
def drop(credential_id: int, *, at: datetime, actor: str) -> int:
    """Let the files of a credential be no specimens any more; returns how many were. Raises `NotAllowedError`."""
    require(actor, CHOOSE)
    credential = Credential.objects.get(pk=credential_id)
    count, _ = CredentialSpecimen.objects.filter(document__credential=credential).delete()
    audit.record("certification.specimen_dropped", actor=actor, subject=credential, at=at, files=count)
    return count


def beside(credential: Credential) -> list[CredentialSpecimen]:
    """Return the newest specimens of the same school and kind that can still be seen; one query."""
    if credential.school_id is None:
        return []
    return _newest(credential.school_id, credential.applicant_id, document__credential__kind=credential.kind)


def beside_answer(request: VerificationRequest) -> list[CredentialSpecimen]:
    """Return the newest specimens of the school that answers, of any kind: its signatures and seals; one query."""
    return _newest(request.school_id, request.applicant_id)


def _newest(school_id: int, besides: int, **more: str) -> list[CredentialSpecimen]:
    rows = CredentialSpecimen.objects.filter(
        school_id=school_id, document__upload__state="clean", document__upload__erased_at=None, **more
    ).exclude(document__credential__applicant_id=besides)
    return list(rows.select_related("document__upload", "document__credential").order_by("-pk")[:MOST_SHOWN])
