"""Forms of the second factor: codes that are typed, and new passkeys and authenticator apps."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms

from applicants.services import one_time_codes

CODE_MISSING = "Enter the code"


def _code_field(label: str, hint: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=32,
        error_messages={"required": CODE_MISSING},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
    )


class OneTimeCodeMixin:
    """Takes each code of an authenticator app once, whatever the cache remembers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as allauth declares it
        super().__init__(*args, **kwargs)
        self.fields["code"] = _code_field(  # type: ignore[attr-defined]  # every form has them
            "Code", "Six digits from your authenticator app, or one of your recovery codes"
        )

    def clean_code(self) -> str:
        """Return the code; a used one is refused with the words for a wrong one."""
        user, code = self.user, self.cleaned_data["code"]  # type: ignore[attr-defined]  # forms of allauth have both
        app = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
        if app is not None and one_time_codes.is_used(app, code):
            raise get_adapter().validation_error("incorrect_code")
        super().clean_code()  # type: ignore[misc]  # of allauth's form
        if app is not None and self.authenticator.pk == app.pk and not one_time_codes.use(app, code):  # type: ignore[attr-defined]
            raise get_adapter().validation_error("incorrect_code")
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
