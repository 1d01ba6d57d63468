"""Accounts of officials: opened by staff or by the school's coordinator, for people on the school's list only."""

import secrets
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from applicants.models import Applicant, User
from applicants.permissions import NotAllowedError
from applicants.services import sessions
from certification.emails import write_to_school
from certification.models import SchoolOfficial, VerificationRequest
from certification.services.verification import requests
from certification.states import VerificationPurpose
from portal import audit
from portal.audit import actor_label
from portal.eastern import eastern_date

KEEP_LIST = "certification.keep_school_list"


class AccountError(Exception):
    """The account cannot be opened or closed; nothing was written. The text says why."""


def listings_of(user: User, *, at: datetime) -> QuerySet[SchoolOfficial]:
    """Return the entries with which `user` is on lists of schools at `at`."""
    return SchoolOfficial.objects.listed_on(eastern_date(at)).filter(user=user).select_related("school").order_by("pk")


def official_for(user: User, request: VerificationRequest, *, at: datetime) -> SchoolOfficial | None:
    """Return as whom `user` may answer `request` at `at`, or None: another school's request does not exist for them."""
    right = requests.RIGHTS[VerificationPurpose(request.purpose)]
    return listings_of(user, at=at).filter(school_id=request.school_id, **{right: True}).first()


def holder_of(official: SchoolOfficial) -> User:
    """Return the account that owns what `official` sends: their own, or one that nobody can sign in to."""
    if official.user is not None:
        return official.user
    holder, _ = User.objects.get_or_create(
        username=f"official-{official.pk}", defaults={"is_active": False, "password": "!" + secrets.token_hex(20)}
    )
    return holder


@transaction.atomic
def invite(official_id: int, *, by: User, at: datetime, reason: str = "") -> SchoolOfficial:
    """Open an account for somebody on a school's list and write to the listed address how to get in.

    `by` is staff that keeps lists, or a coordinator of the same school. Raises `NotAllowedError`, `AccountError`.
    """
    official = _lock(official_id)
    _require_manager(official, by, at=at)
    if not official.is_listed(eastern_date(at)):
        raise AccountError("This person is not on the school’s list.")
    if official.user is not None:
        raise AccountError("This person has an account.")
    user = _account(official)
    official.user = user
    official.save(update_fields=["user"])
    if not user.is_active:
        user.is_active = True
        user.save(update_fields=["is_active"])
    audit.record(
        "certification.school_account_opened",
        actor=actor_label(by),
        subject=official,
        at=at,
        reason=reason,
        account=user.pk,
    )
    links = {
        "password_url": settings.BASE_URL + reverse("account_reset_password"),
        "sign_in_url": settings.BASE_URL + reverse("account_login"),
        "school": official.institution or official.school.name,
    }
    write_to_school(official, "school_account", links, at=at)
    return official


@transaction.atomic
def close(official_id: int, *, by: User, at: datetime, reason: str = "") -> SchoolOfficial:
    """End the account of an official for this school, and its sessions; it stays for other schools that list the person.

    Raises `NotAllowedError`, and `AccountError` where there is none, or for a coordinator's own.
    """
    official = _lock(official_id)
    _require_manager(official, by, at=at)
    if official.user is None:
        raise AccountError("This person has no account.")
    if official.user.pk == by.pk:
        raise AccountError("Ask another coordinator, or our staff, to close your own account.")
    end_account(official, actor=actor_label(by), at=at, reason=reason)
    return official


def end_account(official: SchoolOfficial, *, actor: str, at: datetime, reason: str = "") -> None:
    """Take the account away from the locked `official`; whoever is on no other list cannot sign in any more."""
    user = official.user
    if user is None:
        return
    official.user = None
    official.save(update_fields=["user"])
    audit.record(
        "certification.school_account_closed", actor=actor, subject=official, at=at, reason=reason, account=user.pk
    )
    if listings_of(user, at=at).exists():
        sessions.end_sessions_of(user, actor=actor, reason="Closed for one school", at=at)
    else:
        sessions.close_account(user, actor=actor, reason="On no school’s list with an account", at=at)


def coordinates(user: User, school_id: int, *, at: datetime) -> bool:
    """Tell whether `user` coordinates accounts of the school."""
    return listings_of(user, at=at).filter(school_id=school_id, may_coordinate=True).exists()


def _lock(official_id: int) -> SchoolOfficial:
    return SchoolOfficial.objects.select_for_update(of=("self",)).select_related("school", "user").get(pk=official_id)


def _require_manager(official: SchoolOfficial, by: User, *, at: datetime) -> None:
    keeps = by.is_active and by.is_staff and by.has_perm(KEEP_LIST)
    if not keeps and not coordinates(by, official.school_id, at=at):
        raise NotAllowedError("Accounts of a school are opened and closed by its coordinator, or by our staff.")


def _account(official: SchoolOfficial) -> User:
    """Return the account with the official's address as its name, made if there is none. Raises `AccountError`."""
    name = official.email.lower()
    user = User.objects.select_for_update(of=("self",)).filter(username=name).first()
    if user is None:
        return User.objects.create_user(username=name, email=official.email)
    if user.is_staff or Applicant.objects.filter(user=user).exists():
        raise AccountError("This address belongs to an account of another kind. List the person with another address.")
    return user
