"""Verification with the school that issued a document (R-PSV-1 to R-PSV-7)."""

from django.db import models

from portal.states import Machine, Owner


class VerificationPurpose(models.TextChoices):
    """What a school is asked for."""

    CREDENTIAL = "credential", "Verification of a document"
    TRANSCRIPT = "transcript", "Final transcript"
    ATTESTATION = "attestation", "Attestation of clinical skills"


class VerificationState(models.TextChoices):
    """Where a request to a school stands."""

    PREPARED = "prepared", "Prepared"
    SENT = "sent", "Sent to the school"
    OPENED = "opened", "Opened by the school"
    ANSWERED = "answered", "Answered by the school"
    REQUERIED = "requeried", "Asked once more"
    ACCEPTED = "accepted", "Answer accepted"
    UNABLE_TO_VERIFY = "unable_to_verify", "School could not be reached"
    REFUTED = "refuted", "Refuted by the school"
    WITHDRAWN = "withdrawn", "Withdrawn"


S = VerificationState
# The school has the request and owes an answer.
WITH_THE_SCHOOL = frozenset({S.SENT, S.OPENED, S.REQUERIED})
OPEN_VERIFICATIONS = WITH_THE_SCHOOL | {S.PREPARED, S.ANSWERED, S.UNABLE_TO_VERIFY}

VERIFICATION_MACHINE: Machine[VerificationState] = Machine(
    name="Verification request",
    moves={
        S.PREPARED: frozenset({S.SENT, S.UNABLE_TO_VERIFY, S.WITHDRAWN}),
        # Back to sent from opened: another official was chosen.
        S.SENT: frozenset({S.OPENED, S.ANSWERED, S.UNABLE_TO_VERIFY, S.WITHDRAWN}),
        S.OPENED: frozenset({S.SENT, S.ANSWERED, S.UNABLE_TO_VERIFY, S.WITHDRAWN}),
        S.ANSWERED: frozenset({S.ACCEPTED, S.REQUERIED, S.REFUTED, S.UNABLE_TO_VERIFY, S.WITHDRAWN}),
        S.REQUERIED: frozenset({S.OPENED, S.ANSWERED, S.UNABLE_TO_VERIFY, S.WITHDRAWN}),
        # To a successor of the school, or to the school once it can be reached again (R-PSV-7).
        S.UNABLE_TO_VERIFY: frozenset({S.SENT, S.WITHDRAWN}),
        S.ACCEPTED: frozenset(),
        S.REFUTED: frozenset(),
        S.WITHDRAWN: frozenset(),
    },
    owners={
        S.PREPARED: Owner.STAFF,
        S.SENT: Owner.SCHOOL,
        S.OPENED: Owner.SCHOOL,
        S.ANSWERED: Owner.STAFF,
        S.REQUERIED: Owner.SCHOOL,
        S.UNABLE_TO_VERIFY: Owner.STAFF,
        S.ACCEPTED: Owner.NOBODY,
        S.REFUTED: Owner.NOBODY,
        S.WITHDRAWN: Owner.NOBODY,
    },
)


class Verdict(models.TextChoices):
    """What a school says of a request as a whole."""

    CONFIRMED = "confirmed", "Confirmed"
    NOT_CONFIRMED = "not_confirmed", "Cannot be confirmed"
    NOT_OURS = "not_ours", "Not ours"


class AnswerChannel(models.TextChoices):
    """How an answer reached us."""

    LINK = "link", "One-time link"
    ACCOUNT = "account", "Account of an official"
    PAPER = "paper", "Paper, directly from the school"


class AttemptKind(models.TextChoices):
    """Why we wrote to a school."""

    FIRST = "first", "Request"
    REMINDER = "reminder", "Reminder"
    NEW_LINK = "new_link", "New link, as asked for"
    AGAIN = "again", "Sent again"
    OTHER_OFFICIAL = "other_official", "To another official"
    QUESTION = "question", "Question about the answer"
    LETTER = "letter", "Letter on paper"


class SchoolLanguage(models.TextChoices):
    """Languages of the school portal."""

    ENGLISH = "en", "English"
    SPANISH = "es", "Español"
    FRENCH = "fr", "Français"
