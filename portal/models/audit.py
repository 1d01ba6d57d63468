"""The audit log."""

from django.db import models


class AuditEvent(models.Model):
    """One act, who did it, to what, when and why.

    Without foreign keys on purpose: the log must neither block nor follow a deletion. Append-only by trigger.
    """

    event = models.CharField(max_length=80, help_text="Namespaced verb, such as payments.order_paid.")
    at = models.DateTimeField()
    actor = models.CharField(max_length=120, help_text="user:<id>, or the name of the part of the system that acted.")
    subject_type = models.CharField(max_length=80)
    subject_id = models.CharField(max_length=80)
    reason = models.TextField(blank=True)
    facts = models.JSONField(default=dict, blank=True)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="audit_subject"),
            models.Index(fields=["event", "id"], name="audit_event"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.subject_type} {self.subject_id}"
