"""What staff enter about a request to a school; staff pages are in English."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from certification.forms.school import AnswerForm
from certification.models import SchoolOfficial, VerificationRequest
from certification.models.verification import COMMENTS_LENGTH
from certification.states import SchoolLanguage
from portal.eastern import EASTERN, eastern_date


class WordsForm(forms.Form):
    """A reason, or a question to the school."""

    words = forms.CharField(
        max_length=COMMENTS_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        error_messages={"required": "Write it in a few words; it is kept in the history."},
    )


def _named(officials: Iterable[SchoolOfficial]) -> list[tuple[str, str]]:
    return [
        (str(one.pk), f"{one.name}, {one.title}" + (f" ({one.institution})" if one.institution else ""))
        for one in officials
    ]


class AddresseeForm(forms.Form):
    """To whom a request goes."""

    official = forms.ChoiceField(error_messages={"required": "Choose somebody from the list of the school."})

    def __init__(self, *args: Any, officials: Iterable[SchoolOfficial], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["official"]
        assert isinstance(choice, forms.ChoiceField)  # as declared above
        choice.choices = _named(officials)


class LetterForm(forms.Form):
    """In which language the letter on paper is written."""

    language = forms.ChoiceField(choices=SchoolLanguage.choices, initial=SchoolLanguage.ENGLISH)


class PaperForm(AnswerForm):
    """An answer on paper, directly from the school (R-PSV-4)."""

    official = forms.ChoiceField(
        label="Signed by, from the school’s list", error_messages={"required": "Choose who signed."}
    )
    received_on = forms.DateField(
        label="Received on",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "Enter the day on which it came.", "invalid": "Enter a day, such as 2026-05-02."},
    )

    def __init__(
        self,
        *args: Any,
        request: VerificationRequest,
        official: SchoolOfficial,
        officials: Iterable[SchoolOfficial],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, request=request, official=official, auto_id="paper_%s", **kwargs)
        choice = self.fields["official"]
        assert isinstance(choice, forms.ChoiceField)  # as declared above
        choice.choices = _named(officials)
        self.fields["signed"].label = "It came directly from the school, not through the applicant or anybody else."
        self.fields["signatory_name"].label, self.fields["signatory_title"].label = "Name as signed", "Title as signed"
        self.order_fields(["received_on", "official"])

    def clean_received_on(self) -> date:
        """Return the day. Raises ValidationError for one to come, or before the school was asked."""
        day: date = self.cleaned_data["received_on"]
        asked = self.request.sent_at
        if day > eastern_date(timezone.now()) or (asked is not None and day < eastern_date(asked)):
            raise forms.ValidationError("The answer came after the request was sent, and not later than today.")
        return day

    def received_at(self) -> datetime:
        """Return noon in Philadelphia of the day of receipt, or the moment of the request on its own day."""
        noon = datetime.combine(self.cleaned_data["received_on"], time(12), tzinfo=EASTERN).astimezone(UTC)
        return max(noon, self.request.sent_at) if self.request.sent_at else noon
