"""Forms of the newsletter: for readers, and for editors."""

from django import forms

from portal.eastern import EASTERN
from portal.models import NewsletterIssue
from portal.newsletter.issues import problem_of
from portal.smtp import ascii_address

REMEDY = "Enter an e-mail address in the correct format, like name@example.org"
MOST_CHARACTERS = 40_000


class SignUpForm(forms.Form):
    """An address for the newsletter."""

    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        help_text="It may be another one than that of your account, and stays as it is when you change your account.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": "Enter the e-mail address that the newsletter shall go to",
            "invalid": REMEDY,
            "max_length": REMEDY,
            "null_characters_not_allowed": REMEDY,
        },
    )

    def clean_email(self) -> str:
        """Refuse an address that mail servers do not take."""
        email = str(self.cleaned_data["email"])
        try:
            ascii_address(email)
        except UnicodeError as error:
            raise forms.ValidationError(REMEDY) from error
        return email


class IssueForm(forms.ModelForm[NewsletterIssue]):
    """An issue as an editor writes it."""

    class Meta:
        model = NewsletterIssue
        fields = ["title", "summary", "body"]

    def clean_title(self) -> str:
        """Make the title one line: it becomes the subject of a message."""
        return " ".join(str(self.cleaned_data["title"]).split())

    def clean_body(self) -> str:
        """Refuse what is too long to be sent."""
        body = str(self.cleaned_data["body"])
        problem = problem_of(body) if len(body) <= MOST_CHARACTERS else f"Write at most {MOST_CHARACTERS} characters."
        if problem:
            raise forms.ValidationError(problem)
        return body


class ScheduleForm(forms.Form):
    """When an issue goes out."""

    send_at = forms.DateTimeField(
        label="Send at (Eastern Time)",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"required": "Enter when the issue goes out", "invalid": "Enter a day and a time"},
    )

    def clean_send_at(self) -> object:
        """Read the time as Eastern; one that the change of clocks leaves out or repeats is taken as standard time."""
        given = self.cleaned_data["send_at"]
        return given.replace(tzinfo=EASTERN)
