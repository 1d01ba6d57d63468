"""Browsers that an account knows, by a signed cookie; nothing about them is stored here.

A new password makes every browser unknown again. The cookie tells nothing of the person, and it opens nothing: who has
it may try passwords beside those who do not (OWASP, "Device Cookies"), and is not written about at the next sign-in.
"""

from collections.abc import Iterable

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from applicants.models import User

SALT = "applicants.devices"
KEPT_SECONDS = 180 * 24 * 60 * 60
# People who share a computer.
MOST_ACCOUNTS = 5
_MARK_LENGTH = 32


def _mark(user: User) -> str:
    value = f"{user.pk}:{user.get_session_auth_hash()}"
    return salted_hmac(SALT, value, algorithm="sha256").hexdigest()[:_MARK_LENGTH]


def _marks(request: HttpRequest) -> list[str]:
    try:
        value = request.get_signed_cookie(settings.DEVICE_COOKIE_NAME, default="", salt=SALT, max_age=KEPT_SECONDS)
    except signing.BadSignature:
        return []
    return [mark for mark in str(value).split(".") if mark][:MOST_ACCOUNTS]


def is_known(request: HttpRequest, user: User) -> bool:
    """Tell whether this person has signed in with this browser since the last change of the password."""
    return _is_among(_mark(user), _marks(request))


def _is_among(mark: str, marks: Iterable[str]) -> bool:
    return any(constant_time_compare(mark, known) for known in marks)


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Make the browser known to `user` for half a year."""
    mark = _mark(user)
    others = [known for known in _marks(request) if known != mark]
    response.set_signed_cookie(
        settings.DEVICE_COOKIE_NAME,
        ".".join([mark, *others][:MOST_ACCOUNTS]),
        salt=SALT,
        max_age=KEPT_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
