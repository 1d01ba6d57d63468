"""Forms of staff for the rule tables: every change says why."""

from datetime import timedelta
from typing import Any

from django import forms

from applicants.models import Applicant
from applicants.numbers import parse_identification_number
from certification.models import Threshold, WindowException
from certification.models.rule_tables import TableRow

REASON_LENGTH = 500


class TableRowForm(forms.ModelForm[TableRow]):
    """A row with the reason of its change."""

    change_reason = forms.CharField(
        label="Reason of this change",
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Kept in the history of the tables.",
        error_messages={"required": "Enter why the row is added or changed"},
    )

    def clean(self) -> dict[str, Any] | None:
        """Refuse to end a threshold that nothing follows: the rules need it on every day."""
        cleaned = super().clean() or {}
        code, last = cleaned.get("code"), cleaned.get("effective_to")
        if isinstance(self.instance, Threshold) and code and last is not None:
            others = Threshold.objects.filter(code=code, effective_from__lte=last + timedelta(days=1))
            if not others.filter(effective_to__isnull=True).exclude(pk=self.instance.pk).exists():
                self.add_error("effective_to", "Add the row that follows first: the rules need a value on every day")
        return cleaned


class WindowExceptionForm(forms.ModelForm[WindowException]):
    """Whom a longer time limit is granted, found by the number."""

    number = forms.CharField(
        label="Identification number", max_length=20, help_text="Eight digits, with or without dashes."
    )

    class Meta:
        model = WindowException
        fields = ["examination", "new_end_on", "reason"]

    def clean_number(self) -> str:
        """Return the digits of a number that somebody has."""
        try:
            number = parse_identification_number(self.cleaned_data["number"])
        except ValueError:
            number = ""
        applicant = Applicant.objects.filter(identification_number=number).first() if number else None
        if applicant is None:
            raise forms.ValidationError("Enter the identification number of a physician")
        self.instance.applicant = applicant
        return number

    def clean(self) -> dict[str, Any] | None:
        """Refuse a grant for an examination that the person never passed."""
        cleaned = super().clean()
        applicant_id, examination = self.instance.applicant_id, (cleaned or {}).get("examination")
        if applicant_id and examination:
            passes = self.instance.applicant.examination_results.filter(examination=examination, passed=True)
            if not passes.exists():
                self.add_error("examination", "There is no pass of this examination on record")
        return cleaned
