"""How django-allauth behaves here: no sign-up, one neutral answer, links under our own address."""

import time
from typing import Any
from urllib.parse import urlsplit

import segno
import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from applicants import devices
from applicants.models import User
from applicants.models.accounts import normalized
from applicants.numbers import format_identification_number
from applicants.second_factor import must_have_second_factor
from applicants.services import security_notices
from portal import encryption
from portal.clients import client_key

SIGN_IN_FAILED = "The number, the e-mail address or the password is not right."
TOO_MANY_ATTEMPTS = "There were too many attempts. Try again in 5 minutes."
TOO_MANY_REQUESTS = "There were too many requests. Try again in an hour."
WRONG_CODE = "This code is not right, or was used already. Wait for the next one."
LAST_ONE = (
    "Your account needs a second factor. Set up another one before you remove this one. Without one, your password must "
    "have 15 characters or more."
)

WAYS = {
    "reauthenticate": "Use your password",
    "mfa_reauthenticate": "Use a code of your authenticator app, or a recovery code",
    "mfa_reauthenticate:webauthn": "Use a passkey",
}
logger = structlog.get_logger(__name__)


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
        """Return where a person goes after signing in without a page in mind: staff and people of schools to their work."""
        if getattr(request.user, "is_staff", False):
            return resolve_url("admin:index")
        if getattr(request.user, "applicant", None) is None:
            return resolve_url("school_requests")
        return str(super().get_login_redirect_url(request))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Count a sign-in that failed, by network; whose account it was to be is not written down."""
        logger.warning("sign_in_failed", client=client_key(request, purpose="applicants.sign_in"))

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Return the answer after signing in; a browser that the account does not know is told of, and known from then on."""
        is_known = devices.is_known(request, user)
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if not is_known:
            security_notices.tell(user, what="new_browser", at=timezone.now())
        devices.remember(request, response, user)
        return response

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Return what attempts are counted by: the account, and whether the browser is one that the account knows."""
        key = str(super()._get_login_attempts_cache_key(request, **credentials))
        user = User.objects.filter(username=credentials.get("username", "")).first()
        return f"{key}:known" if user is not None and devices.is_known(request, user) else key

    def clean_password(self, password: str, user: User | None = None) -> str:
        """Return the password in the form in which it is kept. Raises ValidationError for one that is refused."""
        return str(super().clean_password(normalized(password), user))

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Write to the person through the outbox, in our words."""
        security_notices.tell(user, what=template_prefix, at=timezone.now(), to_email=email or "")

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Send the link to the address on record, never to one that was typed and only resembles it."""
        super().send_password_reset_mail(user, user.email, context)

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, Any]]:
        """Return the ways to confirm that it is the person, in our words; the password comes first."""
        methods = [
            method | {"description": WAYS[method["id"]]} for method in super().get_reauthentication_methods(user)
        ]
        return sorted(methods, key=lambda method: list(WAYS).index(method["id"]))

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

    def encrypt(self, text: str) -> str:
        """Return a secret of an app, or the seed of recovery codes, as the database holds it."""
        return encryption.cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret behind what the database holds. Raises `NoKeyFitsError`."""
        return encryption.decrypt(encrypted_text, column="mfa.Authenticator.data")

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Tell whether the account may lose it: one has to stay where it is a must, or where the password is short."""
        user = authenticator.user
        if not must_have_second_factor(user) and not user.has_short_password:
            return True
        others = Authenticator.objects.filter(user=user).exclude(pk=authenticator.pk)
        return bool(others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002 - as allauth calls it
        """Return the name of a passkey that the person did not name."""
        return f"Passkey {Authenticator.objects.filter(user=user, type=type).count() + 1}"

    def _get_user_identifier(self, user: User) -> str:
        applicant = getattr(user, "applicant", None)
        return format_identification_number(applicant.identification_number) if applicant else user.username
