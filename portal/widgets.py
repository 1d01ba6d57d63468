"""Widgets that Django's own templates cannot print the way the design system needs them."""

from collections.abc import Sequence

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect

# Digits of the largest key of a row (bigint), less one.
_KEY_DIGITS = 18


class RadioGroup(forms.RadioSelect):
    """Radio buttons, one below the other, inside the fieldset of the field."""

    template_name = "widgets/choices.html"


class ScaleGroup(RadioGroup):
    """Radio buttons for a scale, from low to high, several in a row where there is room."""

    template_name = "widgets/scale.html"


class CheckboxGroup(forms.CheckboxSelectMultiple):
    """Checkboxes, one below the other, inside the fieldset of the field."""

    template_name = "widgets/choices.html"


class AutocompleteKey(AutocompleteSelect):
    """The admin's search for a row, which shows a form again although what was sent is no key of any row."""

    def optgroups(
        self, name: str, value: Sequence[str], attr: dict[str, object] | None = None
    ) -> list[tuple[str | None, list[dict[str, object]], int | None]]:
        """Return the chosen option; Django would ask the database for any text, and fail."""
        keys = [one for one in value if one.isascii() and one.isdecimal() and len(one) <= _KEY_DIGITS]
        return super().optgroups(name, keys, attr)
