"""Requests to medical schools, each time we wrote, and what they answered."""

from django.db import models
from django.db.models import Q

from applicants.models import Applicant
from certification.models.credentials import Credential
from certification.models.officials import SchoolOfficial
from certification.models.schools import MedicalSchool
from certification.states import (
    OPEN_VERIFICATIONS,
    AnswerChannel,
    AttemptKind,
    Verdict,
    VerificationPurpose,
    VerificationState,
)
from portal.constraints import both_or_neither, state_is_known
from portal.models import Upload

COMMENTS_LENGTH = 2000


class VerificationRequest(models.Model):
    """Something that a school is asked about a person (R-PSV-1 to R-PSV-6).

    `official` is whom it is addressed to; empty until one is chosen, and for a letter on paper. `round` counts how often
    the school was asked: 1, and one more for each question about its answer. `sent_at` and `reminders` are of this round.
    """

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="verification_requests")
    credential = models.ForeignKey(
        Credential, null=True, blank=True, on_delete=models.PROTECT, related_name="verification_requests"
    )
    school = models.ForeignKey(MedicalSchool, on_delete=models.PROTECT, related_name="verification_requests")
    official = models.ForeignKey(
        SchoolOfficial, null=True, blank=True, on_delete=models.PROTECT, related_name="verification_requests"
    )
    purpose = models.CharField(max_length=12, choices=VerificationPurpose.choices)
    state = models.CharField(max_length=16, choices=VerificationState.choices, default=VerificationState.PREPARED)
    round = models.PositiveSmallIntegerField(default=1)
    question = models.TextField(blank=True, max_length=COMMENTS_LENGTH, help_text="Ours, about the answer before.")
    reminders = models.PositiveSmallIntegerField(default=0)
    prepared_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True, help_text="An answer after this day is kept, and marked as late.")
    opened_at = models.DateTimeField(null=True, blank=True)
    staff_told_at = models.DateTimeField(null=True, blank=True, help_text="That the school does not answer.")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=120, null=True, blank=True, help_text="As in the audit log.")  # noqa: DJ001 - NULL until decided, see the constraint
    reason = models.CharField(max_length=COMMENTS_LENGTH, blank=True, help_text="Of the decision, for staff.")

    class Meta:
        constraints = [
            state_is_known("verification", "purpose", VerificationPurpose.values),
            state_is_known("verification", "state", VerificationState.values),
            both_or_neither("verification", "decided_at", "decided_by"),
            both_or_neither("verification", "sent_at", "due_on"),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=False)
                | Q(
                    state__in=[
                        VerificationState.PREPARED,
                        VerificationState.UNABLE_TO_VERIFY,
                        VerificationState.WITHDRAWN,
                    ]
                ),
                name="verification_sent_has_time",
            ),
            models.CheckConstraint(
                condition=Q(credential__isnull=False) | Q(purpose=VerificationPurpose.ATTESTATION),
                name="verification_is_about_something",
            ),
            models.UniqueConstraint(
                fields=["credential", "purpose"],
                condition=Q(state__in=sorted(OPEN_VERIFICATIONS)),
                name="one_open_verification_of_a_credential",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "state", "sent_at"], name="verification_of_school"),
            models.Index(fields=["state", "sent_at"], name="verification_waiting"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """Return the number to quote; it says nothing of the person."""
        return f"V-{self.pk:06d}"


class VerificationDocument(models.Model):
    """A file that the school is shown, as it was when the request was prepared."""

    audit_person = "request__applicant_id"

    request = models.ForeignKey(VerificationRequest, on_delete=models.PROTECT, related_name="documents")
    upload = models.ForeignKey(Upload, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "upload"], name="verification_document_once")]

    def __str__(self) -> str:
        return f"document {self.pk}"


class VerificationAttempt(models.Model):
    """One time we wrote to a school. By e-mail it carries a link, of which only the hash is kept."""

    audit_person = "request__applicant_id"

    request = models.ForeignKey(VerificationRequest, on_delete=models.PROTECT, related_name="attempts")
    official = models.ForeignKey(
        SchoolOfficial, null=True, blank=True, on_delete=models.PROTECT, related_name="attempts"
    )
    kind = models.CharField(max_length=16, choices=AttemptKind.choices)
    round = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    digest = models.CharField(max_length=64, unique=True, null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            state_is_known("verification_attempt", "kind", AttemptKind.values),
            both_or_neither("verification_attempt", "digest", "expires_at"),
            models.CheckConstraint(
                condition=Q(digest__isnull=True) | Q(official__isnull=False), name="verification_link_is_for_somebody"
            ),
        ]
        indexes = [models.Index(fields=["request", "at"], name="verification_attempts")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class VerificationAnswer(models.Model):
    """What a school answered in one round. Written once, and never changed (R-PSV-4)."""

    audit_person = "request__applicant_id"

    request = models.ForeignKey(VerificationRequest, on_delete=models.PROTECT, related_name="answers")
    round = models.PositiveSmallIntegerField()
    official = models.ForeignKey(SchoolOfficial, on_delete=models.PROTECT, related_name="answers")
    channel = models.CharField(max_length=8, choices=AnswerChannel.choices)
    verdict = models.CharField(max_length=16, choices=Verdict.choices)
    checks = models.JSONField(default=dict, blank=True, help_text="Key of each question → yes (true) or no (false).")
    signatory_name = models.CharField(max_length=200)
    signatory_title = models.CharField(max_length=200)
    comments = models.TextField(blank=True, max_length=COMMENTS_LENGTH)
    transcript = models.ForeignKey(Upload, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=120, help_text="As in the audit log.")
    is_late = models.BooleanField(help_text="After the day by which we had asked for it.")

    class Meta:
        constraints = [
            state_is_known("verification_answer", "channel", AnswerChannel.values),
            state_is_known("verification_answer", "verdict", Verdict.values),
            models.UniqueConstraint(fields=["request", "round"], name="one_answer_in_a_round"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} {self.pk}"
