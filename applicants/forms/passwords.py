"""Forms of passwords: changed, forgotten, chosen for the first time."""

from typing import Any

from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.account.forms import ResetPasswordForm, ResetPasswordKeyForm, SetPasswordForm
from django import forms

from applicants.models import User
from applicants.passwords import RULE

MOST_ACCOUNTS_OF_AN_ADDRESS = 5
ADDRESS_MISSING = "Enter your e-mail address with @ and a domain, such as name@example.org"


class NewPasswordMixin:
    """Says the rule once, above the field, and asks for the password in plain words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as allauth declares it
        super().__init__(*args, **kwargs)
        fields: dict[str, forms.Field] = self.fields  # type: ignore[attr-defined]  # every form has them
        first, second = fields["password1"], fields["password2"]
        first.label, first.help_text = "New password", RULE
        second.label, second.help_text = "New password once more", ""
        first.error_messages["required"] = "Enter a new password"
        second.error_messages["required"] = "Enter the new password once more"
        for field in fields.values():
            field.widget.attrs.pop("placeholder", None)


class ChangePasswordForm(NewPasswordMixin, AllauthChangePasswordForm):  # type: ignore[misc]  # allauth has no types
    """A new password in place of the one that the person knows."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as allauth declares it
        super().__init__(*args, **kwargs)
        old = self.fields["oldpassword"]
        old.label, old.help_text = "Password of now", ""
        old.error_messages["required"] = "Enter the password that you have now"


class FirstPasswordForm(NewPasswordMixin, SetPasswordForm):  # type: ignore[misc]  # allauth has no types
    """A password for an account that has none."""


class NewPasswordForm(NewPasswordMixin, ResetPasswordKeyForm):  # type: ignore[misc]  # allauth has no types
    """A new password through the link in a message."""


class ForgottenPasswordForm(ResetPasswordForm):  # type: ignore[misc]  # allauth has no types
    """The address to which the link goes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as allauth declares it
        super().__init__(*args, **kwargs)
        self.fields["email"].error_messages |= {"required": ADDRESS_MISSING, "invalid": ADDRESS_MISSING}
        self.fields["email"].widget.attrs.pop("placeholder", None)

    def clean_email(self) -> str:
        """Return the address; whether somebody has it is nobody's to see."""
        email = str(self.cleaned_data["email"])
        active = [user for user in User.objects.with_address(email) if user.is_active]
        self.users = active[:MOST_ACCOUNTS_OF_AN_ADDRESS]
        return email
