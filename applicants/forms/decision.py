"""The decision of staff about a suspected duplicate."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from applicants.models import Applicant
from applicants.numbers import parse_identification_number

OTHER_PERSON, SAME_PERSON = "other", "same"
NOBODY_CHOSEN = "Choose which person on record this is, or enter their number"


class DecisionForm(forms.Form):
    """Another person, or the same as one on record; with a reason either way."""

    decision = forms.ChoiceField(
        choices=[(OTHER_PERSON, "A different person"), (SAME_PERSON, "The same person")],
        error_messages={"required": "Press one of the two buttons", "invalid_choice": "Press one of the two buttons"},
    )
    same_as = forms.ChoiceField(label="The same person as", required=False, widget=forms.RadioSelect)
    number = forms.CharField(
        label="Or the number of somebody else on record", required=False, max_length=40, widget=forms.TextInput
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
            raise ValidationError("Enter the eight digits, for example 0-123-456-7, or leave it empty") from error
        key: int | None = Applicant.objects.filter(identification_number=digits).values_list("pk", flat=True).first()
        if key is None:
            raise ValidationError("Nobody has this number. Check the digits")
        return key

    def clean(self) -> dict[str, Any]:  # Any: as Django declares it
        """Ask for the person on record when it is the same one."""
        values = super().clean() or self.cleaned_data
        if values.get("decision") == SAME_PERSON and not self.errors and self.same_as_id is None:
            self.add_error("same_as", NOBODY_CHOSEN)
        return values

    @property
    def same_as_id(self) -> int | None:
        """Return the key of the person chosen; the number that was entered goes before the list."""
        chosen = self.cleaned_data.get("same_as")
        number: int | None = self.cleaned_data.get("number")
        return number if number is not None else int(chosen) if chosen else None
