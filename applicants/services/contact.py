"""Contact information: one current version a person, every change adds the next (R-CONTACT-1).

The e-mail address in it is that of the account; it changes in `applicants.services.email_changes` alone.
"""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from applicants.models import Applicant, ContactInformation, User
from portal import audit


@dataclass(frozen=True)
class ContactValues:
    """What a person tells of how to be reached; `country` is an ISO 3166 code, optional parts are empty strings."""

    phone: str
    line1: str
    city: str
    country: str
    fax: str = ""
    line2: str = ""
    region: str = ""
    postal_code: str = ""


def current_contact(applicant: Applicant) -> ContactInformation | None:
    """Return the contact information in force, or None when the person never gave any."""
    return ContactInformation.objects.filter(applicant=applicant, superseded_at=None).first()


def values_of(contact: ContactInformation) -> ContactValues:
    """Return the values of a stored version."""
    return ContactValues(
        phone=contact.phone,
        fax=contact.fax,
        line1=contact.line1,
        line2=contact.line2,
        city=contact.city,
        region=contact.region,
        postal_code=contact.postal_code,
        country=contact.country.code or "",
    )


@transaction.atomic
def update_contact(*, applicant: Applicant, values: ContactValues, at: datetime, actor: str) -> ContactInformation:
    """Record `values` as the person's contact information from `at` on and return the version in force.

    Nothing is written when nothing changed. `actor` comes from `audit.actor_label`.
    """
    locked, user = lock_with_account(applicant.pk)
    return write_contact(locked, values, email=user.email, at=at, actor=actor)


def write_contact(
    locked: Applicant, values: ContactValues, *, email: str, at: datetime, actor: str
) -> ContactInformation:
    """Do what `update_contact` does to a locked person whose account has the address `email`."""
    before = current_contact(locked)
    changed = _changed(before, values)
    if before is not None and not changed:
        return before
    after = supersede(locked, before, values, email=email, at=at, actor=actor)
    audit.record("applicants.contact_updated", actor=actor, subject=locked, at=at, changed=",".join(changed))
    return after


def lock_with_account(applicant_id: int) -> tuple[Applicant, User]:
    """Return the person, locked in the caller's transaction, and the account as it is behind that lock."""
    locked = Applicant.objects.select_for_update().get(pk=applicant_id)
    return locked, User.objects.get(pk=locked.user_id)


def supersede(
    applicant: Applicant,
    before: ContactInformation | None,
    values: ContactValues,
    *,
    email: str,
    at: datetime,
    actor: str,
) -> ContactInformation:
    """Add the next version of a locked person's contact information after `before`."""
    if before is not None:
        before.superseded_at = at
        before.save(update_fields=["superseded_at"])
    return ContactInformation.objects.create(
        applicant=applicant, email=email, recorded_at=at, recorded_by=actor, **asdict(values)
    )


def _changed(before: ContactInformation | None, values: ContactValues) -> list[str]:
    """Return the names of the fields that differ, in order of the alphabet."""
    old = asdict(values_of(before)) if before else {}
    return sorted(name for name, value in asdict(values).items() if old.get(name, "") != value)
