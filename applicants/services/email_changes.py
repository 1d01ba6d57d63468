"""A new e-mail address of an account: used once its owner has opened a link sent to it, never before.

What waits is the link itself (`MailedLink`): it holds the new address, ends by itself, and works once. The old address goes
on until then, is told at once, and gets a link that stops the change. Two people may share an address, so nothing here
depends on whether another account has it, and no answer tells.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from applicants.models import Applicant, MailedLink, User
from applicants.services.confirmed_addresses import keep_confirmed
from applicants.services.contact import (
    ContactValues,
    current_contact,
    lock_with_account,
    supersede,
    values_of,
    write_contact,
)
from applicants.services.links import (
    LIFETIMES,
    LinkNotValidError,
    end_links,
    find_link,
    make_link,
    use_link,
    waiting_link,
)
from applicants.states import LinkPurpose
from portal import audit, mail

# Whoever stops a change shows that the old mailbox is theirs, nothing else.
BY_LINK = "visitor"
BOTH = (LinkPurpose.CHANGE_EMAIL, LinkPurpose.STOP_EMAIL_CHANGE)


def waiting_change(user: User, *, at: datetime) -> MailedLink | None:
    """Return the link that a new address waits for, with its `email` and `expires_at`; None when nothing waits."""
    return waiting_link(user, LinkPurpose.CHANGE_EMAIL, at=at)


@transaction.atomic
def save_details(*, applicant: Applicant, values: ContactValues, email: str, at: datetime, actor: str) -> bool:
    """Save contact information, and ask for `email` if it is a new address; returns whether it waits for its link now."""
    locked, user = lock_with_account(applicant.pk)
    write_contact(locked, values, email=user.email, at=at, actor=actor)
    if email == user.email:
        return False
    _send_links(locked, user, email, at=at, actor=actor)
    return True


@transaction.atomic
def request_change(*, applicant: Applicant, email: str, at: datetime, actor: str) -> None:
    """Send a link to `email`, and word of it to the address that is used until the link is opened.

    Asked again for the same address, the links sent before go on working; for another one they end.
    """
    _send_links(*lock_with_account(applicant.pk), email, at=at, actor=actor)


def _send_links(applicant: Applicant, user: User, email: str, *, at: datetime, actor: str) -> None:
    end_links(user, [LinkPurpose.CHANGE_EMAIL], at=at, except_to=email)
    confirm = make_link(LinkPurpose.CHANGE_EMAIL, email=email, at=at, user=user)
    stop = make_link(LinkPurpose.STOP_EMAIL_CHANGE, email=user.email, at=at, user=user)
    audit.record("applicants.email_change_requested", actor=actor, subject=applicant, at=at)
    for template, address, page, token, purpose in (
        ("email_change_confirm", email, "email_change_confirm", confirm, LinkPurpose.CHANGE_EMAIL),
        ("email_change_requested", user.email, "email_change_stop", stop, LinkPurpose.STOP_EMAIL_CHANGE),
    ):
        if address:
            context, until = {"link": f"{settings.BASE_URL}{reverse(page, args=[token])}"}, at + LIFETIMES[purpose]
            mail.queue_email(template=template, to_email=address, context=context, at=at, works_until=until)


@transaction.atomic
def confirm_change(token: str, *, applicant: Applicant, at: datetime, actor: str) -> None:
    """Use the new address from `at` on, for the account and in the contact information, and tell both addresses.

    Raises `LinkNotValidError`, also for a link of somebody else's account, which stays as it was.
    """
    locked, user = lock_with_account(applicant.pk)
    link = use_link(token, LinkPurpose.CHANGE_EMAIL, at=at)
    if link.user_id != user.pk:
        raise LinkNotValidError
    end_links(user, BOTH, at=at)
    old, user.email = user.email, link.email
    user.save(update_fields=["email"])
    keep_confirmed(user)
    before = current_contact(locked)
    if before is not None:
        supersede(locked, before, values_of(before), email=link.email, at=at, actor=actor)
    audit.record("applicants.email_changed", actor=actor, subject=locked, at=at)
    mail.queue_email(template="email_address_in_use", to_email=link.email, context={}, at=at)
    if old:
        mail.queue_email(template="email_address_changed", to_email=old, context={}, at=at)


@transaction.atomic
def withdraw_change(*, applicant: Applicant, at: datetime, actor: str) -> bool:
    """End what waits because the person wants it; returns whether anything did."""
    locked, user = lock_with_account(applicant.pk)
    return _end(locked, user, "applicants.email_change_withdrawn", at=at, actor=actor)


@transaction.atomic
def stop_change(token: str, *, at: datetime) -> bool:
    """End what waits because the owner of the old address says so, signed in or not; returns whether anything did.

    Raises `LinkNotValidError`.
    """
    link = find_link(token, LinkPurpose.STOP_EMAIL_CHANGE, at=at)
    if link is None or link.user is None:
        raise LinkNotValidError
    locked, user = lock_with_account(link.user.applicant.pk)
    use_link(token, LinkPurpose.STOP_EMAIL_CHANGE, at=at)
    return _end(locked, user, "applicants.email_change_stopped", at=at, actor=BY_LINK)


def _end(applicant: Applicant, user: User, event: str, *, at: datetime, actor: str) -> bool:
    waited = waiting_change(user, at=at) is not None
    end_links(user, BOTH, at=at)
    if waited:
        audit.record(event, actor=actor, subject=applicant, at=at)
    return waited
