"""Rows of the ground floor: the audit log, the mail outbox, inboxes, heartbeats, uploads, and the base of all that is sent."""

from portal.models.audit import AuditEvent, AuditHorizon, AuditLink
from portal.models.deliveries import DELIVERY_MACHINE, Delivery, DeliveryState, OutgoingEmail
from portal.models.heartbeats import Heartbeat
from portal.models.inbox import InboxMessage, InboxMessageQuerySet, MessagePreference
from portal.models.uploads import UPLOAD_MACHINE, FileType, Refusal, Upload, UploadState, VirusScan

__all__ = [
    "DELIVERY_MACHINE",
    "UPLOAD_MACHINE",
    "AuditEvent",
    "AuditHorizon",
    "AuditLink",
    "Delivery",
    "DeliveryState",
    "FileType",
    "Heartbeat",
    "InboxMessage",
    "InboxMessageQuerySet",
    "MessagePreference",
    "OutgoingEmail",
    "Refusal",
    "Upload",
    "UploadState",
    "VirusScan",
]
