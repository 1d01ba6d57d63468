"""What follows a change of how somebody signs in: the audit log, other sessions, and what this session counts as."""

from typing import Any

import structlog
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY, get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.utils import timezone

from applicants.models import User
from applicants.second_factor import SECOND_FACTOR
from applicants.services.sessions import end_all_sessions, end_other_sessions
from portal import audit

logger = structlog.get_logger(__name__)


def _record(event: str, user: User, **facts: str) -> None:
    applicant = getattr(user, "applicant", None)
    person = applicant.pk if applicant is not None else None
    at = timezone.now()
    audit.record(f"applicants.{event}", actor=audit.actor_label(user), subject=user, at=at, person=person, **facts)


def signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    """Record who signed in, and with what."""
    methods = [str(record.get("type") or record["method"]) for record in get_authentication_records(request, user)]
    _record("signed_in", user, methods=",".join(methods))


def signed_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    """Record who signed out."""
    if user is not None:
        _record("signed_out", user)


def password_changed(request: HttpRequest, user: User, **_: Any) -> None:
    """Record a new password."""
    _record("password_changed", user)


def password_replaced(request: HttpRequest, user: User, **_: Any) -> None:
    """Record a new password that came through a link, and end every session of the account."""
    _record("password_replaced", user)
    end_all_sessions(user)


def code_refused(request: HttpRequest, user: User, **_: Any) -> None:
    """Count a wrong code; whoever typed it knew the password, so the account is named."""
    logger.warning("code_refused", account=user.pk)


def second_factor_added(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """Count what was just set up as shown in this session: setting it up proved that the person has it."""
    _record("second_factor_added", user, kind=authenticator.type)
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_authentication(request, user, SECOND_FACTOR, id=authenticator.pk, type=authenticator.type)


def second_factor_removed(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """Forget in this session what was shown with it, and end the person's other sessions."""
    _record("second_factor_removed", user, kind=authenticator.type)
    records = get_authentication_records(request, user)
    if not Authenticator.objects.filter(user=user).exists():
        records = [record for record in records if record["method"] != SECOND_FACTOR]
    request.session[AUTHENTICATION_METHODS_SESSION_KEY] = records
    end_other_sessions(request)


def recovery_codes_made(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """Record new recovery codes."""
    _record("recovery_codes_made", user)
