"""Forms of the report service: they check the shape of what was sent, services decide what it means."""

import datetime
import re

from django import forms
from django.core.files.uploadedfile import UploadedFile

from cvs.codes import InvalidCode, normalize_short_code
from portal.printed_dates import parse_printed_date

# More than there are authorities; a longer list was not made with our page.
MOST_CODES = 200
CODE_SHAPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,19}", re.ASCII)
NOTHING_CHOSEN = "Select at least one licensing authority"
DATE_ADVICE = "Enter the date as it is printed on the report, for example June 3, 2026"


class CodesField(forms.Field):
    """A list of authority codes, each once, in the order sent; anything that cannot be a code is refused."""

    widget = forms.MultipleHiddenInput
    default_error_messages = {"invalid": "Choose the licensing authorities from the list"}

    def to_python(self, value: list[str] | None) -> list[str]:
        """Return the codes without repetitions; raises ValidationError for what our page never sends."""
        codes = list(dict.fromkeys(value or []))
        if len(codes) > MOST_CODES or not all(CODE_SHAPE.fullmatch(code) for code in codes):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return codes


class SelectionForm(forms.Form):
    """The picker: chosen authorities, the words of the filter, and one of the buttons filter, remove or continue."""

    authority = CodesField(required=False)
    q = forms.CharField(required=False, max_length=100, strip=True)
    filter = forms.CharField(required=False, max_length=1)
    remove = forms.CharField(required=False, max_length=20)

    @property
    def codes(self) -> list[str]:
        """Return the chosen codes without the one whose Remove button was pressed."""
        chosen: list[str] = self.cleaned_data.get("authority", [])
        return [code for code in chosen if code != self.cleaned_data.get("remove")]

    @property
    def stays(self) -> bool:
        """Tell whether the person goes on choosing: the filter or a Remove button was pressed."""
        return bool(self.cleaned_data.get("filter") or self.cleaned_data.get("remove"))


def agreement_fields(*, certified: bool, repeats: bool) -> dict[str, forms.Field]:
    """Return what a person agrees to before reports are paid: only the questions that apply."""
    fields: dict[str, forms.Field] = {}
    if repeats:
        fields["accepts_repeats"] = forms.BooleanField(
            label="Send another report to an authority that is still waiting for one",
            error_messages={"required": "Confirm that you want to send another report to the same authority"},
        )
    if not certified:
        fields["knows_not_certified"] = forms.BooleanField(
            label="I know the reports will say I am not certified",
            error_messages={"required": "Confirm that you want to send a report that says you are not certified"},
        )
    fields["consent"] = forms.BooleanField(
        label="You may release my certification status to these authorities",
        error_messages={"required": "Confirm that we may release your certification status"},
    )
    return fields


def parse_report_date(text: str) -> datetime.date:
    """Return the day meant by `June 3, 2026`, `3 Jun 2026`, `2026-06-03` or `6/3/2026` (month first).

    Raises ValueError with advice for the person.
    """
    return parse_printed_date(text, advice=DATE_ADVICE)


LARGEST_REPORT_BYTES = 5 * 1024 * 1024


class VerifyFileForm(forms.Form):
    """The PDF somebody holds. Only its hash is computed; the file is not kept."""

    file = forms.FileField(
        label="The PDF you received",
        help_text="We compare it with the one we issued. The file is not kept.",
        error_messages={"required": "Select the PDF you received", "empty": "The selected file is empty"},
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
    )

    def clean_file(self) -> "UploadedFile[bytes]":
        """Return the file. A report is never larger than 5 MB."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_REPORT_BYTES:
            raise forms.ValidationError("The selected file must be smaller than 5 MB")
        return file


class VerifyForm(forms.Form):
    """The code and the date of a report somebody holds."""

    code = forms.CharField(
        label="Verification code",
        help_text="16 letters and numbers, for example 7Q4K-M2XP-9RTD-H6VW",
        max_length=60,
        error_messages={
            "required": "Enter the verification code printed on the report",
            "max_length": "Enter all 16 letters and digits of the code, four groups of four",
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    date = forms.CharField(
        label="Report date",
        help_text="For example June 3, 2026",
        max_length=40,
        error_messages={"required": "Enter the report date", "max_length": DATE_ADVICE},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_code(self) -> str:
        """Return the 16 characters of the code; the error says what is wrong with the typing."""
        try:
            return normalize_short_code(self.cleaned_data["code"])
        except InvalidCode as error:
            raise forms.ValidationError(str(error)) from error

    def clean_date(self) -> datetime.date:
        """Return the report date."""
        try:
            return parse_report_date(self.cleaned_data["date"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
