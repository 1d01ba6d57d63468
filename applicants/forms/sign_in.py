"""The form with which everybody signs in."""

from typing import Any

from allauth.account.forms import LoginForm
from django import forms

from applicants.models import User
from applicants.numbers import parse_identification_number

STAFF_SIGN_IN_FAILED = "The e-mail address or the password is not right."


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth has no types
    """Number or address, and password. The password is never printed back into the page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as allauth declares it
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            label="Identification number or e-mail address",
            help_text="Your USMLE/ECFMG number, for example 0-123-456-7, or the address that you gave us",
            max_length=254,
            error_messages={"required": "Enter your identification number or your e-mail address"},
            widget=forms.TextInput(attrs={"autocomplete": "username", "spellcheck": "false"}),
        )
        password = self.fields["password"]
        password.label, password.help_text = "Password", ""
        password.error_messages["required"] = "Enter your password"
        self.order_fields(["login", "password"])

    def clean_login(self) -> str:
        """Return the name of the account: eight digits, or for staff the address; unknown ones stay as they are typed.

        An address that several accounts share signs in to none of them: they have their numbers.
        """
        text = str(self.cleaned_data["login"]).strip()
        try:
            return parse_identification_number(text)
        except ValueError:
            names = [user.username for user in User.objects.with_address(text)]
            return names[0] if len(names) == 1 and text.lower() not in names else text.lower()


class StaffSignInForm(SignInForm):
    """E-mail address and password of staff. The right password of anybody else is answered like a wrong one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as allauth declares it
        super().__init__(*args, **kwargs)
        login = self.fields["login"]
        login.label, login.help_text = "E-mail address", ""
        login.error_messages["required"] = "Enter your e-mail address"

    def clean(self) -> dict[str, Any]:
        """Let staff through, with one answer for everything that is not right."""
        try:
            values: dict[str, Any] = super().clean()
        except forms.ValidationError as error:
            raise (_staff_refused() if error.code == "username_password_mismatch" else error) from error
        if self.user is None or not self.user.is_staff:
            raise _staff_refused()
        return values


def _staff_refused() -> forms.ValidationError:
    return forms.ValidationError(STAFF_SIGN_IN_FAILED, code="username_password_mismatch")
