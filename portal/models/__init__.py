"""Rows of the ground floor: the audit log, the mail outbox, heartbeats, and the base of everything that is sent."""

from portal.models.audit import AuditEvent
from portal.models.deliveries import DELIVERY_MACHINE, Delivery, DeliveryState, OutgoingEmail
from portal.models.heartbeats import Heartbeat

__all__ = ["DELIVERY_MACHINE", "AuditEvent", "Delivery", "DeliveryState", "Heartbeat", "OutgoingEmail"]
