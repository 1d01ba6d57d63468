"""Forms about one's own data."""

from django import forms

from applicants.states import CorrectionTopic

MOST_CHARACTERS = 2000
CONFIRMATION = "delete"


class CorrectionForm(forms.Form):
    """What is wrong in the record."""

    topic = forms.ChoiceField(
        label="What is wrong?",
        choices=CorrectionTopic.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Select what is wrong", "invalid_choice": "Select what is wrong from the list"},
    )
    statement = forms.CharField(
        label="What does it say, and what should it say?",
        help_text="For example: My graduation date is shown as July 2014. It was July 10, 2015, as on my diploma.",
        max_length=MOST_CHARACTERS,
        error_messages={
            "required": "Enter what it says and what it should say",
            "max_length": "Use at most %(limit_value)d characters",
        },
        widget=forms.Textarea(attrs={"rows": 6, "maxlength": MOST_CHARACTERS}),
    )


class DeletionForm(forms.Form):
    """The person means it."""

    confirmation = forms.CharField(
        label=f"Type {CONFIRMATION} to confirm",
        max_length=40,
        error_messages={
            "required": f"Type the word {CONFIRMATION} to confirm",
            "max_length": f"Type the word {CONFIRMATION} to confirm",
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_confirmation(self) -> str:
        """Return the word; anything else is an error."""
        word = str(self.cleaned_data["confirmation"]).strip().lower()
        if word != CONFIRMATION:
            raise forms.ValidationError(f"Type the word {CONFIRMATION} to confirm", code="not_confirmed")
        return word
