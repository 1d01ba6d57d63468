"""The form of contact information."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django_countries import countries

from applicants.services.contact import ContactValues

PHONE_SHAPE = re.compile(r"\+[0-9 ().\-/]+")
# Country code and number together, as in ITU-T E.164; shorter ones exist but reach nobody from abroad.
PHONE_DIGITS = range(7, 16)
PHONE_MESSAGE = "Enter your phone number with + and the country code, such as +234 801 234 5678"
FAX_MESSAGE = "Enter your fax number with + and the country code, such as +234 1 234 5678, or leave it empty"


def _one_line(text: str) -> None:
    """Refuse characters that no address has and that would break lines where it is printed."""
    if not text.isprintable():
        raise ValidationError("Enter this on one line, without control characters", code="control_characters")


def _check_phone(text: str, message: str) -> None:
    digits = sum(character.isdigit() for character in text)
    if not PHONE_SHAPE.fullmatch(text) or digits not in PHONE_DIGITS:
        raise ValidationError(message, code="phone")


def _text(label: str, autocomplete: str, *, required: str = "", hint: str = "", length: int = 200) -> forms.CharField:
    """Return a one-line field; `required` is the message when it is empty, none makes it optional."""
    return forms.CharField(
        label=label,
        help_text=hint,
        required=bool(required),
        max_length=length,
        validators=[_one_line],
        error_messages={"required": required, "max_length": "Use at most %(limit_value)d characters"},
        widget=forms.TextInput(attrs={"autocomplete": autocomplete}),
    )


class ContactForm(forms.Form):
    """Contact information (R-CONTACT-1). Values are kept as typed, in any script.

    A new e-mail address is not among its values: it waits for a mailed link (`applicants.services.email_changes`).
    """

    email = forms.EmailField(
        label="E-mail address",
        help_text="We write to you here, for example name@example.org. We send a link to a new address before we use it.",
        max_length=254,
        error_messages={
            "required": "Enter your e-mail address",
            "invalid": "Enter an e-mail address with @ and a domain, such as name@example.org",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )
    phone = forms.CharField(
        label="Phone number",
        help_text="Include the country code, for example +234 801 234 5678",
        max_length=40,
        error_messages={"required": PHONE_MESSAGE},
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    fax = forms.CharField(
        label="Fax number",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "fax tel"}),
    )
    line1 = _text(
        "Street address", "address-line1", required="Enter your street address", hint="For example 14 Example Street"
    )
    line2 = _text("Apartment, district or building", "address-line2")
    city = _text("City", "address-level2", required="Enter your city", hint="For example Lagos", length=120)
    region = _text("State, province or region", "address-level1", length=120)
    postal_code = _text(
        "ZIP or postal code", "postal-code", hint="Leave blank if your country does not use postal codes", length=20
    )
    country = forms.ChoiceField(
        label="Country",
        choices=lambda: [("", "Select a country"), *countries],
        error_messages={"required": "Select your country", "invalid_choice": "Select your country from the list"},
        widget=forms.Select(attrs={"autocomplete": "country"}),
    )

    def clean_phone(self) -> str:
        """Return the number as typed; it needs a country code, because people and authorities are all over the world."""
        phone = str(self.cleaned_data["phone"])
        _check_phone(phone, PHONE_MESSAGE)
        return phone

    def clean_fax(self) -> str:
        """Return the number as typed, or an empty string."""
        fax = str(self.cleaned_data["fax"])
        if fax:
            _check_phone(fax, FAX_MESSAGE)
        return fax

    def values(self) -> ContactValues:
        """Return what a valid form holds besides the e-mail address."""
        return ContactValues(**{name: text for name, text in self.cleaned_data.items() if name != "email"})
