"""Forms of the second factor: codes that are typed, and new passkeys and authenticator apps."""

from datetime import timedelta
from typing import Any

import structlog
from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.utils import timezone

from applicants.models import User
from applicants.services import one_time_codes
from portal import rate_limits
from portal.clients import client_key
from portal.rate_limits import RateLimit

CODE_MISSING = "Enter the code"
# Whoever types codes knows the password. Three of a million codes are right at a time, so a day of wrong ones has a
# chance of one in five thousand. A passkey opens the account meanwhile.
CODES = RateLimit("codes", 60, timedelta(days=1))
TOO_MANY_CODES = "Too many codes were typed today. Use a passkey, or try again tomorrow"

logger = structlog.get_logger(__name__)


def _code_field(label: str, hint: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=32,
        error_messages={"required": CODE_MISSING},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
    )


def _count(user: User) -> None:
    """Count a code that somebody who knows the password types. Raises ValidationError after too many in a day."""
    try:
        rate_limits.spend(CODES, f"user-{user.pk}", at=timezone.now())
    except rate_limits.TooManyRequestsError as error:
        raise forms.ValidationError(TOO_MANY_CODES, code="too_many_codes") from error


def _used_again(user: User) -> forms.ValidationError:
    """Count a right code that came twice: whoever sent it may have looked over a shoulder."""
    logger.warning("code_used_again", account=user.pk)
    refusal: forms.ValidationError = get_adapter().validation_error("incorrect_code")
    return refusal


class OneTimeCodeMixin:
    """Takes each code of an authenticator app once, whatever the cache remembers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as allauth declares it
        super().__init__(*args, **kwargs)
        self.fields["code"] = _code_field(  # type: ignore[attr-defined]  # every form has them
            "Code", "Six digits from your authenticator app, or one of your recovery codes"
        )

    def clean_code(self) -> str:
        """Return the code; a used one is refused with the words for a wrong one."""
        _count(self.user)  # type: ignore[attr-defined]  # forms of allauth have it
        user, code = self.user, self.cleaned_data["code"]  # type: ignore[attr-defined]  # forms of allauth have both
        app = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
        if app is not None and one_time_codes.is_used(app, code):
            raise _used_again(user)
        super().clean_code()  # type: ignore[misc]  # of allauth's form
        if app is not None and self.authenticator.pk == app.pk and not one_time_codes.use(app, code):  # type: ignore[attr-defined]
            raise _used_again(user)
        return str(code)


class CodeForm(OneTimeCodeMixin, AuthenticateForm):  # type: ignore[misc]  # allauth has no types
    """The code after the password."""


class ConfirmCodeForm(OneTimeCodeMixin, ReauthenticateForm):  # type: ignore[misc]  # allauth has no types
    """The code before a sensitive act."""


class ActivateAuthenticatorForm(ActivateTOTPForm):  # type: ignore[misc]  # allauth has no types
    """The first code of a new authenticator app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as allauth declares it
        super().__init__(*args, **kwargs)
        self.fields["code"] = _code_field("Code from the app", "Six digits that change every 30 seconds")


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """The name of a new passkey; the browser fills in the rest."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as allauth declares it
        super().__init__(*args, **kwargs)
        self.fields["name"] = forms.CharField(
            label="Name",
            help_text="So that you know it again, for example My phone",
            required=False,
            max_length=60,
        )
        alone = self.fields["passwordless"]
        alone.label, alone.help_text = "Sign in with this passkey alone, without the password", ""
        alone.initial = True


class PasskeyMixin:
    """Counts passkeys that are refused, as wrong passwords and codes are."""

    def clean_credential(self) -> Authenticator:
        """Return the passkey that answered. Raises ValidationError."""
        try:
            return super().clean_credential()  # type: ignore[misc]  # of allauth's form
        except (KeyError, IndexError, AttributeError) as error:
            # fido2 expects every part of an answer to be there, and of its kind; no browser sends another.
            self._count_refusal()
            raise get_adapter().validation_error("incorrect_code") from error
        except forms.ValidationError:
            self._count_refusal()
            raise

    def _count_refusal(self) -> None:
        user: User | None = self.user  # type: ignore[attr-defined]  # forms of allauth have it
        # Without a password before it, an answer only claims to be somebody's: the network is all that is known.
        client = client_key(context.request, purpose="applicants.sign_in")
        logger.warning("passkey_refused", account=user.pk if user else None, client=client)


class PasskeyAloneForm(PasskeyMixin, LoginWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """A passkey instead of the password."""


class PasskeyForm(PasskeyMixin, AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """The passkey after the password."""


class ConfirmPasskeyForm(PasskeyMixin, ReauthenticateWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """The passkey before a sensitive act."""
