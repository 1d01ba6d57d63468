"""Contact information: one current version a person, every change adds the next (R-CONTACT-1)."""

from dataclasses import asdict, dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction

from applicants.models import Applicant, ContactInformation
from portal import audit, mail


@dataclass(frozen=True)
class ContactValues:
    """What a person tells of how to be reached; `country` is an ISO 3166 code, optional parts are empty strings."""

    email: str
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
        email=contact.email,
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

    Nothing is written when nothing changed. The account's address follows the e-mail address, so that a forgotten
    password is answered there and no longer at the old one, which is told. `actor` comes from `audit.actor_label`.
    """
    locked = Applicant.objects.select_for_update(of=("self",)).select_related("user").get(pk=applicant.pk)
    before = current_contact(locked)
    changed = _changed(before, values)
    if before is not None and not changed:
        return before
    after = _supersede(locked, before, values, at=at, actor=actor)
    audit.record("applicants.contact_updated", actor=actor, subject=locked, at=at, changed=",".join(changed))
    _follow(locked, values.email, at=at)
    return after


def _changed(before: ContactInformation | None, values: ContactValues) -> list[str]:
    """Return the names of the fields that differ, in order of the alphabet."""
    old = asdict(values_of(before)) if before else {}
    return sorted(name for name, value in asdict(values).items() if old.get(name, "") != value)


def _supersede(
    applicant: Applicant, before: ContactInformation | None, values: ContactValues, *, at: datetime, actor: str
) -> ContactInformation:
    if before is not None:
        before.superseded_at = at
        before.save(update_fields=["superseded_at"])
    return ContactInformation.objects.create(applicant=applicant, recorded_at=at, recorded_by=actor, **asdict(values))


def _follow(applicant: Applicant, email: str, *, at: datetime) -> None:
    """Move the account to `email`; an old address must not go on to receive password links."""
    user = applicant.user
    old = user.email
    if old == email:
        return
    user.email = email
    user.save(update_fields=["email"])
    EmailAddress.objects.filter(user=user).exclude(email__iexact=email).delete()
    if old.lower() == email.lower():
        return
    mail.queue_email(template="email_address_in_use", to_email=email, context={}, at=at)
    if old:
        mail.queue_email(template="email_address_changed", to_email=old, context={}, at=at)
