"""How django-allauth behaves here: no sign-up, one neutral answer, links under our own address."""

import time
from typing import Any
from urllib.parse import urlsplit

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.safestring import SafeString, mark_safe

from applicants.models import User
from applicants.numbers import format_identification_number
from applicants.second_factor import must_have_second_factor

SIGN_IN_FAILED = "The identification number or the password is not right."
TOO_MANY_ATTEMPTS = "There were too many attempts. Try again in 5 minutes."
TOO_MANY_REQUESTS = "There were too many requests. Try again in an hour."
WRONG_CODE = "This code is not right, or was used already. Wait for the next one."
LAST_ONE = "Your account needs a second factor. Set up another one before you remove this one."


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

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Tell whether the last sign-in or confirmation of this session is too long ago for a sensitive act."""
        records = get_authentication_records(self.request, self.request.user)
        newest = max((record["at"] for record in records), default=0.0)
        return bool(time.time() - newest >= settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link in the message under our own address, whatever host the request named."""
        return f"{settings.BASE_URL}{urlsplit(super().get_reset_password_from_key_url(key)).path}"


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Names in authenticator apps and passkeys, and who may do without."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": WRONG_CODE,
        "cannot_delete_authenticator": LAST_ONE,
    }

    def get_totp_issuer(self) -> str:
        """Return the name under which an authenticator app lists the account."""
        return str(settings.ORGANIZATION["name"])

    def build_totp_svg(self, url: str) -> SafeString:
        """Return the picture that the app reads, as SVG to put into the page: a data address is no source of pictures."""
        picture = segno.make(url, error="m", micro=False).svg_inline(scale=5, border=4, dark="#000", light="#fff")
        # segno wrote it; the address itself is only in the pattern.
        return mark_safe(picture)  # noqa: S308

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return the site that passkeys are bound to: our own address, whatever host the request named."""
        return {"id": urlsplit(settings.BASE_URL).hostname or "", "name": self.get_totp_issuer()}

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Tell whether the account may lose it: where a second factor is a must, one has to stay."""
        user = authenticator.user
        if not must_have_second_factor(user):
            return True
        others = Authenticator.objects.filter(user=user).exclude(pk=authenticator.pk)
        return bool(others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002 - as allauth calls it
        """Return the name of a passkey that the person did not name."""
        return f"Passkey {Authenticator.objects.filter(user=user, type=type).count() + 1}"

    def _get_user_identifier(self, user: User) -> str:
        applicant = getattr(user, "applicant", None)
        return format_identification_number(applicant.identification_number) if applicant else user.username
