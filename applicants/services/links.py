"""Links sent by mail: made, looked at, used once. Only a hash of the secret part is kept."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet

from applicants.models import MailedLink, Registration, User
from applicants.states import LinkPurpose
from portal.secret_links import digest_of, new_secret

LIFETIMES = {
    LinkPurpose.CONFIRM_EMAIL: timedelta(hours=24),
    LinkPurpose.RESUME: timedelta(hours=24),
    LinkPurpose.SHOW_NUMBER: timedelta(minutes=30),
    LinkPurpose.CHANGE_EMAIL: timedelta(hours=24),
    # Longer than what it stops: it is read by somebody who did not wait for it.
    LinkPurpose.STOP_EMAIL_CHANGE: timedelta(days=7),
}


class LinkNotValidError(Exception):
    """The link was used, is too old, or was never made; one answer for all three."""


def make_link(
    purpose: LinkPurpose,
    *,
    email: str,
    at: datetime,
    registration: Registration | None = None,
    user: User | None = None,
) -> str:
    """Note a link of `registration` or of `user`, sent to `email`, and return its secret part for the message."""
    token, digest = new_secret()
    MailedLink.objects.create(
        digest=digest,
        purpose=purpose,
        registration=registration,
        user=user,
        email=email,
        created_at=at,
        expires_at=at + LIFETIMES[purpose],
    )
    return token


def _valid(token: str, purpose: LinkPurpose, at: datetime) -> QuerySet[MailedLink]:
    return MailedLink.objects.filter(
        digest=digest_of(token), purpose=purpose, used_at__isnull=True, created_at__lte=at, expires_at__gt=at
    )


def find_link(token: str, purpose: LinkPurpose, *, at: datetime) -> MailedLink | None:
    """Return the link if it could be used now. Writes nothing: mail programs open links before people do."""
    return _valid(token, purpose, at).select_related("registration", "user__applicant").first()


def use_link(token: str, purpose: LinkPurpose, *, at: datetime) -> MailedLink:
    """Use the link in the caller's transaction, and with it every other link of the same person and purpose.

    Raises `LinkNotValidError`.
    """
    link = _valid(token, purpose, at).select_for_update(of=("self",)).first()
    if link is None:
        raise LinkNotValidError
    same = MailedLink.objects.filter(registration=link.registration, user=link.user, purpose=purpose)
    same.filter(used_at__isnull=True).update(used_at=at)
    return link


def waiting_link(user: User, purpose: LinkPurpose, *, at: datetime) -> MailedLink | None:
    """Return the newest link of `user` for `purpose` that could be used now."""
    return _open(user, [purpose]).filter(expires_at__gt=at).order_by("-created_at", "-pk").first()


def end_links(user: User, purposes: Sequence[LinkPurpose], *, at: datetime, except_to: str = "") -> int:
    """End the links of `user` that were not used, but not those to the address `except_to`; returns how many ended."""
    return _open(user, purposes).exclude(email=except_to).update(used_at=at)


def _open(user: User, purposes: Sequence[LinkPurpose]) -> QuerySet[MailedLink]:
    return MailedLink.objects.filter(user=user, purpose__in=purposes, used_at__isnull=True)
