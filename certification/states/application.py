"""The Application for Certification (R-APP-1 to R-APP-3)."""

from django.db import models

from portal.states import Machine, Owner


class ApplicationState(models.TextChoices):
    """States of an application. Submitted is waiting for its payment; nothing is processed before that (R-APP-3)."""

    DRAFT = "draft", "Not submitted yet"
    SUBMITTED = "submitted", "Waiting for the payment"
    PAID = "paid", "Waiting for review"
    IN_REVIEW = "in_review", "In review"
    RETURNED = "returned", "Returned"
    ACCEPTED = "accepted", "Accepted"
    REJECTED = "rejected", "Rejected"
    WITHDRAWN = "withdrawn", "Withdrawn"


A = ApplicationState
# The person may change answers.
APPLICATION_EDITABLE = (A.DRAFT, A.RETURNED)
# While one of these holds, a person has no second application.
APPLICATION_KEPT = (A.DRAFT, A.SUBMITTED, A.PAID, A.IN_REVIEW, A.RETURNED, A.ACCEPTED)
APPLICATION_WITHDRAWABLE = (A.DRAFT, A.PAID, A.IN_REVIEW, A.RETURNED)

APPLICATION_MACHINE: Machine[ApplicationState] = Machine(
    name="Application for Certification",
    moves={
        A.DRAFT: frozenset({A.SUBMITTED, A.WITHDRAWN}),
        # Back to draft when the payment is not made, so that the answers can be changed before the next try.
        A.SUBMITTED: frozenset({A.DRAFT, A.PAID}),
        A.PAID: frozenset({A.IN_REVIEW, A.WITHDRAWN}),
        A.IN_REVIEW: frozenset({A.RETURNED, A.ACCEPTED, A.REJECTED, A.WITHDRAWN}),
        # Submitted again it was paid before, and waits for review at once.
        A.RETURNED: frozenset({A.SUBMITTED, A.WITHDRAWN}),
        A.ACCEPTED: frozenset(),
        A.REJECTED: frozenset(),
        A.WITHDRAWN: frozenset(),
    },
    owners={
        A.DRAFT: Owner.APPLICANT,
        A.SUBMITTED: Owner.APPLICANT,
        A.PAID: Owner.STAFF,
        A.IN_REVIEW: Owner.STAFF,
        A.RETURNED: Owner.APPLICANT,
        A.ACCEPTED: Owner.NOBODY,
        A.REJECTED: Owner.NOBODY,
        A.WITHDRAWN: Owner.NOBODY,
    },
)

# Name of the reviewer's check that a document shows when transferred credits were accepted (R-CRED-2g).
ACCEPTED_CHECK = "accepted"
