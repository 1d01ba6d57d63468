"""Staff pages of the ground floor, and the base of those for rows that only services change."""

from portal.admin.exports import ExportableAdmin
from portal.admin.ground_floor import AuditEventAdmin, OutgoingEmailAdmin, UploadAdmin
from portal.admin.newsletter import NewsletterDeliveryAdmin, NewsletterIssueAdmin, NewsletterSubscriberAdmin
from portal.admin.read_only import ReadOnlyAdmin
from portal.admin.restricted import RestrictedAdmin, ask_purpose
from portal.admin.waiting import WaitingFilter

__all__ = [
    "AuditEventAdmin",
    "ExportableAdmin",
    "NewsletterDeliveryAdmin",
    "NewsletterIssueAdmin",
    "NewsletterSubscriberAdmin",
    "OutgoingEmailAdmin",
    "ReadOnlyAdmin",
    "RestrictedAdmin",
    "UploadAdmin",
    "WaitingFilter",
    "ask_purpose",
]
