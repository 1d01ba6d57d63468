"""What if: days that have not come yet, for trying them out."""

from datetime import date
from typing import Any

from django import forms

LAST_YEAR = 2100
FIRST_YEAR = 1990


class WhatIfForm(forms.Form):
    """Days of things to come; each may be left empty. Nothing of it is kept."""

    graduation_on = forms.DateField(label="Graduation")
    step_1_on = forms.DateField(label="Step 1 passed")
    step_2_ck_on = forms.DateField(label="Step 2 CK passed")
    pathway_on = forms.DateField(
        label="Pathway accepted", help_text="With OET Medicine that meets the minimum scores of the season."
    )
    verified_on = forms.DateField(label="Diploma and transcript verified by your school")
    as_of = forms.DateField(
        label="Show how I stand on", help_text="Empty: the last of the days above, or today if that is later."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as the base declares them
        """Give every field the same kind of input and words."""
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False
            field.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            field.error_messages["invalid"] = f"Enter the {field.label or 'day'} as a day, such as 2027-03-31"

    def clean(self) -> dict[str, Any]:
        """Refuse years that are a slip of the finger."""
        cleaned: dict[str, Any] = super().clean() or {}
        for name, day in list(cleaned.items()):
            if isinstance(day, date) and not FIRST_YEAR <= day.year <= LAST_YEAR:
                self.add_error(name, f"Enter a day between {FIRST_YEAR} and {LAST_YEAR}")
        return cleaned
