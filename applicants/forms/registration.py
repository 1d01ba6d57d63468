"""The topics of a registration, one form each; `answers` are columns of Registration, `initial_of` the way back."""

from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from applicants.birth_dates import OLDEST, YOUNGEST, is_plausible
from applicants.forms.fields import DatePartsField, NameField, ShortText, country_field
from applicants.models import Applicant, EarlierNumber, Registration, User
from applicants.names import NameNotAcceptedError, check_one_script, printed_lines
from applicants.numbers import parse_identification_number
from applicants.passwords import MOST as LONGEST_PASSWORD
from applicants.schools import directory
from portal.widgets import RadioGroup

FIRST_GRADUATION_YEAR = 1940
YEARS_AHEAD = 8
NUMBER_MESSAGE = "Enter the eight digits, for example 0-123-456-7, or leave it empty"
REAL_DATE = "Enter a real date with day, month and year as numbers, for example 27 3 1994"
AGE_MESSAGE = f"You must be between {YOUNGEST} and {OLDEST} years old. Check the year"
EMAIL_MESSAGE = "Enter an e-mail address with @ and a domain, such as name@example.org"


class TopicForm(forms.Form):
    """One topic of a registration."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as Django declares it
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    @classmethod
    def initial_of(cls, registration: Registration) -> dict[str, object]:
        """Return what was answered before, by field."""
        return {name: getattr(registration, name) for name in cls.base_fields if hasattr(registration, name)}

    def answers(self) -> dict[str, object]:
        """Return the columns that a valid form fills."""
        return dict(self.cleaned_data)

    def pending(self) -> dict[str, object]:
        """Return what the person should see before a valid form is saved; nothing lets it be saved."""
        return {}


class EarlierForm(TopicForm):
    """Did you ever have a number? (R-ID-1)"""

    had_number = forms.ChoiceField(
        label="Did you ever have an identification number, or apply to us before?",
        help_text="Also on paper, many years ago, or under another name.",
        choices=EarlierNumber.choices,
        widget=RadioGroup,
        error_messages={
            "required": "Select whether you ever had a number",
            "invalid_choice": "Select one of the answers",
        },
    )
    earlier_number = ShortText(
        label="Your earlier number, if you know it",
        help_text="Eight digits, for example 0-123-456-7",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    earlier_name = NameField(label="Your name at that time, if it was another one", required=False)

    def clean_earlier_number(self) -> str:
        """Return eight digits or nothing."""
        text = str(self.cleaned_data["earlier_number"])
        if not text:
            return ""
        try:
            return parse_identification_number(text)
        except ValueError as error:
            raise ValidationError(NUMBER_MESSAGE, code="number") from error

    def clean(self) -> dict[str, object]:
        """Refuse a number together with the answer that there never was one."""
        values = super().clean() or self.cleaned_data
        if values.get("had_number") == EarlierNumber.NO and (
            values.get("earlier_number") or values.get("earlier_name")
        ):
            self.add_error("had_number", "Select “Yes”, or delete the earlier number and name")
        return values


class NameForm(TopicForm):
    """The name, exactly as in the passport."""

    family_name = NameField(
        label="Family name",
        help_text="Also called surname or last name, exactly as in your passport. If you have only one name, enter it here.",
        error_messages={"required": "Enter your family name as in your passport, or your only name"},
        widget=forms.TextInput(attrs={"autocomplete": "family-name", "spellcheck": "false"}),
    )
    given_names = NameField(
        label="Given names",
        help_text="All of them, also middle names, exactly as in your passport.",
        error_messages={"required": "Enter your given names, or tick “I have only one name”"},
        widget=forms.TextInput(attrs={"autocomplete": "given-name", "spellcheck": "false"}),
    )
    has_one_name = forms.BooleanField(label="I have only one name", required=False)
    native_script_name = NameField(
        label="Your name in your own script",
        help_text="For example 王小明 or Олена Шевченко. It is printed below the name.",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    @classmethod
    def initial_of(cls, registration: Registration) -> dict[str, object]:
        """Tick *only one name* where a name was saved without given names."""
        has_one = bool(registration.family_name and not registration.given_names)
        return {**super().initial_of(registration), "has_one_name": has_one}

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as Django declares it
        super().__init__(*args, **kwargs)
        self.fields["given_names"].required = not (self.is_bound and self.data.get("has_one_name"))

    def clean(self) -> dict[str, object]:
        """Refuse given names together with the word that there are none; both parts must be of one alphabet."""
        values = super().clean() or self.cleaned_data
        if values.get("given_names") and values.get("has_one_name"):
            self.add_error("given_names", "Delete the given names, or remove the tick at “I have only one name”")
        if not self.errors:
            self._check_alphabets()
        return values

    def _check_alphabets(self) -> None:
        try:
            check_one_script(self.cleaned_data["family_name"], self.cleaned_data["given_names"])
        except NameNotAcceptedError as error:
            self.add_error("given_names", str(error))

    def answers(self) -> dict[str, object]:
        """Return the parts of the name."""
        return {name: self.cleaned_data[name] for name in ("family_name", "given_names", "native_script_name")}

    def pending(self) -> dict[str, object]:
        """Show how a report prints the name until the person has seen exactly this."""
        lines = printed_lines(**{name: str(value) for name, value in self.answers().items()})
        seen = "\n".join(lines)
        if self.data.get("seen", "").replace("\r\n", "\n") == seen:
            return {}
        return {"printed": lines, "seen": seen}


class BirthForm(TopicForm):
    """Birth and citizenship."""

    birth_date = DatePartsField(
        label="Date of birth",
        help_text="As in your passport, for example 27 3 1994",
        messages={"required": "Enter your date of birth", "invalid": REAL_DATE},
        autocomplete=("bday-day", "bday-month", "bday-year"),
    )
    birth_country = country_field(
        "Country of birth", "Select the country where you were born", hint="As it is called today."
    )
    citizenship = country_field(
        "Citizenship", "Select the country of your passport", hint="The country of the passport that you will show us."
    )

    def clean_birth_date(self) -> date:
        """Return the date of somebody who can have studied medicine and is alive."""
        born: date = self.cleaned_data["birth_date"]
        if not is_plausible(born, today=timezone.now().date()):
            raise ValidationError(AGE_MESSAGE, code="age")
        return born


class SchoolForm(TopicForm):
    """The medical school in the person's own words."""

    school_name = ShortText(
        label="Medical school",
        help_text="The school that gave or will give you your medical degree. Write its full name.",
        max_length=250,
        error_messages={"required": "Enter the name of your medical school"},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    school_country = country_field("Country of the school", "Select the country of your medical school")
    graduation_year = forms.IntegerField(
        label="Year of graduation",
        help_text="Leave it empty if you do not know it yet. Four digits, for example 2021",
        required=False,
        error_messages={"invalid": "Enter the year with four digits, for example 2021, or leave it empty"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric", "maxlength": 4}),
    )

    def clean_graduation_year(self) -> int | None:
        """Return a year in which somebody alive may graduate."""
        year: int | None = self.cleaned_data["graduation_year"]
        last = timezone.now().year + YEARS_AHEAD
        if year is not None and not FIRST_GRADUATION_YEAR <= year <= last:
            raise ValidationError(f"Enter a year between {FIRST_GRADUATION_YEAR} and {last}, or leave it empty")
        return year

    def answers(self) -> dict[str, object]:
        """Return the school as typed, or as chosen from the names that were suggested."""
        values = {name: self.cleaned_data[name] for name in ("school_name", "school_country", "graduation_year")}
        chosen = self.data.get("chosen", "")
        return {**values, "school_name": chosen} if chosen and chosen in self._suggestions() else values

    def pending(self) -> dict[str, object]:
        """Offer listed names once for each name that was typed."""
        typed = self.cleaned_data["school_name"]
        if self.data.get("chosen") or self.data.get("shown_for") == typed:
            return {}
        suggestions = self._suggestions()
        return {} if not suggestions or typed in suggestions else {"suggestions": suggestions, "shown_for": typed}

    def _suggestions(self) -> list[str]:
        return directory().suggest(self.cleaned_data["school_name"], self.cleaned_data["school_country"])


class EmailForm(TopicForm):
    """The e-mail address."""

    email = forms.EmailField(
        label="E-mail address",
        help_text="An address that is yours alone and that you will keep, for example name@example.org",
        max_length=254,
        error_messages={"required": "Enter your e-mail address", "invalid": EMAIL_MESSAGE, "max_length": EMAIL_MESSAGE},
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )


class PasswordForm(TopicForm):
    """The password; it is never printed back into a page."""

    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=LONGEST_PASSWORD,
        error_messages={
            "required": "Enter a password",
            "max_length": f"Use at most {LONGEST_PASSWORD} characters",
        },
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, registration: Registration, **kwargs: Any) -> None:  # Any: as Django declares it
        super().__init__(*args, **kwargs)
        self._registration = registration
        self.rules = list(filter(None, password_validators_help_texts()))

    def clean_password(self) -> str:
        """Return a password that passes the rules for every account, also those about the person's own name."""
        password = str(self.cleaned_data["password"])
        validate_password(password, self._account())
        return password

    def _account(self) -> User:
        """Return the account as it will be, not saved, for rules that compare with name and address."""
        told = self._registration
        user = User(username=told.email, email=told.email)
        # Setting one side of a one-to-one relation sets the other: user.applicant is this one.
        Applicant(user=user, family_name=told.family_name, given_names=told.given_names)
        return user


class FinishForm(TopicForm):
    """What the person agrees to at the end."""

    is_true = forms.BooleanField(
        label="My answers are true, and this is the only number I ask for",
        error_messages={"required": "Confirm that your answers are true"},
    )
    agrees = forms.BooleanField(
        label="I agree to the terms, and I have read the privacy notice",
        error_messages={"required": "Agree to the terms to open an account"},
    )


class ResumeForm(EmailForm):
    """The address that gets a link to a saved registration."""


class ForgottenNumberForm(TopicForm):
    """Who wants to see a number again."""

    email = forms.EmailField(
        label="E-mail address",
        help_text="The one that you gave us, for example name@example.org",
        max_length=254,
        error_messages={"required": "Enter your e-mail address", "invalid": EMAIL_MESSAGE, "max_length": EMAIL_MESSAGE},
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )
    birth_date = DatePartsField(
        label="Date of birth",
        help_text="For example 27 3 1994",
        messages={"required": "Enter your date of birth", "invalid": REAL_DATE},
        autocomplete=("bday-day", "bday-month", "bday-year"),
    )


class ShowNumberForm(TopicForm):
    """The password that proves who opened the link."""

    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=LONGEST_PASSWORD,
        error_messages={"required": "Enter your password"},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
