"""States of a certificate."""

from django.db import models

from portal.states import Machine, Owner


class CertificateState(models.TextChoices):
    """States of a certificate; expiry is derived from its date."""

    ISSUED = "issued", "Issued"
    MADE_PERMANENT = "made_permanent", "Made permanent"
    REVOKED = "revoked", "Revoked"


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
