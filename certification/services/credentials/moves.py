"""The one way in which a credential changes its state."""

from datetime import datetime

from django.db import transaction

from certification.emails import tell_about_credential
from certification.models import Credential, CredentialStatusChange
from certification.states.credentials import PRINTED_STATUS, CredentialState, CredentialStatus
from portal import audit
from portal.eastern import eastern_date

# Nobody holds a credential for review any more once it is in one of these.
_FREE = frozenset(CredentialState) - {CredentialState.IN_REVIEW, CredentialState.REPLY_RECEIVED}

_WRITTEN = ("state", "moved_at", "told_state", "told_since", "submitted_at", "reviewer", "reviewer_until")

# What the physician is told of. That the school was asked or reminded stands on their page.
_MESSAGES = {
    CredentialState.RETURNED_TO_APPLICANT: "credential_returned",
    CredentialState.ACCEPTED_FOR_VERIFICATION: "credential_accepted",
    CredentialState.VERIFIED: "credential_verified",
    CredentialState.REFUSED: "credential_refused",
}


@transaction.atomic
def move(
    credential: Credential,
    state: CredentialState,
    *,
    at: datetime,
    actor: str,
    reason: str = "",
    message: str = "",
) -> Credential:
    """Move a credential to `state`, write what a report states of it from then on, tell the physician, and return it.

    `credential` is locked and read again; only its state, its reviewer and the times are written. `reason` goes to the
    audit log, never to the person. `message` is a kind of message in place of the usual one. Raises
    `portal.states.IllegalMoveError`, with nothing written.
    """
    locked = Credential.objects.select_for_update(of=("self",)).select_related("applicant__user").get(pk=credential.pk)
    locked.machine.check(locked.state, state)
    before = CredentialState(locked.state)
    _tell_of_suspicion(locked, state)
    locked.state, locked.moved_at = state, at
    if state == CredentialState.SUBMITTED:
        locked.submitted_at = at
    if state in _FREE:
        locked.reviewer = locked.reviewer_until = None
    locked.save(update_fields=_WRITTEN)
    _print_status(locked, state, at=at)
    audit.record(
        f"certification.credential_{state.value}", actor=actor, subject=locked, at=at, reason=reason, was=before.value
    )
    template = message or _MESSAGES.get(state)
    if template:
        tell_about_credential(locked, template, at=at)
    for name in _WRITTEN:
        setattr(credential, name, getattr(locked, name))
    return credential


def _tell_of_suspicion(credential: Credential, state: CredentialState) -> None:
    """Let what a suspicion came up in go on for the physician, who is told of nothing else."""
    suspected = state == CredentialState.SUSPECTED_FRAUD
    credential.told_state = credential.state if suspected else ""
    credential.told_since = credential.moved_at if suspected else None


def _print_status(credential: Credential, state: CredentialState, *, at: datetime) -> None:
    status = PRINTED_STATUS[state]
    if state == CredentialState.SUSPECTED_FRAUD and printed_status(credential) == CredentialStatus.VERIFIED:
        # It is no finding: what the school confirmed stands until there is one.
        return
    if status is not None and status != printed_status(credential):
        CredentialStatusChange.objects.create(credential=credential, status=status, on=eastern_date(at))


def printed_status(credential: Credential) -> CredentialStatus | None:
    """Return what a report states of the credential now; None when nothing is stated yet."""
    newest = credential.status_changes.order_by("-on", "-pk").values_list("status", flat=True).first()
    return None if newest is None else CredentialStatus(newest)
