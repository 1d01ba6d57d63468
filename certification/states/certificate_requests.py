"""What people ask about their certificate."""

from django.db import models

from portal.states import Machine, Owner


class CertificateRequestKind(models.TextChoices):
    """What is asked for, and on what ground."""

    TRAINING = "training", "Make it valid indefinitely: clinical training"
    LICENSE = "license", "Make it valid indefinitely: U.S. license"
    LOST = "lost", "New copy: the certificate was lost"
    NAME = "name", "New copy: the name of record has changed"


class CertificateRequestState(models.TextChoices):
    """Where a request stands."""

    WAITING_FOR_PAYMENT = "waiting_for_payment", "Waiting for your payment"
    SUBMITTED = "submitted", "Waiting for a reviewer"
    IN_REVIEW = "in_review", "In review"
    ACCEPTED = "accepted", "Accepted"
    RETURNED = "returned", "Returned"
    WITHDRAWN = "withdrawn", "Withdrawn"


R = CertificateRequestState
CERTIFICATE_REQUEST_MACHINE: Machine[CertificateRequestState] = Machine(
    name="Certificate request",
    moves={
        R.WAITING_FOR_PAYMENT: frozenset({R.SUBMITTED, R.WITHDRAWN}),
        R.SUBMITTED: frozenset({R.IN_REVIEW, R.WITHDRAWN, R.WAITING_FOR_PAYMENT}),
        R.IN_REVIEW: frozenset({R.ACCEPTED, R.RETURNED}),
        R.ACCEPTED: frozenset(),
        R.RETURNED: frozenset(),
        R.WITHDRAWN: frozenset(),
    },
    owners={
        R.WAITING_FOR_PAYMENT: Owner.APPLICANT,
        R.SUBMITTED: Owner.STAFF,
        R.IN_REVIEW: Owner.STAFF,
        R.ACCEPTED: Owner.NOBODY,
        R.RETURNED: Owner.APPLICANT,
        R.WITHDRAWN: Owner.NOBODY,
    },
)
PERMANENT_KINDS = (CertificateRequestKind.TRAINING, CertificateRequestKind.LICENSE)
OPEN_REQUESTS = (R.WAITING_FOR_PAYMENT, R.SUBMITTED, R.IN_REVIEW)
