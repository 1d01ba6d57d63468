"""Credentials and their verification."""

from django.db import models


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
