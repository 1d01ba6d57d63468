"""Where a person is signed in: noted at each sign-in, listed, and ended by the person, or from the command line."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from applicants.models import Applicant, User
from portal import audit


def note_sign_in(request: HttpRequest, **_: Any) -> None:
    """Note the session that begins with `request`, and forget those of the person that have ended since."""
    UserSession.objects.filter(user_id=request.user.pk).exclude(session_key__in=alive()).delete()
    UserSession.objects.create_from_request(request)


def note_new_key(request: HttpRequest, **_: Any) -> None:
    """Note the session of `request` under the key it got with a new password, and end the person's others."""
    UserSession.objects.create_from_request(request)
    end_other_sessions(request)


def renew_key(request: HttpRequest, user: User, **_: Any) -> None:
    """Give the session of `request` a new key when its person has confirmed who they are (ASVS 7.2.4).

    At sign-in itself nobody is signed in yet, and Django gives a new key.
    """
    if request.user.pk != user.pk:
        return
    before = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)


def sessions_of(user: User) -> QuerySet[UserSession]:
    """Return the sessions in which the person is signed in, newest first."""
    found: QuerySet[UserSession] = UserSession.objects.filter(user=user, session_key__in=alive())
    return found.order_by("-created_at")


def end_other_sessions(request: HttpRequest) -> int:
    """End every session of the person but that of `request`; returns how many there were."""
    others = UserSession.objects.filter(user_id=request.user.pk).exclude(session_key=request.session.session_key)
    return _end(others.values_list("session_key", flat=True))


def end_session(*, user: User, key: int) -> int:
    """End one session of `user` by its primary key; returns 0 when it is not there, or not theirs."""
    return _end(UserSession.objects.filter(user=user, pk=key).values_list("session_key", flat=True))


def end_all_sessions(user: User) -> int:
    """End every session of `user`; returns how many there were."""
    return _end(UserSession.objects.filter(user=user).values_list("session_key", flat=True))


def end_everybodys_sessions(*, actor: str, reason: str, at: datetime) -> int:
    """End every session there is, of visitors who are not signed in too; returns how many there were.

    Each account that was signed in gets an event in the audit log.
    """
    with transaction.atomic():
        for user in User.objects.filter(pk__in=UserSession.objects.values("user_id")):
            end_sessions_of(user, actor=actor, reason=reason, at=at)
        UserSession.objects.all().delete()
        return Session.objects.all().delete()[0]


def end_sessions_of(user: User, *, actor: str, reason: str, at: datetime) -> int:
    """End every session of `user` for somebody else, who is `actor`; returns how many there were."""
    with transaction.atomic():
        ended = end_all_sessions(user)
        _record("sessions_ended", user, actor=actor, reason=reason, at=at, sessions=ended)
    return ended


def close_account(user: User, *, actor: str, reason: str, at: datetime) -> int:
    """Let nobody sign in to the account of `user`, and end its sessions; returns how many there were."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=False)
        _record("account_closed", user, actor=actor, reason=reason, at=at)
        return end_sessions_of(user, actor=actor, reason=reason, at=at)


def reopen_account(user: User, *, actor: str, reason: str, at: datetime) -> None:
    """Let people sign in again to an account that was closed; its old sessions stay ended."""
    with transaction.atomic():
        end_sessions_of(user, actor=actor, reason=reason, at=at)
        User.objects.filter(pk=user.pk).update(is_active=True)
        _record("account_reopened", user, actor=actor, reason=reason, at=at)


def _record(event: str, user: User, *, actor: str, reason: str, at: datetime, **facts: int) -> None:
    audit.record(f"applicants.{event}", actor=actor, subject=user, at=at, reason=reason, person=_person(user), **facts)


def _person(user: User) -> int | None:
    return Applicant.objects.filter(user=user).values_list("pk", flat=True).first()


def alive() -> QuerySet[Session, str]:
    """Return the keys of all sessions that have not ended."""
    return Session.objects.filter(expire_date__gt=timezone.now()).values_list("session_key", flat=True)


def _end(keys: Iterable[str]) -> int:
    ended = list(keys)
    Session.objects.filter(session_key__in=ended).delete()
    UserSession.objects.filter(session_key__in=ended).delete()
    return len(ended)
