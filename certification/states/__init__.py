"""Named values and state machines of certification, one module per topic."""

from certification.states.certificates import (
    CERTIFICATE_MACHINE,
    COPY_MACHINE,
    EXTENSION_MACHINE,
    CertificateChangeKind,
    CertificateOrigin,
    CertificateState,
    CopyState,
    ExtensionState,
)
from certification.states.credentials import (
    CREDENTIAL_MACHINE,
    CredentialKind,
    CredentialPart,
    CredentialState,
    CredentialStatus,
)
from certification.states.examinations import Examination
from certification.states.holds import HoldKind
from certification.states.imports import IMPORT_MACHINE, ImportKind, ImportState, RowOutcome
from certification.states.pathways import (
    EVALUATOR_MACHINE,
    INCOMPLETE_PATHWAY_STATES,
    OPEN_PATHWAY_STATES,
    PATHWAY_MACHINE,
    Confirmation,
    EncounterSetting,
    EvaluatorState,
    LicenseKind,
    Pathway,
    PathwayState,
)
from certification.states.schools import RecognizedBy
from certification.states.verification import (
    OPEN_VERIFICATIONS,
    VERIFICATION_MACHINE,
    WITH_THE_SCHOOL,
    AnswerChannel,
    AttemptKind,
    SchoolLanguage,
    Verdict,
    VerificationPurpose,
    VerificationState,
)

__all__ = [
    "CERTIFICATE_MACHINE",
    "COPY_MACHINE",
    "CREDENTIAL_MACHINE",
    "EVALUATOR_MACHINE",
    "EXTENSION_MACHINE",
    "IMPORT_MACHINE",
    "INCOMPLETE_PATHWAY_STATES",
    "OPEN_PATHWAY_STATES",
    "OPEN_VERIFICATIONS",
    "PATHWAY_MACHINE",
    "VERIFICATION_MACHINE",
    "WITH_THE_SCHOOL",
    "AnswerChannel",
    "AttemptKind",
    "CertificateChangeKind",
    "CertificateOrigin",
    "CertificateState",
    "Confirmation",
    "CopyState",
    "CredentialKind",
    "CredentialPart",
    "CredentialState",
    "CredentialStatus",
    "EncounterSetting",
    "EvaluatorState",
    "Examination",
    "ExtensionState",
    "HoldKind",
    "ImportKind",
    "ImportState",
    "LicenseKind",
    "Pathway",
    "PathwayState",
    "RecognizedBy",
    "RowOutcome",
    "SchoolLanguage",
    "Verdict",
    "VerificationPurpose",
    "VerificationState",
]
