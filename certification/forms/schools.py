"""The public search of medical schools."""

from django import forms
from django_countries import countries


class SchoolSearchForm(forms.Form):
    """Words of a school's name, and its country; either is enough."""

    q = forms.CharField(
        label="School, former name or city",
        required=False,
        max_length=100,
        help_text="For example Lagos. Accents and small mistakes do not matter.",
        error_messages={"max_length": "Use at most 100 characters"},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    country = forms.ChoiceField(
        label="Country",
        required=False,
        choices=lambda: [("", "Every country"), *countries],
        error_messages={"invalid_choice": "Select a country from the list"},
    )
