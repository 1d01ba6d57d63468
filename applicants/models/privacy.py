"""What a person asks about their own data: a copy of it, a correction, an end."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from applicants.models.people import Applicant
from applicants.states import (
    EXPORTS_UNDER_WAY,
    OPEN_DELETIONS,
    CorrectionState,
    CorrectionTopic,
    DeletionState,
    ExportState,
)
from portal.constraints import both_or_neither, filled_exactly_in, state_is_known
from portal.encryption import EncryptedTextField


class DataExport(models.Model):
    """One copy of a person's data. The file is encrypted with `file_key`, which is forgotten when the file goes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="data_exports")
    state = models.CharField(max_length=12, choices=ExportState.choices, default=ExportState.REQUESTED)
    requested_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True, help_text="Of the worker that is making it.")
    attempts = models.PositiveSmallIntegerField(default=0)
    built_at = models.DateTimeField(null=True, blank=True)
    size_bytes = models.PositiveIntegerField(default=0, help_text="Of the ZIP file.")
    stored_as = models.CharField(max_length=80, blank=True)
    file_key = EncryptedTextField(blank=True)

    class Meta:
        constraints = [
            state_is_known("data_export", "state", ExportState.values),
            filled_exactly_in("data_export", "state", "lease_until", [ExportState.BUILDING.value]),
            models.CheckConstraint(
                condition=(Q(state=ExportState.READY) & Q(built_at__isnull=False) & ~Q(stored_as=""))
                | (~Q(state=ExportState.READY) & Q(stored_as="")),
                name="data_export_file_when_ready",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(state__in=[state.value for state in EXPORTS_UNDER_WAY]),
                name="data_export_one_under_way",
            ),
        ]
        indexes = [models.Index(fields=["user", "-requested_at"], name="data_export_of_user")]

    def __str__(self) -> str:
        return f"data export {self.pk}"


class CorrectionRequest(models.Model):
    """A person says that something in their record is wrong; staff answer."""

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="correction_requests")
    topic = models.CharField(max_length=20, choices=CorrectionTopic.choices)
    statement = models.TextField(max_length=2000, help_text="What is wrong, in the person's words.")
    state = models.CharField(max_length=12, choices=CorrectionState.choices, default=CorrectionState.OPEN)
    submitted_at = models.DateTimeField()
    answer = models.TextField(max_length=2000, blank=True, help_text="Shown to the person.")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=120, null=True, blank=True, help_text="As in the audit log.")  # noqa: DJ001 - NULL until closed, see the constraint

    class Meta:
        permissions = [("answer_corrections", "Can answer correction requests")]
        constraints = [
            state_is_known("correction_request", "state", CorrectionState.values),
            state_is_known("correction_request", "topic", CorrectionTopic.values),
            both_or_neither("correction_request", "closed_at", "closed_by"),
            models.CheckConstraint(
                condition=Q(state=CorrectionState.OPEN, closed_at__isnull=True)
                | (~Q(state=CorrectionState.OPEN) & Q(closed_at__isnull=False)),
                name="correction_request_closed_has_time",
            ),
        ]
        indexes = [models.Index(fields=["state", "submitted_at"], name="correction_request_queue")]

    def __str__(self) -> str:
        return f"correction request {self.pk}"


class DeletionRequest(models.Model):
    """A person asks to be deleted. It can be taken back for a while; then staff decide."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="deletion_requests")
    state = models.CharField(max_length=12, choices=DeletionState.choices, default=DeletionState.WAITING)
    requested_at = models.DateTimeField()
    decidable_at = models.DateTimeField(help_text="End of the time for second thoughts.")
    answer = models.TextField(max_length=2000, blank=True, help_text="Shown to the person when refused.")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=120, null=True, blank=True, help_text="As in the audit log.")  # noqa: DJ001 - NULL until closed, see the constraint

    class Meta:
        permissions = [("decide_deletions", "Can decide requests for deletion")]
        constraints = [
            state_is_known("deletion_request", "state", DeletionState.values),
            both_or_neither("deletion_request", "closed_at", "closed_by"),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(state__in=[state.value for state in OPEN_DELETIONS]),
                name="deletion_request_one_open",
            ),
        ]
        indexes = [models.Index(fields=["state", "decidable_at"], name="deletion_request_queue")]

    def __str__(self) -> str:
        return f"deletion request {self.pk}"
