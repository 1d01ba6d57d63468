"""Named values of certification."""

from django.db import models

from portal.states import Machine, Owner


class Examination(models.TextChoices):
    """Examinations that count toward certification (R-EXAM-1, R-EXAM-2, R-EXAM-11)."""

    STEP_1 = "step_1", "USMLE Step 1"
    STEP_2_CK = "step_2_ck", "USMLE Step 2 CK"
    STEP_2_CS = "step_2_cs", "USMLE Step 2 CS"


class CredentialKind(models.TextChoices):
    """Credentials that are verified with the issuing school."""

    DIPLOMA = "diploma", "Final medical diploma"
    TRANSCRIPT = "transcript", "Final transcript"
    TRANSFER_TRANSCRIPT = "transfer_transcript", "Transfer transcript"


class CredentialStatus(models.TextChoices):
    """Verification status as a report states it."""

    NOT_RECEIVED = "not_received", "Not received"
    IN_PROGRESS = "in_progress", "In progress"
    VERIFIED = "verified", "Verified"
    REFUSED = "refused", "Refused"


class CertificateState(models.TextChoices):
    """States of a certificate; expiry is derived from its date."""

    ISSUED = "issued", "Issued"
    MADE_PERMANENT = "made_permanent", "Made permanent"
    REVOKED = "revoked", "Revoked"


class HoldKind(models.TextChoices):
    """Why services stop for a person."""

    DEBIT_BALANCE = "debit_balance", "Amount owed"
    IRREGULAR_BEHAVIOR = "irregular_behavior", "Irregular behavior case"
    STAFF = "staff", "Staff decision"


CERTIFICATE_MACHINE: Machine[CertificateState] = Machine(
    name="Certificate",
    moves={
        CertificateState.ISSUED: frozenset({CertificateState.MADE_PERMANENT, CertificateState.REVOKED}),
        CertificateState.MADE_PERMANENT: frozenset({CertificateState.REVOKED}),
        CertificateState.REVOKED: frozenset(),
    },
    owners={
        CertificateState.ISSUED: Owner.NOBODY,
        CertificateState.MADE_PERMANENT: Owner.NOBODY,
        CertificateState.REVOKED: Owner.NOBODY,
    },
)
