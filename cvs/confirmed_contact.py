"""What the session notes of an order: that the contact information on file was confirmed (R-CVS-4)."""

from datetime import datetime
from uuid import UUID

from applicants.http import ApplicantRequest
from applicants.models import ContactInformation
from applicants.services.contact import current_contact

CONFIRMED_CONTACT = "order_contact"


def keep(request: ApplicantRequest, contact: ContactInformation, *, at: datetime) -> None:
    """Note that the person confirmed `contact` just now."""
    request.session[CONFIRMED_CONTACT] = {"contact_id": str(contact.pk), "at": at.isoformat()}


def confirmed(request: ApplicantRequest) -> tuple[UUID, datetime] | None:
    """Return key and time of the contact information confirmed in this session; None when it has changed since."""
    noted = request.session.get(CONFIRMED_CONTACT)
    if noted is None:
        return None
    contact = current_contact(request.applicant)
    if contact is None or noted["contact_id"] != str(contact.pk):
        return None
    return contact.pk, datetime.fromisoformat(noted["at"])


def forget(request: ApplicantRequest) -> None:
    """Ask again for the next order."""
    request.session.pop(CONFIRMED_CONTACT, None)
