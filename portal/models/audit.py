"""The audit log, and the chain that shows when it was changed."""

from django.db import models


class AuditEvent(models.Model):
    """One act, who did it, to what, when and why.

    Without foreign keys on purpose: the log must neither block nor follow a deletion. Append-only by trigger; another
    trigger gives the numbers, so that no writer chooses its place in the log.
    """

    event = models.CharField(max_length=80, help_text="Namespaced verb, such as payments.order_paid.")
    at = models.DateTimeField()
    actor = models.CharField(max_length=120, help_text="user:<id>, or the name of the part of the system that acted.")
    subject_type = models.CharField(max_length=80)
    subject_id = models.CharField(max_length=80)
    person = models.BigIntegerField(
        null=True, blank=True, help_text="Key of the applicant whose record this is about; empty for anything else."
    )
    reason = models.TextField(blank=True)
    facts = models.JSONField(default=dict, blank=True)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="audit_subject"),
            models.Index(fields=["event", "id"], name="audit_event"),
            models.Index(fields=["actor", "id"], name="audit_actor"),
            models.Index(fields=["person", "id"], condition=models.Q(person__isnull=False), name="audit_person"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.subject_type} {self.subject_id}"


class AuditLink(models.Model):
    """One link of the chain over the events, in order of their numbers (ADR 8). Append-only by trigger.

    `hash` is the SHA-256 of the link before and of the event; positions have no gaps, numbers of events may.
    """

    position = models.BigIntegerField(primary_key=True)
    event_id = models.BigIntegerField(unique=True)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(position__gte=1), name="audit_link_from_one")]

    def __str__(self) -> str:
        return f"link {self.position}"


class AuditHorizon(models.Model):
    """How far the next sealing may go: up to `event_id` once none of the transactions in `waits_for` is under way.

    At most one row. It only delays or allows sealing; verification does not read it.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    event_id = models.BigIntegerField()
    waits_for = models.JSONField(default=list, help_text="Virtual transaction ids, as in pg_locks.")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="audit_horizon_is_one")]

    def __str__(self) -> str:
        return f"up to {self.event_id}"
