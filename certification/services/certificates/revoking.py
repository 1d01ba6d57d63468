"""Revoking a certificate: the committee alone, two of its members, with a reason (R-CERT-10)."""

from datetime import datetime

from django.db import transaction

from applicants.permissions import agreed_by_two, require
from certification.certificate_emails import tell
from certification.models import Certificate
from certification.services.certificates import records
from certification.services.certificates.records import Deciders
from certification.states import CERTIFICATE_MACHINE, CertificateChangeKind, CertificateState
from portal import four_eyes
from portal.models import FourEyesAct

ACT = FourEyesAct.REVOKE_CERTIFICATE


class ReasonMissingError(Exception):
    """A revocation needs a reason; nothing was written."""


@transaction.atomic
def revoke(*, certificate_id: int, reason: str, actor: str, at: datetime) -> bool:
    """Revoke a certificate once two members of the committee want it; returns whether it is, False for the first.

    From then on every report says so; reports that were sent are not recalled (R-IRR-5). Raises `NotAllowedError`,
    `four_eyes.SamePersonError`, ReasonMissingError or `portal.states.IllegalMoveError`; nothing is written then.
    """
    require(actor, four_eyes.ACTS[ACT].propose)
    if not reason.strip():
        raise ReasonMissingError("Say why the certificate is revoked.")
    certificate = records.lock_certificate(certificate_id)
    CERTIFICATE_MACHINE.check(certificate.state, CertificateState.REVOKED)
    wish = four_eyes.open_proposal(ACT, certificate, at=at)
    if not agreed_by_two(ACT, subject=certificate, reason=reason, actor=actor, at=at) or wish is None:
        return False
    mark_revoked(certificate, reason=reason, deciders=Deciders(first=wish.proposed_by, second=actor), at=at)
    return True


def mark_revoked(certificate: Certificate, *, reason: str, deciders: Deciders, at: datetime) -> None:
    """Write the revocation that two people decided about the locked `certificate`, and tell its holder."""
    records.add_change(certificate, CertificateChangeKind.REVOKED, reason=reason, deciders=deciders, at=at)
    tell(certificate.applicant, "certificate_revoked", about=certificate, at=at)
