"""The form with which everybody signs in."""

from typing import Any

from allauth.account.forms import LoginForm
from django import forms

from applicants.numbers import parse_identification_number


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth has no types
    """Identification number and password. The password is never printed back into the page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as allauth declares it
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            label="Identification number",
            help_text="Your USMLE/ECFMG number, for example 0-123-456-7",
            max_length=254,
            error_messages={"required": "Enter your identification number"},
            widget=forms.TextInput(attrs={"autocomplete": "username", "spellcheck": "false"}),
        )
        password = self.fields["password"]
        password.label, password.help_text = "Password", ""
        password.error_messages["required"] = "Enter your password"
        self.order_fields(["login", "password"])

    def clean_login(self) -> str:
        """Return the eight digits; anything else is taken as the address with which staff sign in."""
        text = str(self.cleaned_data["login"]).strip()
        try:
            return parse_identification_number(text)
        except ValueError:
            return text.lower()
