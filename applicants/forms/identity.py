"""Forms with which people show who they are and ask for another name."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from applicants.forms.fields import DatePartsField, NameField, country_field
from applicants.forms.reviews import JudgmentForm
from applicants.models import Applicant, IdentityCheck
from applicants.presenters.readings import STANDARD_REASONS
from applicants.services.identity import PassportClaim
from applicants.services.names import NameWish
from applicants.services.readings import Reading
from applicants.states import NameReason
from portal.widgets import RadioGroup

NUMBER_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212.]+")
PASSPORT_NUMBER = re.compile(r"[A-Z0-9]{5,20}")
PASSPORT_NUMBER_MESSAGE = "Enter the passport number with its letters and digits, for example G1234567"
REAL_DATE = "Enter a real date with day, month and year as numbers, for example 27 3 2031"
ACCEPTED_FILES = ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"
FAMILY_NAME = "Family name"
GIVEN_NAMES = "Given names"


def file_field(label: str, required: str) -> forms.FileField:
    """Return a field for a scan; `required` is the message when none was selected. The pipeline checks the content."""
    return forms.FileField(
        label=label,
        help_text="PDF, JPG or PNG, up to 10 MB. Scan it in color, with all four corners in the picture.",
        error_messages={
            "required": required,
            "empty": "The selected file is empty. Select the file that you want to send.",
            "invalid": required,
        },
        widget=forms.FileInput(attrs={"accept": ACCEPTED_FILES}),
    )


class ScanForm(forms.Form):
    """A form with a scan; what the pipeline refuses at once is shown at the file."""

    file = file_field("Your file", "Select the file to send")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as Django declares it
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    @property
    def scan(self) -> "UploadedFile[bytes]":
        """Return the file of a valid form."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        return file


class PassportForm(ScanForm):
    """What stands in the passport, and its picture."""

    family_name = NameField(
        label=FAMILY_NAME,
        help_text="Exactly as in the passport. If it shows only one name, enter it here and leave the next field empty.",
        error_messages={"required": "Enter the family name as in your passport"},
    )
    given_names = NameField(label=GIVEN_NAMES, required=False)
    passport_number = forms.CharField(
        label="Passport number",
        max_length=40,
        error_messages={"required": PASSPORT_NUMBER_MESSAGE, "max_length": PASSPORT_NUMBER_MESSAGE},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )
    issuing_country = country_field("Country that issued the passport", "Select the country that issued the passport")
    expires_on = DatePartsField(
        label="Date of expiry",
        help_text="For example 27 3 2031",
        messages={"required": "Enter the date on which the passport expires", "invalid": REAL_DATE},
    )
    file = file_field("Picture of the passport page with your photo", "Select a picture of your passport")

    def clean_passport_number(self) -> str:
        """Return the number in capitals and without blanks."""
        text = unicodedata.normalize("NFKC", str(self.cleaned_data["passport_number"]))
        number = NUMBER_SEPARATORS.sub("", text).upper()
        if not PASSPORT_NUMBER.fullmatch(number):
            raise ValidationError(PASSPORT_NUMBER_MESSAGE, code="passport_number")
        return number

    def claim(self) -> PassportClaim:
        """Return what a valid form says of the passport."""
        names = ("passport_number", "issuing_country", "expires_on", "family_name", "given_names")
        return PassportClaim(**{name: self.cleaned_data[name] for name in names})


class IdentityFormForm(ScanForm):
    """The notarized form, completed."""

    file = file_field("The completed form", "Select the completed form")


class NameChangeForm(ScanForm):
    """Another name of record, with the new passport that shows it (R-NAME-1)."""

    family_name = NameField(
        label=FAMILY_NAME,
        help_text="Exactly as in your new passport. If it shows only one name, enter it here.",
        error_messages={"required": "Enter the family name as in your new passport"},
    )
    given_names = NameField(label=GIVEN_NAMES, required=False)
    native_script_name = NameField(
        label="Name in your own script",
        help_text="If your passport shows it in another script as well",
        required=False,
    )
    reason = forms.ChoiceField(
        label="Why does your name change?",
        choices=NameReason.choices,
        widget=RadioGroup,
        error_messages={
            "required": "Select why your name changes",
            "invalid_choice": "Select one of the reasons in the list",
        },
    )
    explanation = forms.CharField(
        label="Anything that helps us to understand",
        required=False,
        max_length=1000,
        error_messages={"max_length": "Use at most %(limit_value)d characters"},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    appointment_on = DatePartsField(
        label="Date of your next examination appointment, if you have one",
        help_text="For example 27 3 2031",
        required=False,
        messages={"required": REAL_DATE, "invalid": REAL_DATE},
    )
    file = file_field("Picture of your new passport", "Select a picture of your new passport")
    knows_it_is_late = forms.BooleanField(
        label="I know that I cannot test at this appointment with the new name", required=False
    )
    understands = forms.BooleanField(
        label="I have read what a change of my name of record brings",
        error_messages={"required": "Confirm that you have read what the change brings"},
    )

    def __init__(self, *args: Any, late: bool = False, **kwargs: Any) -> None:  # Any: as Django declares it
        super().__init__(*args, **kwargs)
        if not late:
            del self.fields["knows_it_is_late"]

    def wish(self) -> NameWish:
        """Return what a valid form asks for."""
        names = ("family_name", "given_names", "native_script_name", "explanation", "appointment_on")
        reason = NameReason(self.cleaned_data["reason"])
        return NameWish(reason=reason, **{name: self.cleaned_data[name] for name in names})

    @property
    def knows(self) -> bool:
        """Tell whether the person said that the appointment is too near."""
        return bool(self.cleaned_data.get("knows_it_is_late"))


class BirthDateForm(ScanForm):
    """Another date of birth than the one that was checked, with a document that shows it."""

    birth_date = DatePartsField(
        label="Date of birth",
        help_text="Exactly as in the document, for example 27 3 1994",
        autocomplete=("bday-day", "bday-month", "bday-year"),
        messages={
            "required": "Enter the date of birth as in your document",
            "invalid": "Enter a real date with day, month and year as numbers, for example 27 3 1994",
        },
    )
    explanation = forms.CharField(
        label="Why is the date on your record wrong?",
        max_length=1000,
        error_messages={
            "required": "Say why the date is wrong, for example that your passport was corrected in 2025",
            "max_length": "Use at most %(limit_value)d characters",
        },
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    file = file_field("Picture of your passport", "Select a picture of the passport that shows the right date")

    field_order = ("birth_date", "explanation", "file")


class FormerNameForm(ScanForm):
    """A former name to be verified (R-NAME-4)."""

    family_name = NameField(
        label=FAMILY_NAME,
        help_text="Exactly as in the document. If it shows only one name, enter it here.",
        error_messages={"required": "Enter the family name as in the document"},
    )
    given_names = NameField(label=GIVEN_NAMES, required=False)
    explanation = forms.CharField(
        label="Where and when did you use this name?",
        max_length=1000,
        error_messages={
            "required": "Say where and when you used this name, for example on your diploma of 2015",
            "max_length": "Use at most %(limit_value)d characters",
        },
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    file = file_field(
        "Document that shows the former name as yours",
        "Select a document that shows the former name, such as an old passport or a marriage certificate",
    )

    @property
    def name(self) -> tuple[str, str]:
        """Return family name and given names of a valid form."""
        return self.cleaned_data["family_name"], self.cleaned_data["given_names"]


def typed_day(value: Any) -> date | None:  # Any: what a field of a form holds
    """Return the day that was typed in any form that a field for days takes, None where it is none."""
    try:
        return forms.DateField().to_python(value)
    except ValidationError:
        return None


class ReviewForm(JudgmentForm):
    """What a reviewer reads in a document that shows who a person is.

    `duplicates` and `same_people` are who else may be this person; the page shows them beside the form.
    """

    read_family_name = NameField(label=FAMILY_NAME, required=False)
    read_given_names = NameField(label=GIVEN_NAMES, required=False)
    read_birth_date = forms.DateField(
        label="Birth date",
        help_text="Year, month, day: 1990-03-14",
        required=False,
        error_messages={"invalid": "Enter the birth date as year, month and day, for example 1990-03-14"},
    )
    read_expires_on = forms.DateField(
        label="Expires on",
        help_text="Year, month, day: 2031-05-01",
        required=False,
        error_messages={"invalid": "Enter the expiry as year, month and day, for example 2031-05-01"},
    )
    not_a_duplicate = forms.BooleanField(
        label="I compared both records: this is not a second registration", required=False
    )

    takes_birth_date = forms.BooleanField(
        label="Nobody has checked this person before: the birth date in the document goes on record",
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        duplicates: Sequence[IdentityCheck],
        same_people: Sequence[Applicant],
        may_correct: bool,
        **kwargs: Any,
    ) -> None:  # Any: Django's
        super().__init__(*args, reasons=STANDARD_REASONS, **kwargs)
        self.duplicates, self.same_people = duplicates, same_people
        if not may_correct:
            del self.fields["takes_birth_date"]
        if not duplicates and not same_people:
            del self.fields["not_a_duplicate"]

    def reading(self) -> Reading:
        """Return what a valid form holds."""
        values = self.cleaned_data
        return Reading(
            **self.said(),
            family_name=values["read_family_name"],
            given_names=values["read_given_names"],
            birth_date=values["read_birth_date"],
            expires_on=values["read_expires_on"],
            takes_birth_date=bool(values.get("takes_birth_date")),
        )
