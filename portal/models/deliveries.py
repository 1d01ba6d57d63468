"""What leaves through the mail server: the base of every such row, and the mail outbox."""

import uuid

from django.db import models
from django.db.models import Q

from portal.constraints import filled_exactly_in, state_is_known
from portal.states import Machine, Owner


class DeliveryState(models.TextChoices):
    """States of something that leaves through the mail server (payments-and-dispatch, job states)."""

    READY = "ready", "Ready"
    LEASED = "leased", "Being worked on"
    HELD = "held", "On hold"
    UNCERTAIN = "uncertain", "Perhaps sent"
    SENT = "sent", "Sent"
    DEAD = "dead", "Stopped"
    BOUNCED = "bounced", "Bounced"
    CANCELED = "canceled", "Canceled"
    CLOSED = "closed", "Closed by staff"


DELIVERY_MACHINE: Machine[DeliveryState] = Machine(
    name="Delivery",
    moves={
        DeliveryState.READY: frozenset({DeliveryState.LEASED, DeliveryState.HELD, DeliveryState.CANCELED}),
        DeliveryState.LEASED: frozenset(
            {
                DeliveryState.READY,
                DeliveryState.UNCERTAIN,
                DeliveryState.SENT,
                DeliveryState.DEAD,
                DeliveryState.HELD,
                DeliveryState.CANCELED,
            }
        ),
        DeliveryState.HELD: frozenset({DeliveryState.READY, DeliveryState.CANCELED}),
        DeliveryState.UNCERTAIN: frozenset(
            {DeliveryState.READY, DeliveryState.SENT, DeliveryState.BOUNCED, DeliveryState.CLOSED}
        ),
        DeliveryState.SENT: frozenset({DeliveryState.BOUNCED}),
        DeliveryState.DEAD: frozenset({DeliveryState.READY, DeliveryState.CANCELED, DeliveryState.CLOSED}),
        DeliveryState.BOUNCED: frozenset({DeliveryState.CLOSED}),
        DeliveryState.CANCELED: frozenset(),
        DeliveryState.CLOSED: frozenset(),
    },
    owners={
        DeliveryState.READY: Owner.SYSTEM,
        DeliveryState.LEASED: Owner.SYSTEM,
        DeliveryState.HELD: Owner.STAFF,
        DeliveryState.UNCERTAIN: Owner.SYSTEM,
        DeliveryState.SENT: Owner.NOBODY,
        DeliveryState.DEAD: Owner.STAFF,
        DeliveryState.BOUNCED: Owner.STAFF,
        DeliveryState.CANCELED: Owner.NOBODY,
        DeliveryState.CLOSED: Owner.NOBODY,
    },
)


class Delivery(models.Model):
    """Base of a row that is a queue entry: claimed under a lease, handed to the mail server at most once unseen.

    `handoff_at` is committed just before the message's DATA: every fault before it is safe to repeat, and only between
    it and the server's last answer is it unknown whether the message left.
    """

    state = models.CharField(max_length=12, choices=DeliveryState.choices, default=DeliveryState.READY)
    not_before = models.DateTimeField(help_text="Not claimed before this time.")
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Claims so far for the present step.")
    token = models.UUIDField(null=True, blank=True, help_text="Of the worker that holds the lease.")
    lease_until = models.DateTimeField(null=True, blank=True)
    handoff_at = models.DateTimeField(null=True, blank=True)
    resends = models.PositiveSmallIntegerField(default=0, help_text="Automatic repeats after an unknown outcome.")
    message_id = models.CharField(max_length=200, unique=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    server_reply = models.CharField(max_length=500, blank=True)
    last_error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        abstract = True

    @classmethod
    def delivery_constraints(cls, table: str) -> list[models.BaseConstraint]:
        """Return the constraints every delivery table has; `table` prefixes their names."""
        return [
            state_is_known(table, "state", DeliveryState.values),
            filled_exactly_in(table, "state", "token", [DeliveryState.LEASED]),
            filled_exactly_in(table, "state", "lease_until", [DeliveryState.LEASED]),
            models.CheckConstraint(
                condition=~Q(state=DeliveryState.SENT) | Q(sent_at__isnull=False), name=f"{table}_sent_has_time"
            ),
        ]


class OutgoingEmail(Delivery):
    """A message of the portal in its outbox: rendered when the reason for it was committed, sent by a worker."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    template = models.CharField(max_length=60)
    from_email = models.CharField(max_length=320)
    to_email = models.EmailField(max_length=320)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    works_until = models.DateTimeField(
        null=True, blank=True, help_text="When the link in it stops working; nobody sends it again after that."
    )

    class Meta:
        constraints = Delivery.delivery_constraints("outgoing_email")
        indexes = [
            models.Index(fields=["not_before"], condition=Q(state="ready"), name="outgoing_email_due"),
            models.Index(fields=["lease_until"], condition=Q(state="leased"), name="outgoing_email_leases"),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.id}"
