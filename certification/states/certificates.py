"""States of a certificate, of its printed copies, and of what people ask about it."""

from django.db import models

from portal.states import Machine, Owner


class CertificateState(models.TextChoices):
    """States of a certificate; expiry is derived from its date."""

    ISSUED = "issued", "Issued"
    MADE_PERMANENT = "made_permanent", "Made permanent"
    REVOKED = "revoked", "Revoked"


class CertificateOrigin(models.TextChoices):
    """Whether this portal decided about a certificate, or took it over."""

    DECIDED_HERE = "decided_here", "Decided in this portal"
    CARRIED_OVER = "carried_over", "Carried over from earlier records"


class CertificateChangeKind(models.TextChoices):
    """What happens to a certificate."""

    ISSUED = "issued", "Issued"
    EXTENDED = "extended", "Extended"
    MADE_PERMANENT = "made_permanent", "Made permanent"
    REPLACED = "replaced", "Replaced by a new copy"
    REVOKED = "revoked", "Revoked"


class CopyState(models.TextChoices):
    """Where the sealed PDF of a certificate stands."""

    WAITING = "waiting", "Waiting to be made"
    MAKING = "making", "Being made"
    READY = "ready", "Ready"
    FAILED = "failed", "Could not be made"


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

COPY_MACHINE: Machine[CopyState] = Machine(
    name="Certificate copy",
    moves={
        CopyState.WAITING: frozenset({CopyState.MAKING}),
        CopyState.MAKING: frozenset({CopyState.READY, CopyState.WAITING, CopyState.FAILED}),
        CopyState.READY: frozenset(),
        CopyState.FAILED: frozenset({CopyState.WAITING}),
    },
    owners={
        CopyState.WAITING: Owner.SYSTEM,
        CopyState.MAKING: Owner.SYSTEM,
        CopyState.READY: Owner.NOBODY,
        CopyState.FAILED: Owner.STAFF,
    },
)


class ExtensionState(models.TextChoices):
    """Where an extension of one or many certificates stands."""

    PROPOSED = "proposed", "Waits for a second person"
    RUNNING = "running", "Being carried out"
    DONE = "done", "Done"
    WITHDRAWN = "withdrawn", "Withdrawn"


EXTENSION_MACHINE: Machine[ExtensionState] = Machine(
    name="Certificate extension",
    moves={
        ExtensionState.PROPOSED: frozenset({ExtensionState.RUNNING, ExtensionState.WITHDRAWN}),
        ExtensionState.RUNNING: frozenset({ExtensionState.DONE}),
        ExtensionState.DONE: frozenset(),
        ExtensionState.WITHDRAWN: frozenset(),
    },
    owners={
        ExtensionState.PROPOSED: Owner.STAFF,
        ExtensionState.RUNNING: Owner.SYSTEM,
        ExtensionState.DONE: Owner.NOBODY,
        ExtensionState.WITHDRAWN: Owner.NOBODY,
    },
)
