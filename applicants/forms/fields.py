"""Fields that several forms of people share."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django_countries import countries

from applicants.names import MOST_CHARACTERS, NameNotAcceptedError, check_name

# What is printed back of a text that is far too long: enough to recognize it.
MOST_ECHOED = 5 * MOST_CHARACTERS


class ShortText(forms.CharField):
    """One line of text. What is far too long is shown back cut off, and is answered before anything else looks at it."""

    def bound_data(self, data: Any, initial: Any) -> Any:  # Any: as Django declares it
        """Return what the page shows again."""
        shown = super().bound_data(data, initial)
        return shown[:MOST_ECHOED] if isinstance(shown, str) else shown

    def run_validators(self, value: Any) -> None:  # Any: as Django declares it
        """Check length and characters first, so that there is one message, and that it names the remedy."""
        if value and self.max_length is not None and len(value) > self.max_length:
            raise ValidationError(f"Use at most {self.max_length} characters", code="max_length")
        if value and not value.isprintable():
            raise ValidationError("Enter this on one line, without control characters", code="control_characters")
        super().run_validators(value)


class NameField(ShortText):
    """A name or a part of one, in any script, kept exactly as typed but for spaces around it."""

    def __init__(self, **options: Any) -> None:  # Any: options of Django's field
        super().__init__(**{"widget": forms.TextInput(attrs={"spellcheck": "false"}), **options})

    def run_validators(self, value: Any) -> None:  # Any: as Django declares it
        """Refuse what cannot be a name, with what to do instead."""
        if value:
            try:
                check_name(value)
            except NameNotAcceptedError as error:
                raise ValidationError(str(error), code="name") from error


class DateParts(forms.MultiWidget):
    """Day, month and year in three inputs, because people write dates in different orders."""

    template_name = "widgets/date_parts.html"
    use_fieldset = True

    def __init__(self, autocomplete: Sequence[str] = ("", "", "")) -> None:
        widgets: dict[str, forms.Widget | type[forms.Widget]] = {
            name: forms.TextInput(
                attrs={"inputmode": "numeric", "maxlength": length, **({"autocomplete": token} if token else {})}
            )
            for name, length, token in zip(("day", "month", "year"), (2, 2, 4), autocomplete, strict=True)
        }
        super().__init__(widgets)

    def decompress(self, value: date | None) -> list[str]:
        """Return the three parts of a date."""
        return [str(value.day), str(value.month), f"{value.year:04d}"] if value else ["", "", ""]


class DatePartsField(forms.MultiValueField):
    """A real date from three inputs; `messages` has the texts for "required" and "invalid"."""

    def __init__(
        self, *, messages: Mapping[str, str], autocomplete: Sequence[str] = ("", "", ""), **options: Any
    ) -> None:  # Any: options of Django's field
        self.messages = messages
        parts = [forms.CharField(max_length=20, required=False) for _ in range(3)]
        super().__init__(
            parts,
            require_all_fields=False,
            widget=DateParts(autocomplete),
            error_messages={"required": messages["required"]},
            **options,
        )

    def compress(self, data_list: Sequence[str]) -> date | None:
        """Return the date of day, month and year. Raises ValidationError where there is none."""
        if not data_list or not any(data_list):
            return None
        try:
            day, month, year = (int(part) for part in data_list)
            return date(year, month, day)
        except (ValueError, OverflowError) as error:
            raise ValidationError(self.messages["invalid"], code="invalid") from error


def country_field(label: str, required: str, *, hint: str = "", autocomplete: str = "off") -> forms.ChoiceField:
    """Return a list of countries; `required` is the message when none is selected."""
    return forms.ChoiceField(
        label=label,
        help_text=hint,
        choices=lambda: [("", "Select a country"), *countries],
        error_messages={"required": required, "invalid_choice": "Select a country from the list"},
        widget=forms.Select(attrs={"autocomplete": autocomplete}),
    )
