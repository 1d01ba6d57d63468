"""The decision of staff about a suspected duplicate, or about somebody who had a number before."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from applicants.models import Applicant
from applicants.numbers import parse_identification_number

OTHER_PERSON, SAME_PERSON, EARLIER_NUMBER = "other", "same", "earlier"
NOBODY_CHOSEN = "Choose which person on record this is, or enter their number"


PRESS_ONE = "Press one of the buttons"
EIGHT_DIGITS = "Enter the eight digits, for example 0-123-456-7, or leave it empty"
NUMBER_MISSING = "Enter the number that the person has, as it stands in the files of before"


class DecisionForm(forms.Form):
    """Another person, the same as one on record, or one whose number is older than the record; with a reason always."""

    decision = forms.ChoiceField(
        choices=[
            (OTHER_PERSON, "A different person"),
            (SAME_PERSON, "The same person"),
            (EARLIER_NUMBER, "A person with a number from before"),
        ],
        error_messages={"required": PRESS_ONE, "invalid_choice": PRESS_ONE},
    )
    same_as = forms.ChoiceField(label="The same person as", required=False, widget=forms.RadioSelect)
    number = forms.CharField(
        label="Or the number of somebody else on record", required=False, max_length=40, widget=forms.TextInput
    )
    earlier_number = forms.CharField(
        label="Number from before, which nobody on record has", required=False, max_length=40, widget=forms.TextInput
    )
    reason = forms.CharField(
        label="Reason (kept in the history)",
        max_length=500,
        error_messages={"required": "Say why; the reason is kept in the history"},
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60, "maxlength": 500}),
    )

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]], **kwargs: Any) -> None:  # Any: Django's
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["same_as"].choices = people  # type: ignore[attr-defined]  # a ChoiceField

    def clean_number(self) -> int | None:
        """Return the key of the person with this number, None when nothing was entered."""
        text = str(self.cleaned_data["number"])
        if not text:
            return None
        try:
            digits = parse_identification_number(text)
        except ValueError as error:
            raise ValidationError(EIGHT_DIGITS) from error
        key: int | None = Applicant.objects.filter(identification_number=digits).values_list("pk", flat=True).first()
        if key is None:
            raise ValidationError("Nobody has this number. Check the digits")
        return key

    def clean_earlier_number(self) -> str:
        """Return eight digits or nothing."""
        text = str(self.cleaned_data["earlier_number"])
        try:
            return parse_identification_number(text) if text else ""
        except ValueError as error:
            raise ValidationError(EIGHT_DIGITS) from error

    def clean(self) -> dict[str, Any]:  # Any: as Django declares it
        """Ask for the person on record when it is the same one, and for the number when it is older."""
        values = super().clean() or self.cleaned_data
        if values.get("decision") == SAME_PERSON and not self.errors and self.same_as_id is None:
            self.add_error("same_as", NOBODY_CHOSEN)
        if values.get("decision") == EARLIER_NUMBER and not self.errors and not values.get("earlier_number"):
            self.add_error("earlier_number", NUMBER_MISSING)
        return values

    @property
    def same_as_id(self) -> int | None:
        """Return the key of the person chosen; the number that was entered goes before the list."""
        chosen = self.cleaned_data.get("same_as")
        number: int | None = self.cleaned_data.get("number")
        return number if number is not None else int(chosen) if chosen else None
