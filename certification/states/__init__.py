"""Named values and state machines of certification, one module per topic."""

from certification.states.certificates import CERTIFICATE_MACHINE, CertificateState
from certification.states.credentials import (
    CREDENTIAL_MACHINE,
    CredentialKind,
    CredentialPart,
    CredentialState,
    CredentialStatus,
)
from certification.states.examinations import Examination
from certification.states.holds import HoldKind

__all__ = [
    "CERTIFICATE_MACHINE",
    "CREDENTIAL_MACHINE",
    "CertificateState",
    "CredentialKind",
    "CredentialPart",
    "CredentialState",
    "CredentialStatus",
    "Examination",
    "HoldKind",
]
