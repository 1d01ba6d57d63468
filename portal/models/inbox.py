"""Messages to people, and what they want by e-mail as well."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class InboxMessageQuerySet(models.QuerySet["InboxMessage"]):
    """Questions about messages."""

    def unread(self) -> "InboxMessageQuerySet":
        """Return those in the inbox that were not opened yet."""
        return self.filter(read_at__isnull=True, archived_at__isnull=True)


class InboxMessage(models.Model):
    """One message to one person, in the words in which it was written; `key` names the event that caused it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="inbox_messages")
    key = models.CharField(max_length=200)
    kind = models.CharField(max_length=60, help_text="As in the catalogue of messages.")
    title = models.CharField(max_length=200)
    text = models.TextField()
    link = models.CharField(max_length=500, blank=True, help_text="Path of the page that the message is about.")
    link_label = models.CharField(max_length=60, blank=True)
    subject_type = models.CharField(max_length=80, blank=True)
    subject_id = models.CharField(max_length=80, blank=True)
    emailed = models.BooleanField(default=False, help_text="It was also queued as an e-mail.")
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = InboxMessageQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="inbox_message_once")]
        indexes = [
            models.Index(fields=["user", "-id"], name="inbox_message_newest"),
            models.Index(
                fields=["user"],
                condition=Q(read_at__isnull=True, archived_at__isnull=True),
                name="inbox_message_unread",
            ),
            models.Index(fields=["created_at"], name="inbox_message_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class MessagePreference(models.Model):
    """Whether a person wants one optional kind of message by e-mail; without a row the catalogue decides."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="message_preferences")
    kind = models.CharField(max_length=60)
    by_email = models.BooleanField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="message_preference_once")]

    def __str__(self) -> str:
        return f"{self.kind} of user {self.user_id}"
