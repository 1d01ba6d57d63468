"""Credentials and their verification."""

from collections.abc import Mapping

from django.db import models

from certification.rules import credentials as printed
from portal.states import Machine, Owner


class CredentialKind(models.TextChoices):
    """Credentials that are verified with the issuing school."""

    DIPLOMA = "diploma", printed.DIPLOMA
    TRANSCRIPT = "transcript", printed.TRANSCRIPT
    TRANSFER_TRANSCRIPT = "transfer_transcript", printed.TRANSFER_TRANSCRIPT


class CredentialStatus(models.TextChoices):
    """Verification status as a report states it."""

    NOT_RECEIVED = "not_received", printed.NOT_RECEIVED
    IN_PROGRESS = "in_progress", "In progress"
    VERIFIED = "verified", "Verified"
    REFUSED = "refused", "Refused"


class CredentialPart(models.TextChoices):
    """What a file of a credential is."""

    ORIGINAL = "original", "The document"
    TRANSLATION = "translation", "English translation"
    NAME_EVIDENCE = "name_evidence", "Evidence of the name"
    SCHOOL_LETTER = "school_letter", "Letter of the school"


class CredentialState(models.TextChoices):
    """States of a credential (R-PSV-4)."""

    DRAFT = "draft", "Not sent yet"
    SUBMITTED = "submitted", "Waiting for review"
    IN_REVIEW = "in_review", "In review"
    RETURNED_TO_APPLICANT = "returned_to_applicant", "Returned"
    ACCEPTED_FOR_VERIFICATION = "accepted_for_verification", "Accepted, goes to the school"
    SENT_TO_SCHOOL = "sent_to_school", "Sent to the school"
    REMINDED = "reminded", "School reminded"
    REPLY_RECEIVED = "reply_received", "Answer of the school arrived"
    REQUERIED = "requeried", "School asked again"
    VERIFIED = "verified", "Verified"
    REFUSED = "refused", "Refused"
    SUSPECTED_FRAUD = "suspected_fraud", "Under investigation"


C = CredentialState

CREDENTIAL_MACHINE: Machine[CredentialState] = Machine(
    name="Credential",
    moves={
        # Reply received at once: the school sent the document itself, before the physician handed one in.
        C.DRAFT: frozenset({C.SUBMITTED, C.REPLY_RECEIVED}),
        C.SUBMITTED: frozenset({C.IN_REVIEW}),
        # Back to submitted: the physician replaced a file, so that the reviewer looks at something that is gone.
        C.IN_REVIEW: frozenset(
            {C.SUBMITTED, C.RETURNED_TO_APPLICANT, C.ACCEPTED_FOR_VERIFICATION, C.REFUSED, C.SUSPECTED_FRAUD}
        ),
        C.RETURNED_TO_APPLICANT: frozenset({C.SUBMITTED, C.REPLY_RECEIVED}),
        C.ACCEPTED_FOR_VERIFICATION: frozenset({C.SENT_TO_SCHOOL}),
        C.SENT_TO_SCHOOL: frozenset({C.REMINDED, C.REPLY_RECEIVED}),
        C.REMINDED: frozenset({C.REMINDED, C.REPLY_RECEIVED}),
        C.REPLY_RECEIVED: frozenset({C.REQUERIED, C.VERIFIED, C.REFUSED, C.SUSPECTED_FRAUD}),
        C.REQUERIED: frozenset({C.REMINDED, C.REPLY_RECEIVED}),
        C.VERIFIED: frozenset({C.SUSPECTED_FRAUD}),
        C.REFUSED: frozenset(),
        # Submitted: the suspicion was not confirmed, and the review begins anew.
        C.SUSPECTED_FRAUD: frozenset({C.SUBMITTED, C.REFUSED}),
    },
    owners={
        C.DRAFT: Owner.APPLICANT,
        C.SUBMITTED: Owner.STAFF,
        C.IN_REVIEW: Owner.STAFF,
        C.RETURNED_TO_APPLICANT: Owner.APPLICANT,
        C.ACCEPTED_FOR_VERIFICATION: Owner.STAFF,
        C.SENT_TO_SCHOOL: Owner.SCHOOL,
        C.REMINDED: Owner.SCHOOL,
        C.REPLY_RECEIVED: Owner.STAFF,
        C.REQUERIED: Owner.SCHOOL,
        C.VERIFIED: Owner.NOBODY,
        C.REFUSED: Owner.NOBODY,
        C.SUSPECTED_FRAUD: Owner.STAFF,
    },
)

# What a report states of a credential in each state. A suspicion is no finding, and a report does not speak of it.
PRINTED_STATUS: Mapping[CredentialState, CredentialStatus | None] = {
    C.DRAFT: None,
    C.SUBMITTED: CredentialStatus.IN_PROGRESS,
    C.IN_REVIEW: CredentialStatus.IN_PROGRESS,
    C.RETURNED_TO_APPLICANT: CredentialStatus.NOT_RECEIVED,
    C.ACCEPTED_FOR_VERIFICATION: CredentialStatus.IN_PROGRESS,
    C.SENT_TO_SCHOOL: CredentialStatus.IN_PROGRESS,
    C.REMINDED: CredentialStatus.IN_PROGRESS,
    C.REPLY_RECEIVED: CredentialStatus.IN_PROGRESS,
    C.REQUERIED: CredentialStatus.IN_PROGRESS,
    C.VERIFIED: CredentialStatus.VERIFIED,
    C.REFUSED: CredentialStatus.REFUSED,
    C.SUSPECTED_FRAUD: CredentialStatus.IN_PROGRESS,
}
# The person may change files and facts, and send the credential.
OPEN_TO_APPLICANT = frozenset({C.DRAFT, C.RETURNED_TO_APPLICANT})
# The person may still replace a file; a review that was begun is then void.
REPLACEABLE = OPEN_TO_APPLICANT | {C.SUBMITTED, C.IN_REVIEW}
# The credential is with the school.
WITH_SCHOOL = frozenset({C.SENT_TO_SCHOOL, C.REMINDED, C.REQUERIED})
# After these, the person may hand in another credential of the kind. A suspicion is told as a review, after which they may not.
ENDED = frozenset({C.REFUSED})
