"""What every reviewer enters."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms


class JudgmentForm(forms.Form):
    """The checks, the reasons and the text shown to the person, and a note for staff.

    `checks` are (code, words); `reasons` map a code to what the reviewer picks and the sentence that the person reads.
    Fields whose names begin with `read_` are shown as what the reviewer reads in the document.
    """

    checks = forms.MultipleChoiceField(
        label="Checks",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Select checks from the list"},
    )
    reasons = forms.MultipleChoiceField(
        label="Standard reasons",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Select reasons from the list"},
    )
    return_reason = forms.CharField(
        label="Shown to the applicant",
        required=False,
        max_length=2000,
        error_messages={"max_length": "Use at most %(limit_value)d characters"},
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    internal_note = forms.CharField(
        label="Internal note",
        help_text="Never shown to the applicant",
        required=False,
        max_length=2000,
        error_messages={"max_length": "Use at most %(limit_value)d characters"},
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        *args: Any,
        checks: Sequence[tuple[str, str]],
        reasons: Mapping[str, tuple[str, str]],
        **kwargs: Any,
    ) -> None:  # Any: as Django declares it
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.standard_reasons = reasons
        for name, choices in (
            ("checks", list(checks)),
            ("reasons", [(code, words) for code, (words, _) in reasons.items()]),
        ):
            self.fields[name].choices = choices  # type: ignore[attr-defined]  # declared above as fields with choices

    def said(self) -> dict[str, Any]:  # Any: values of fields
        """Return checks, reason and note of a valid form; standard reasons stand in where no words were written."""
        values = self.cleaned_data
        sentences = [self.standard_reasons[code][1] for code in values["reasons"]]
        return {
            "checks": tuple(values["checks"]),
            "return_reason": values["return_reason"].strip() or "\n".join(sentences),
            "internal_note": values["internal_note"],
        }
