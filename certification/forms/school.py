"""Forms of the portal for medical schools; every word of them is translated."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from certification.models import SchoolOfficial, VerificationRequest
from certification.models.verification import COMMENTS_LENGTH
from certification.services.verification import answers, questions
from certification.services.verification.answers import AnswerRefusedError, Reply
from certification.states import Verdict
from portal.models import Refusal
from portal.uploads.forms import DropZone, UploadField

REQUIRED = _("Answer this.")
VERDICTS: dict[Verdict, Promise] = {
    Verdict.CONFIRMED: _("Yes, our school confirms it"),
    Verdict.NOT_CONFIRMED: _("No, our school cannot confirm it"),
    Verdict.NOT_OURS: _("This is not a person or a document of our school"),
}
# What is wrong with an answer as a whole, by field and code of the service.
FAULTS: dict[tuple[str, str], Promise] = {
    ("signatory_name", "required"): _("Enter the name and the title of the person who answers."),
    ("comments", "required"): _("Say in a few words what is not right, or why the school cannot confirm it."),
    ("transcript", "required"): _("Select the file with the final transcript."),
}
CONTRADICTS = _("You confirm the request, so the answer to this question must be yes. If it is no, do not confirm.")
# The sentences of the ground floor, for people who do not read English.
REFUSALS: dict[Refusal, Promise] = {
    Refusal.EMPTY: _("The selected file is empty. Select the file that you want to send."),
    Refusal.TOO_BIG: _("The selected file must be smaller than 10 MB. Scan it again at 300 dpi, or save it as JPG."),
    Refusal.WRONG_TYPE: _("The selected file must be a PDF, JPG or PNG."),
    Refusal.WRONG_NAME: _(
        "The ending of the file’s name does not fit its content. Save it again as PDF, JPG or PNG, and upload that."
    ),
    Refusal.TOO_MANY_TODAY: _("Too many files were sent in the last 24 hours. Send the next one tomorrow."),
}
FILE_NOT_TAKEN = _("The selected file could not be taken. Save it again as PDF, JPG or PNG, and upload the new file.")


def refusal_text(refusal: Refusal) -> str:
    """Return in the person's language why a file is not taken."""
    return str(REFUSALS.get(refusal, FILE_NOT_TAKEN))


class Choices(forms.RadioSelect):
    """Radio buttons as every page has them."""

    template_name = "widgets/choices.html"


class SchoolFileField(UploadField):
    """A file, with the sentences of its refusals in the person's language."""

    widget = DropZone(attrs={"accept": ".pdf,.jpg,.jpeg,.png"})

    def __init__(self, **options: Any) -> None:  # Any: as Django declares it
        options.setdefault("help_text", _("PDF, JPG or PNG, up to 10 MB and 50 pages."))
        super().__init__(**options)
        self.widget.template_name = "django/forms/widgets/file.html"
        self.widget.attrs["class"] = "usa-file-input"

    def clean(self, data: Any, initial: Any = None) -> Any:  # Any: as Django declares it
        """Return the file. Raises ValidationError in the person's language."""
        try:
            return super().clean(data, initial)
        except forms.ValidationError as error:
            code = error.code or ""
            known = code in Refusal.values
            text = refusal_text(Refusal(code)) if known else gettext("Select the file with the final transcript.")
            raise forms.ValidationError(text, code=code) from error


class SchoolForm(forms.Form):
    """A form of the school portal: its fields are drawn with translated words around them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as Django declares it
        super().__init__(*args, **kwargs)
        self.draw_fields()

    def draw_fields(self) -> None:
        """Give each field the template of this portal."""
        for field in self.fields.values():
            field.template_name = "certification/school/_field.html"  # type: ignore[attr-defined]  # an attribute since 5.0


class AnswerForm(SchoolForm):
    """The answer to one request: the questions, what the school says as a whole, and who signs."""

    verdict = forms.ChoiceField(
        label=_("Does your school confirm this?"),
        choices=[(verdict.value, label) for verdict, label in VERDICTS.items()],
        widget=Choices,
        error_messages={"required": _("Choose one of the three answers.")},
    )
    comments = forms.CharField(
        label=_("Comments"),
        required=False,
        max_length=COMMENTS_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Needed when your school does not confirm: what is not right?"),
        error_messages={"max_length": _("Use at most 2,000 characters.")},
    )
    signatory_name = forms.CharField(
        label=_("Your name"),
        max_length=200,
        error_messages={
            "required": _("Enter the name and the title of the person who answers."),
            "max_length": _("Use at most 200 characters."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
    )
    signatory_title = forms.CharField(
        label=_("Your title at the school"),
        max_length=200,
        help_text=_("For example Registrar, or Dean"),
        error_messages={
            "required": _("Enter the name and the title of the person who answers."),
            "max_length": _("Use at most 200 characters."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    signed = forms.BooleanField(
        label=_("I am this person, and I may answer for the school."),
        error_messages={"required": _("Confirm that you may answer for the school.")},
    )

    def __init__(self, *args: Any, request: VerificationRequest, official: SchoolOfficial, **kwargs: Any) -> None:
        initial = {"signatory_name": official.name, "signatory_title": official.title}
        self.asked = questions.questions_of(request)
        self.request = request
        super().__init__(*args, initial=initial, **kwargs)
        self._add_questions()
        if questions.takes_transcript(request):
            self.fields["transcript"] = SchoolFileField(label=_("Final transcript"), required=False)
        self.order_fields(
            [*self.asked, "verdict", "comments", "transcript", "signatory_name", "signatory_title", "signed"]
        )
        self.draw_fields()

    def _add_questions(self) -> None:
        for key, text in self.asked.items():
            self.fields[key] = forms.ChoiceField(
                label=text,  # type: ignore[arg-type]  # lazy texts are taken as well
                choices=[("yes", _("Yes")), ("no", _("No"))],
                required=False,
                widget=Choices,
            )

    def clean(self) -> dict[str, Any]:
        """Refuse what is not complete, or says yes and no at once."""
        values = super().clean() or {}
        if "verdict" in values and not self.errors:
            try:
                answers.require_complete(self.request, self.reply())
            except AnswerRefusedError as error:
                self.refuse(error)
        return values

    def refuse(self, error: AnswerRefusedError) -> None:
        """Say at the field why the answer is not taken."""
        name = error.field if error.field in self.fields else None
        self.add_error(name, str(FAULTS.get((error.field, error.code), CONTRADICTS)))

    def reply(self) -> Reply:
        """Return the answer of a form whose fields are valid."""
        values = self.cleaned_data
        return Reply(
            verdict=Verdict(values["verdict"]),
            signatory_name=values["signatory_name"],
            signatory_title=values["signatory_title"],
            checks={key: values[key] == "yes" for key in self.asked if values.get(key)},
            comments=values["comments"],
            transcript=cast("UploadedFile[bytes] | None", values.get("transcript")),
        )


class PassOnForm(SchoolForm):
    """To whom of the same school a request goes instead."""

    official = forms.ChoiceField(
        label=_("Colleague on the list of your school"),
        error_messages={"required": _("Choose a colleague."), "invalid_choice": _("Choose a colleague.")},
        widget=forms.Select(attrs={"class": "usa-select"}),
    )

    def __init__(self, *args: Any, colleagues: Iterable[SchoolOfficial], **kwargs: Any) -> None:
        super().__init__(*args, auto_id="pass_%s", **kwargs)
        choice = self.fields["official"]
        assert isinstance(choice, forms.ChoiceField)  # as declared above
        choice.choices = [("", _("Choose a colleague"))] + [
            (str(colleague.pk), f"{colleague.name}, {colleague.title}") for colleague in colleagues
        ]


class FilterForm(SchoolForm):
    """Which requests of the list are shown."""

    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[("waiting", _("Waiting for an answer")), ("answered", _("Answered")), ("all", _("All"))],
        widget=forms.Select(attrs={"class": "usa-select"}),
    )
    school = forms.ChoiceField(label=_("School"), required=False, widget=forms.Select(attrs={"class": "usa-select"}))
    words = forms.CharField(label=_("Name, or number of the request"), required=False, max_length=100)

    def __init__(self, *args: Any, listings: Sequence[SchoolOfficial], **kwargs: Any) -> None:
        super().__init__(*args, auto_id="filter_%s", **kwargs)
        schools = {str(one.school_id): one.school.name for one in listings}
        choice = self.fields["school"]
        assert isinstance(choice, forms.ChoiceField)  # as declared above
        choice.choices = [("", _("All schools")), *schools.items()]
        if len(schools) == 1:
            del self.fields["school"]
