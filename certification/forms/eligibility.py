"""The public question: is my school eligible for my graduation year."""

from django import forms

EARLIEST_YEAR = 1940
LATEST_YEAR = 2100


class EligibilityForm(forms.Form):
    """Words of the school's name or city, and the year of graduation."""

    school = forms.CharField(
        label="School or city",
        min_length=3,
        max_length=100,
        help_text="At least three letters, for example Lagos",
        error_messages={
            "required": "Enter the name of your school or its city",
            "min_length": "Enter at least three letters of the name or the city",
            "max_length": "Use at most 100 characters",
        },
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    year = forms.IntegerField(
        label="Graduation year",
        min_value=EARLIEST_YEAR,
        max_value=LATEST_YEAR,
        localize=False,
        help_text="The year in which you finish all requirements, for example 2021",
        error_messages={
            "required": "Enter the year of your graduation",
            "invalid": "Enter the year with four digits, such as 2021",
            "min_value": "Enter the year with four digits, such as 2021",
            "max_value": "Enter the year with four digits, such as 2021",
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
