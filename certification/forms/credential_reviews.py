"""What a reviewer of a credential enters."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from applicants.forms.fields import ShortText
from applicants.forms.reviews import JudgmentForm
from certification.models import MedicalSchool
from certification.services.credentials.deciding import CredentialReading

LONGEST = 250
# Code → what the reviewer picks, and the sentence that the person reads.
STANDARD_REASONS: Mapping[str, tuple[str, str]] = {
    "unreadable": (
        "Cannot be read",
        "A part of the document cannot be read. Scan it again in color, at 300 dpi, and upload it again.",
    ),
    "cut_off": (
        "Page or corner missing",
        "A page or a part of a page is missing. Scan every page, front and back, with all four corners.",
    ),
    "no_signature": (
        "Date, seal or signature missing",
        "The date of issue, the seal or a signature cannot be seen. Upload a copy that shows all of them.",
    ),
    "name_differs": (
        "Name without evidence",
        (
            "The name on the document is not exactly your name of record. Upload evidence that it is yours: an old "
            "passport, a marriage certificate, a court order, or a letter of your school."
        ),
    ),
    "translation": (
        "Translation not acceptable",
        (
            "The translation does not meet our rules. It must be word for word, made from the original or a copy by a "
            "government or school official or a professional service, on letterhead, with signature, title and a "
            "certification statement in English. You or a notary cannot make it."
        ),
    ),
    "not_final": (
        "Not the final document",
        "This is a provisional certificate or an intermediate award. Upload the final diploma.",
    ),
    "evaluation": (
        "Evaluation report",
        "This is a report of an evaluation service. It does not count in place of the document of your school.",
    ),
    "wrong_document": ("Wrong document", "This is not the document that you said it is. Upload the right one."),
    "excluded": (
        "Award not eligible",
        "The award on this document does not meet the requirements for certification, whatever the school.",
    ),
}
DAY = "Year, month, day: 2021-07-01"
REAL_DAY = "Enter a date as year, month and day, for example 2021-07-01"


class CredentialReviewForm(JudgmentForm):
    """What a reviewer reads in the document, and the school that issued it."""

    read_name = ShortText(label="Name on the document", max_length=LONGEST, required=False)
    read_degree_title = ShortText(label="Title of the degree", max_length=LONGEST, required=False)
    read_issued_on = forms.DateField(
        label="Issued on", help_text=DAY, required=False, error_messages={"invalid": REAL_DAY}
    )
    read_graduation_on = forms.DateField(
        label="Graduated on, where it is printed", help_text=DAY, required=False, error_messages={"invalid": REAL_DAY}
    )
    read_issuer = ShortText(label="Issuing institution", max_length=LONGEST, required=False)
    read_school = forms.ChoiceField(
        label="School of the Directory",
        help_text="The request goes there. Not in the list: correct the institution above, save, and open the page again",
        required=False,
        error_messages={"invalid_choice": "Select a school from the list"},
    )
    title_by_hand = forms.BooleanField(
        label="I accept a title that the Reference Guide does not have, and say why in the note (senior reviewers)",
        required=False,
    )

    def __init__(
        self, *args: Any, schools: Sequence[MedicalSchool], is_diploma: bool, **kwargs: Any
    ) -> None:  # Any: as Django declares it
        super().__init__(*args, reasons=STANDARD_REASONS, **kwargs)
        self.schools = schools
        choices = [(str(one.pk), f"{one.name}, {one.city}, {one.country.name}") for one in schools]
        self.fields["read_school"].choices = [("", "Not found yet"), *choices]  # type: ignore[attr-defined]  # a ChoiceField
        if not is_diploma:
            del self.fields["read_degree_title"], self.fields["title_by_hand"]

    def reading(self) -> CredentialReading:
        """Return what a valid form holds."""
        values = self.cleaned_data
        return CredentialReading(
            **self.said(),
            name=values["read_name"],
            degree_title=values.get("read_degree_title", ""),
            issued_on=values["read_issued_on"],
            graduation_on=values["read_graduation_on"],
            issuer=values["read_issuer"],
            school_id=int(values["read_school"]) if values["read_school"] else None,
            title_by_hand=bool(values.get("title_by_hand")),
        )
