"""Rows of the ground floor: the audit log, the mail outbox, inboxes, heartbeats, uploads, and the base of all that is sent."""

from portal.models.audit import AuditEvent, AuditHorizon, AuditLink
from portal.models.deliveries import DELIVERY_MACHINE, Delivery, DeliveryState, OutgoingEmail
from portal.models.heartbeats import Heartbeat
from portal.models.inbox import InboxMessage, InboxMessageQuerySet, MessagePreference
from portal.models.newsletter import (
    ISSUE_MACHINE,
    PUBLIC_ISSUE_STATES,
    SUBSCRIPTION_MACHINE,
    UNDER_WAY,
    IssueState,
    NewsletterDelivery,
    NewsletterIssue,
    NewsletterSubscriber,
    SubscriptionState,
)
from portal.models.proposals import PROPOSAL_MACHINE, FourEyesAct, Proposal, ProposalState
from portal.models.uploads import UPLOAD_MACHINE, FileType, Refusal, Upload, UploadState, VirusScan

__all__ = [
    "DELIVERY_MACHINE",
    "ISSUE_MACHINE",
    "PROPOSAL_MACHINE",
    "PUBLIC_ISSUE_STATES",
    "SUBSCRIPTION_MACHINE",
    "UNDER_WAY",
    "UPLOAD_MACHINE",
    "AuditEvent",
    "AuditHorizon",
    "AuditLink",
    "Delivery",
    "DeliveryState",
    "FileType",
    "FourEyesAct",
    "Heartbeat",
    "InboxMessage",
    "InboxMessageQuerySet",
    "IssueState",
    "MessagePreference",
    "NewsletterDelivery",
    "NewsletterIssue",
    "NewsletterSubscriber",
    "OutgoingEmail",
    "Proposal",
    "ProposalState",
    "Refusal",
    "SubscriptionState",
    "Upload",
    "UploadState",
    "VirusScan",
]
