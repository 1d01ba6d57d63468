"""Why staff open the record of a person: asked once, kept for half an hour in the session, written to the audit log."""

import re
from datetime import datetime, timedelta

from django import forms
from django.contrib.sessions.backends.base import SessionBase
from django.db import models

from portal import audit

KEPT_FOR = timedelta(minutes=30)
# The session is a row that every request reads; it must not grow with a day's work.
MOST_PERSONS = 50
DETAIL_LENGTH = 200
_KEY = "purposes_of_reading"
_NUMBER_OR_ADDRESS = re.compile(r"@|\d[\d -]{4,}\d")


class Purpose(models.TextChoices):
    """Standard purposes; the person concerned reads the label."""

    QUESTION = "question", "To answer a question of the person"
    IDENTITY = "identity", "To check identity or a name"
    CREDENTIALS = "credentials", "To review credentials"
    CORRECTION = "correction", "To correct the record"
    DELIVERY = "delivery", "To look into the delivery of a report"
    PAYMENT = "payment", "To look into a payment or refund"
    COMPLAINT = "complaint", "To look into a complaint or an appeal"
    QUALITY = "quality", "To check the quality of our own work"
    LEGAL = "legal", "Because a law or a court requires it"
    OTHER = "other", "Another purpose"


class PurposeForm(forms.Form):
    """One of the standard purposes, and words of one's own where the standard ones do not say enough."""

    purpose = forms.ChoiceField(
        choices=Purpose.choices,
        widget=forms.RadioSelect,
        label="Why are you opening this record?",
        error_messages={"required": "Choose a purpose.", "invalid_choice": "Choose one of the purposes."},
    )
    purpose_detail = forms.CharField(
        max_length=DETAIL_LENGTH,
        widget=forms.TextInput(attrs={"size": 60}),
        required=False,
        label="In your own words",
        help_text="Needed for “Another purpose”. No names, numbers or e-mail addresses; the person can read this.",
    )

    def clean_purpose_detail(self) -> str:
        """Refuse what looks like a number or an e-mail address: the audit log holds no personal data."""
        detail = " ".join(str(self.cleaned_data["purpose_detail"]).split())
        if _NUMBER_OR_ADDRESS.search(detail):
            raise forms.ValidationError("Leave out numbers and e-mail addresses.")
        return detail

    def clean(self) -> dict[str, object]:
        """Ask for words when none of the standard purposes fits."""
        values = self.cleaned_data
        other = values.get("purpose") == Purpose.OTHER
        if other and not values.get("purpose_detail") and "purpose_detail" not in self.errors:
            self.add_error("purpose_detail", "Say in your own words why you are opening this record.")
        return values

    def words(self) -> str:
        """Return the purpose as the audit log keeps it; only for a valid form."""
        purpose, detail = Purpose(self.cleaned_data["purpose"]), str(self.cleaned_data["purpose_detail"])
        return f"{purpose.label}: {detail}" if detail else str(purpose.label)


def purpose_of(session: SessionBase, person: int, *, at: datetime) -> str:
    """Return the purpose given in this session for opening records of `person`, or an empty string when none holds."""
    kept = session.get(_KEY, {}).get(str(person))
    return str(kept["purpose"]) if kept and datetime.fromisoformat(kept["until"]) > at else ""


def begin(
    session: SessionBase, *, subject: models.Model, person: int, purpose: str, actor: str, role: str, at: datetime
) -> None:
    """Keep `purpose` for every record of `person` for half an hour, and write that the reading begins."""
    audit.record_reading(actor=actor, subject=subject, purpose=purpose, at=at, person=person, role=role)
    kept = {
        key: one
        for key, one in session.get(_KEY, {}).items()
        if key != str(person) and datetime.fromisoformat(one["until"]) > at
    }
    newest = dict(list(kept.items())[-(MOST_PERSONS - 1) :])
    session[_KEY] = newest | {str(person): {"purpose": purpose, "until": (at + KEPT_FOR).isoformat()}}
