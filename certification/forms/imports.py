"""What staff send to import rows."""

from django import forms

from certification.states.imports import ImportKind


class FileImportForm(forms.Form):
    """A file, and what it is a list of."""

    kind = forms.ChoiceField(
        label="What is in the file",
        choices=ImportKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what is in the file.", "invalid_choice": "Choose what is in the file."},
    )
    file = forms.FileField(
        label="File",
        allow_empty_file=True,
        max_length=1000,
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={"required": "Choose a file.", "invalid": "Choose a file."},
    )
