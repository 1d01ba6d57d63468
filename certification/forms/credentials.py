"""Forms with which physicians hand in credentials."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from applicants.forms.fields import DatePartsField, ShortText
from certification import languages
from certification.models import Credential
from certification.services.credentials.completeness import is_letter_only
from certification.services.credentials.handing_in import Printed
from certification.states.credentials import CredentialKind, CredentialPart
from portal.eastern import eastern_date
from portal.uploads.forms import UploadField
from portal.widgets import RadioGroup

# What people upload → its kind, None for what belongs to another document, and the part it is.
WHAT: dict[str, tuple[str, CredentialKind | None, CredentialPart]] = {
    "diploma": (str(CredentialKind.DIPLOMA.label), CredentialKind.DIPLOMA, CredentialPart.ORIGINAL),
    "transcript": (str(CredentialKind.TRANSCRIPT.label), CredentialKind.TRANSCRIPT, CredentialPart.ORIGINAL),
    "transfer_transcript": (
        "Transcript of a school from which you transferred credits",
        CredentialKind.TRANSFER_TRANSCRIPT,
        CredentialPart.ORIGINAL,
    ),
    "school_letter": (
        "Letter of your school, because your diploma is not issued yet",
        CredentialKind.DIPLOMA,
        CredentialPart.SCHOOL_LETTER,
    ),
    "translation": ("English translation", None, CredentialPart.TRANSLATION),
    "name_evidence": (
        "Evidence of the name on a document, such as a marriage certificate",
        None,
        CredentialPart.NAME_EVIDENCE,
    ),
}
LONGEST = 250
EARLIEST_YEAR = 1930
REAL_DATE = "Enter a real date with day, month and year as numbers, for example 27 3 2021"


class FileForm(forms.Form):
    """One file; what the pipeline refuses at once is an error at the field."""

    file = UploadField(label="Your document")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as Django declares it
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    @property
    def upload(self) -> "UploadedFile[bytes]":
        """Return the file of a valid form."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        return file


class UploadDocumentForm(FileForm):
    """What it is, who issued it or which document it belongs to, and the file."""

    what = forms.ChoiceField(
        label="What are you uploading?",
        choices=[(code, label) for code, (label, _, _) in WHAT.items()],
        widget=RadioGroup,
        error_messages={
            "required": "Select what you are uploading",
            "invalid_choice": "Select one of the documents in the list",
        },
    )
    belongs_to = forms.ChoiceField(
        label="For a translation or evidence of a name: which document does it belong to?",
        required=False,
        error_messages={"invalid_choice": "Select one of your documents in the list"},
    )
    issuer = ShortText(
        label="Institution that issued it",
        help_text="The full official name, as printed on the document. Not needed for a translation or evidence of a name",
        max_length=LONGEST,
        required=False,
    )
    field_order = ["what", "belongs_to", "issuer", "file"]

    def __init__(self, *args: Any, own: Sequence[Credential], **kwargs: Any) -> None:  # Any: as Django declares it
        super().__init__(*args, **kwargs)
        choices = [(str(one.pk), f"{one.get_kind_display()}, {one.issuer}") for one in own]
        self.fields["belongs_to"].choices = [("", "Select a document"), *choices]  # type: ignore[attr-defined]  # a ChoiceField
        if not own:
            del self.fields["belongs_to"]

    def clean(self) -> dict[str, Any]:  # Any: as Django declares it
        """Ask for the institution of a document, and for the document of what belongs to one."""
        values = super().clean() or self.cleaned_data
        if "what" not in values:
            return values
        _, kind, _ = WHAT[values["what"]]
        if kind is None:
            if "belongs_to" not in self.fields:
                self.add_error("what", "Upload the document itself first; then add what belongs to it")
            elif not values.get("belongs_to") and "belongs_to" not in self.errors:
                self.add_error("belongs_to", "Select the document that it belongs to")
        elif not values.get("issuer") and "issuer" not in self.errors:
            self.add_error("issuer", "Enter the name of the institution that issued it")
        return values


class ReplaceForm(FileForm):
    """A file in the place of another one."""

    knows_review_ends = forms.BooleanField(label="I know that the review begins anew with the new file", required=False)

    def __init__(self, *args: Any, under_review: bool, **kwargs: Any) -> None:  # Any: as Django declares it
        super().__init__(*args, **kwargs)
        if not under_review:
            del self.fields["knows_review_ends"]


class PrintedForm(forms.Form):
    """What is printed on the document."""

    issuer = ShortText(
        label="Institution that issued it",
        help_text="The full official name, as printed on the document",
        max_length=LONGEST,
        error_messages={"required": "Enter the name of the institution that issued it"},
    )
    name_on_document = ShortText(
        label="Your name on the document",
        help_text="Exactly as printed, letter by letter, also where it differs from your name of record",
        max_length=LONGEST,
        error_messages={"required": "Enter your name as printed on the document"},
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
    )
    degree_title = ShortText(
        label="Title of the degree",
        help_text="Exactly as printed, in the language of the document",
        max_length=LONGEST,
        error_messages={"required": "Enter the title of the degree as printed on the diploma"},
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
    )
    issued_on = DatePartsField(
        label="Date of issue",
        help_text="As printed on the document, for example 27 3 2021",
        messages={"required": "Enter the date of issue that is printed on the document", "invalid": REAL_DATE},
    )
    language = forms.ChoiceField(
        label="Language of the document",
        help_text="The first one, if it is printed in several. If English is one of them for the whole text, choose English",
        choices=[("", "Select a language"), *languages.CHOICES],
        error_messages={
            "required": "Select the language of the document",
            "invalid_choice": "Select a language from the list",
        },
    )

    def __init__(
        self, *args: Any, credential: Credential, at: datetime, **kwargs: Any
    ) -> None:  # Any: as Django declares it
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.at = at
        parts = {CredentialPart(one.part) for one in credential.current_documents()}
        if is_letter_only(parts) and not credential.letter_accepted_on:
            del self.fields["degree_title"], self.fields["issued_on"]
        elif credential.kind != CredentialKind.DIPLOMA:
            del self.fields["degree_title"]

    def clean_issued_on(self) -> Any:  # Any: a date or None
        """Refuse a day that cannot stand on a document of today."""
        day = self.cleaned_data["issued_on"]
        if day is not None and (day > eastern_date(self.at) or day.year < EARLIEST_YEAR):
            raise forms.ValidationError("Enter the date of issue as printed; it cannot lie in the future", code="day")
        return day

    def printed(self, credential: Credential) -> Printed:
        """Return what a valid form says; what it does not ask for stays as it is."""
        values = self.cleaned_data
        return Printed(
            name_on_document=values["name_on_document"],
            issuer=values["issuer"],
            language=values["language"],
            issued_on=values.get("issued_on", credential.issued_on),
            degree_title=values.get("degree_title", credential.degree_title),
        )
