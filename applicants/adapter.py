"""How django-allauth behaves here: no sign-up, one neutral answer, links under our own address."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url

from applicants.models import User

SIGN_IN_FAILED = "The identification number or the password is not right."
TOO_MANY_ATTEMPTS = "There were too many attempts. Try again in 5 minutes."
TOO_MANY_REQUESTS = "There were too many requests. Try again in an hour."


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Decisions that allauth leaves to the site. Mail goes through Django's door, which leads into the outbox."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": SIGN_IN_FAILED,
        "too_many_login_attempts": TOO_MANY_ATTEMPTS,
        "rate_limited": TOO_MANY_REQUESTS,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts come with the identification number; nobody opens one alone."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:  # Any: as allauth declares it
        """Return the account, or None for a wrong password, an unknown number and a closed account alike."""
        user: User | None = super().authenticate(request, **credentials)
        return user if user and user.is_active else None

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return where a person goes after signing in without a page in mind: staff to their work."""
        if getattr(request.user, "is_staff", False):
            return resolve_url("admin:index")
        return str(super().get_login_redirect_url(request))

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link in the message under our own address, whatever host the request named."""
        return f"{settings.BASE_URL}{urlsplit(super().get_reset_password_from_key_url(key)).path}"
