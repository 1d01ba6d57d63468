"""Forms with which a person answers a notice, or appeals."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from applicants.forms.identity import ACCEPTED_FILES
from certification.models.cases import MOST_WORDS


class ReplyForm(forms.Form):
    """Words, and a file where there is one."""

    words = forms.CharField(
        label="Your answer",
        max_length=MOST_WORDS,
        error_messages={"required": "Write your answer", "max_length": "Use at most %(limit_value)d characters"},
        widget=forms.Textarea(attrs={"rows": 12}),
    )
    file = forms.FileField(
        label="A document that belongs to it, if you have one",
        help_text="PDF, JPG or PNG, up to 10 MB.",
        required=False,
        error_messages={"empty": "The selected file is empty. Select the file that you want to send."},
        widget=forms.FileInput(attrs={"accept": ACCEPTED_FILES}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as Django declares it
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    @property
    def files_sent(self) -> "list[UploadedFile[bytes]]":
        """Return the file of a valid form, if one was sent."""
        file: UploadedFile[bytes] | None = self.cleaned_data["file"]
        return [file] if file else []


class AnswerForm(ReplyForm):
    """The answer to a notice."""

    wants_hearing = forms.BooleanField(label="I want to be heard before the committee decides", required=False)


class AppealForm(ReplyForm):
    """An appeal."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as Django declares it
        super().__init__(*args, **kwargs)
        self.fields["words"].label = "Why do you appeal?"
        self.fields["words"].error_messages["required"] = "Say why you appeal"
