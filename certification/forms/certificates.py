"""Forms about certificates."""

import datetime
import re

from django import forms
from django.core.exceptions import ValidationError

from portal.printed_dates import parse_printed_date

NUMBER_SHAPE = re.compile(r"[A-Z0-9][A-Z0-9-]{2,19}", re.ASCII)
SEPARATORS = re.compile(r"[\s\u00ad\u2010-\u2015\u2212-]+")
NUMBER_ADVICE = "Enter the certificate number as it is printed, for example C-1000042"
DATE_ADVICE = "Enter the issue date as it is printed on the certificate, for example June 3, 2026"


class VerifyCertificateForm(forms.Form):
    """Number and issue date of a certificate that somebody was shown."""

    number = forms.CharField(
        label="Certificate number",
        help_text="For example C-1000042",
        max_length=40,
        error_messages={"required": "Enter the number printed on the certificate", "max_length": NUMBER_ADVICE},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    date = forms.CharField(
        label="Issue date",
        help_text="For example June 3, 2026",
        max_length=40,
        error_messages={"required": "Enter the issue date", "max_length": DATE_ADVICE},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_number(self) -> str:
        """Return the number in capitals, with plain dashes."""
        number = SEPARATORS.sub("-", str(self.cleaned_data["number"]).strip()).upper()
        if not NUMBER_SHAPE.fullmatch(number):
            raise ValidationError(NUMBER_ADVICE)
        return number

    def clean_date(self) -> datetime.date:
        """Return the issue date, typed as `June 3, 2026`, `3 Jun 2026`, `2026-06-03` or `6/3/2026` (month first)."""
        try:
            return parse_printed_date(str(self.cleaned_data["date"]), advice=DATE_ADVICE)
        except ValueError as error:
            raise ValidationError(str(error)) from error
