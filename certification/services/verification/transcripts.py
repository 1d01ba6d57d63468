"""The final transcript that a school sent along with its answer (R-PSV-2)."""

from datetime import datetime

from certification.models import Credential, CredentialDocument, VerificationAnswer, VerificationRequest
from certification.services.credentials import moves
from certification.states import CredentialKind, CredentialPart, CredentialState

_DONE = frozenset({CredentialState.VERIFIED, CredentialState.SUSPECTED_FRAUD})


def keep(request: VerificationRequest, answer: VerificationAnswer, *, at: datetime, actor: str) -> Credential | None:
    """Make the transcript of an accepted answer a verified credential: it came directly from the school (R-PSV-4).

    Returns None where none was sent, or where one is verified, suspected, or with a school in a request of its own.
    """
    if answer.transcript is None:
        return None
    own = Credential.objects.filter(applicant_id=request.applicant_id, kind=CredentialKind.TRANSCRIPT)
    if (
        own.filter(state__in=_DONE).exists()
        or own.filter(verification_requests__decided_at=None).exclude(verification_requests=None).exists()
    ):
        return None
    credential = Credential.objects.create(
        applicant_id=request.applicant_id,
        kind=CredentialKind.TRANSCRIPT,
        # As if its own answer had just come; the move below writes the status that reports state.
        state=CredentialState.REPLY_RECEIVED,
        issuer=request.school.name,
        school=request.school,
        moved_at=at,
        submitted_at=answer.received_at,
    )
    CredentialDocument.objects.create(
        credential=credential, part=CredentialPart.ORIGINAL, upload=answer.transcript, added_at=answer.received_at
    )
    return moves.move(credential, CredentialState.VERIFIED, at=at, actor=actor, reason=request.reference)
