"""The final transcript that a school sent along with its answer (R-PSV-2)."""

from datetime import datetime

from certification.models import Credential, CredentialDocument, VerificationAnswer, VerificationRequest
from certification.models.credentials import CredentialQuerySet
from certification.services.credentials import moves
from certification.states import CredentialKind, CredentialPart, CredentialState
from certification.states.credentials import OPEN_TO_APPLICANT

_DONE = frozenset({CredentialState.VERIFIED, CredentialState.SUSPECTED_FRAUD})


def keep(request: VerificationRequest, answer: VerificationAnswer, *, at: datetime, actor: str) -> Credential | None:
    """Make the transcript of an accepted answer a verified credential: it came directly from the school (R-PSV-4).

    The person's own transcript is the one that becomes verified, where it is expected but not handed in, or was
    returned; else a new one. Returns None where none was sent, or where one is verified, suspected, or with a school in
    a request of its own.
    """
    if answer.transcript is None:
        return None
    own = Credential.objects.filter(applicant_id=request.applicant_id, kind=CredentialKind.TRANSCRIPT)
    if (
        own.filter(state__in=_DONE).exists()
        or own.filter(verification_requests__decided_at=None).exclude(verification_requests=None).exists()
    ):
        return None
    credential = _expected(own, request, at=at, actor=actor) or _new(request, answer, at=at)
    sent = CredentialDocument.objects.create(
        credential=credential, part=CredentialPart.ORIGINAL, upload=answer.transcript, added_at=answer.received_at
    )
    # What the person handed in before is kept, and does not count beside what came from the school.
    earlier = credential.documents.filter(part=CredentialPart.ORIGINAL, replaced_by=None).exclude(pk=sent.pk)
    earlier.update(replaced_by=sent)
    return moves.move(credential, CredentialState.VERIFIED, at=at, actor=actor, reason=request.reference)


def _expected(own: CredentialQuerySet, request: VerificationRequest, *, at: datetime, actor: str) -> Credential | None:
    open_one = own.select_for_update(of=("self",)).filter(state__in=OPEN_TO_APPLICANT).order_by("pk").first()
    if open_one is None:
        return None
    # The record says who issued what is verified, not what the person typed.
    open_one.issuer, open_one.school = request.school.name, request.school
    open_one.save(update_fields=["issuer", "school"])
    return moves.move(open_one, CredentialState.REPLY_RECEIVED, at=at, actor=actor, reason=request.reference)


def _new(request: VerificationRequest, answer: VerificationAnswer, *, at: datetime) -> Credential:
    return Credential.objects.create(
        applicant_id=request.applicant_id,
        kind=CredentialKind.TRANSCRIPT,
        # What came with an answer is itself one; the move to verified writes the status that reports state.
        state=CredentialState.REPLY_RECEIVED,
        issuer=request.school.name,
        school=request.school,
        moved_at=at,
        submitted_at=answer.received_at,
    )
