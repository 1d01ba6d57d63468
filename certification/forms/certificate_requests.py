"""Forms with which people ask about their certificate."""

from typing import Any

from django import forms

from applicants.forms.fields import DatePartsField
from applicants.forms.identity import ACCEPTED_FILES
from certification.services.certificates.requests import Ground
from certification.states import CertificateRequestKind

REAL_DATE = "Enter a real date with day, month and year as numbers, for example 1 7 2025"
FIELDS = {
    CertificateRequestKind.TRAINING: ("program", "started_on", "ended_on", "file"),
    CertificateRequestKind.LICENSE: ("jurisdiction", "licensed_on", "file"),
    CertificateRequestKind.LOST: ("explanation", "file"),
    CertificateRequestKind.NAME: ("explanation", "file"),
}


def _day(label: str, *, required: bool, help_text: str = "For example 1 7 2025") -> DatePartsField:
    messages = {"required": f"Enter the date: {label.lower()}", "invalid": REAL_DATE}
    return DatePartsField(label=label, help_text=help_text, required=required, messages=messages)


class CertificateRequestForm(forms.Form):
    """What one kind of request needs; the other questions are not asked."""

    program = forms.CharField(
        label="Program and hospital",
        max_length=250,
        error_messages={"required": "Enter the name of the program", "max_length": "Use at most 250 characters"},
    )
    started_on = _day("First day of the training", required=True)
    ended_on = _day("Last day, if it is over", required=False)
    jurisdiction = forms.CharField(
        label="State or jurisdiction of the license",
        max_length=120,
        error_messages={"required": "Enter the state or jurisdiction", "max_length": "Use at most 120 characters"},
    )
    licensed_on = _day("Day on which the license was issued", required=True)
    explanation = forms.CharField(
        label="What happened?",
        max_length=2000,
        error_messages={"required": "Say what happened", "max_length": "Use at most 2,000 characters"},
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    file = forms.FileField(
        label="Document that shows it",
        help_text="PDF, JPG or PNG, up to 10 MB.",
        error_messages={
            "required": "Select the document that shows it",
            "empty": "The selected file is empty. Select the file that you want to send.",
        },
        widget=forms.FileInput(attrs={"accept": ACCEPTED_FILES}),
    )

    def __init__(self, *args: Any, kind: CertificateRequestKind, **kwargs: Any) -> None:  # Any: as Django declares it
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for name in set(self.fields) - set(FIELDS[kind]):
            del self.fields[name]
        if kind == CertificateRequestKind.LOST:
            self.fields["file"].required = False
            self.fields["file"].label = "A document, if you have one, such as a police report"

    def ground(self) -> Ground:
        """Return what a valid form says."""
        return Ground(**{name: value for name, value in self.cleaned_data.items() if name != "file"})
