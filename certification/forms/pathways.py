"""One form for each topic of an application for a Pathway."""

from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from applicants.forms.fields import DatePartsField, NameField, ShortText, country_field
from certification.forms.typed import KeepsTyped
from certification.models import License, SchoolBasis
from certification.services.pathways.drafts import NO_COPY, LicenseAnswers, SchoolAnswers
from certification.services.pathways.evaluators import Invitation
from certification.states import LicenseKind
from portal.uploads.forms import UploadField
from portal.widgets import RadioGroup

REAL_DATE = "Enter a real date with day, month and year as numbers, for example 27 3 2024"
EXAMPLE_DATE = "For example 27 3 2024"
# The first administration of Step 1 was in June 1992 (usmle.org, history of the examination).
FIRST_STEP = date(1992, 1, 1)
YES_NO = [("yes", "Yes"), ("no", "No")]


class TopicForm(KeepsTyped):
    """One topic."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as Django declares it
        super().__init__(*args, **{"label_suffix": "", **kwargs})


def yes_no(label: str, required: str, *, hint: str = "") -> forms.ChoiceField:
    """Return a question that is answered with yes or no; nothing is chosen beforehand."""
    return forms.ChoiceField(
        label=label,
        help_text=hint,
        choices=YES_NO,
        widget=RadioGroup,
        error_messages={"required": required, "invalid_choice": "Select “Yes” or “No”"},
    )


def answer_of(value: bool | None) -> str:
    """Return what is chosen for a stored answer."""
    return {True: "yes", False: "no", None: ""}[value]


class RegistrationForm(TopicForm):
    """When somebody of whom no result is known registered for a Step (R-PW-0)."""

    registered_on = DatePartsField(
        label="On which day did you first register for a USMLE Step?",
        help_text=f"We have no result of yours, so we ask the examination's program about it. {EXAMPLE_DATE}",
        messages={"required": "Enter the day on which you registered for a Step", "invalid": REAL_DATE},
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:  # Any: as Django declares it
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_registered_on(self) -> date:
        """Refuse a day on which nobody could register."""
        on: date = self.cleaned_data["registered_on"]
        if on > self.today:
            raise forms.ValidationError("Enter a day that is not in the future")
        if on < FIRST_STEP:
            raise forms.ValidationError(f"Enter a year from {FIRST_STEP.year} on, when the first Step was given")
        return on


class StartForm(RegistrationForm):
    """Is there a license?"""

    holds_license = yes_no(
        "Do you hold, or did you ever hold, a license or registration to practice medicine?",
        "Select whether you hold or held a license",
        hint="In any country. A license for training counts as one here; the next page asks what it permits.",
    )
    field_order = ("holds_license", "registered_on")

    def __init__(self, *args: Any, asks_registration: bool, **kwargs: Any) -> None:  # Any: as Django declares it
        super().__init__(*args, **kwargs)
        if not asks_registration:
            del self.fields["registered_on"]

    @property
    def registered(self) -> date | None:
        """Return the day that a valid form holds, None where it was not asked."""
        return self.cleaned_data.get("registered_on")

    @property
    def holds(self) -> bool:
        """Return the answer of a valid form."""
        return bool(self.cleaned_data["holds_license"] == "yes")


class LicenseForm(TopicForm):
    """The license of Pathway 1 (R-PW-1)."""

    authority = ShortText(
        label="Licensing authority",
        max_length=200,
        help_text="Its full name, for example Medical and Dental Council of Nigeria",
        error_messages={"required": "Enter the name of the authority that gave the license"},
    )
    country = country_field("Country of the license", "Select the country of the license")
    number = ShortText(
        label="License or registration number",
        max_length=60,
        help_text="As on the license. We keep it encrypted.",
        error_messages={"required": "Enter the number of the license"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    kind = forms.ChoiceField(
        label="What kind of license is it?",
        choices=LicenseKind.choices,
        widget=RadioGroup,
        error_messages={"required": "Select the kind of license", "invalid_choice": "Select one of the kinds"},
    )
    unsupervised = yes_no(
        "Does it permit you to practice without supervision?",
        "Select whether it permits practice without supervision",
        hint="A provisional license may.",
    )
    met_all_requirements = yes_no(
        "Have you met all requirements to practice where you are licensed?",
        "Select whether you have met all requirements there",
        hint="For example an internship or service that the country asks for.",
    )
    disciplined = yes_no(
        "Was there ever a disciplinary action against you as a physician, in any country?",
        "Select whether there ever was a disciplinary action",
    )
    valid_from = DatePartsField(
        label="Valid from",
        help_text=EXAMPLE_DATE,
        messages={"required": "Enter the first day on which the license was valid", "invalid": REAL_DATE},
    )
    valid_until = DatePartsField(
        label="Valid until, if it ends or ended",
        help_text="It need not be valid today.",
        required=False,
        messages={"required": REAL_DATE, "invalid": REAL_DATE},
    )
    file = UploadField(label="Copy of the license", required=False)

    def __init__(self, *args: Any, has_copy: bool = True, **kwargs: Any) -> None:  # Any: as Django declares it
        super().__init__(*args, **kwargs)
        self.fields["file"].required = not has_copy
        self.fields["file"].error_messages["required"] = NO_COPY

    @classmethod
    def initial_of(cls, license_: License | None) -> dict[str, object]:
        """Return what was answered before."""
        if license_ is None:
            return {}
        plain = ("authority", "kind", "valid_from", "valid_until", "number")
        asked = ("unsupervised", "met_all_requirements", "disciplined")
        return {
            **{name: getattr(license_, name) for name in plain},
            **{name: answer_of(getattr(license_, name)) for name in asked},
            "country": license_.country.code,
        }

    def answers(self) -> LicenseAnswers:
        """Return what a valid form says."""
        values = self.cleaned_data
        plain = ("authority", "country", "number", "kind", "valid_from", "valid_until")
        asked = ("unsupervised", "met_all_requirements", "disciplined")
        return LicenseAnswers(
            **{name: values[name] for name in plain}, **{name: values[name] == "yes" for name in asked}
        )

    @property
    def scan(self) -> "UploadedFile[bytes] | None":
        """Return the file of a valid form, None when the one from before stays."""
        file: UploadedFile[bytes] | None = self.cleaned_data.get("file")
        return file


CLAIMS = [
    ("3", "An agency that WFME recognizes accredited it"),
    ("4", "An agency that NCFMEA found comparable accredited it"),
    ("5", "My degree is awarded jointly with a U.S. medical school"),
    ("2", "My country requires a clinical examination of every medical student, and I passed it"),
    ("none", "None of these, or I do not know"),
]
# What is asked for each claim: field → message when it is missing.
ASKED_FOR = {
    "2": {
        "examination_name": "Enter the name of the clinical examination",
        "examination_passed_on": "Enter the day on which you passed the clinical examination",
    },
    "3": {"agency": "Enter the name of the accrediting agency"},
    "4": {"agency": "Enter the name of the accrediting agency"},
    "5": {"partner_school": "Enter the name of the U.S. medical school"},
}


class SchoolForm(TopicForm):
    """By what the medical school qualifies for one of Pathways 2 to 5."""

    claim = forms.ChoiceField(
        label="Which of these is true of your medical school?",
        choices=CLAIMS,
        widget=RadioGroup,
        error_messages={
            "required": "Select what is true of your school",
            "invalid_choice": "Select one of the answers",
        },
    )
    agency = ShortText(label="Accrediting agency", required=False, max_length=200)
    partner_school = ShortText(label="U.S. medical school of the joint degree", required=False, max_length=250)
    examination_name = ShortText(label="Name of the clinical examination", required=False, max_length=200)
    examination_passed_on = DatePartsField(
        label="Day on which you passed the clinical examination",
        required=False,
        messages={"required": REAL_DATE, "invalid": REAL_DATE},
    )
    graduation_on = DatePartsField(
        label="Day of your graduation",
        help_text="For a student the day expected.",
        required=False,
        messages={"required": REAL_DATE, "invalid": REAL_DATE},
    )

    def __init__(self, *args: Any, knows_graduation: bool, offered: frozenset[int], **kwargs: Any) -> None:
        # Any: as Django declares it
        super().__init__(*args, **kwargs)
        if knows_graduation:
            del self.fields["graduation_on"]
        claims = [(code, words) for code, words in CLAIMS if code == "none" or int(code) in offered]
        self.fields["claim"].choices = claims  # type: ignore[attr-defined]  # declared above as a field with choices
        if "2" not in dict(claims):
            del self.fields["examination_name"], self.fields["examination_passed_on"]

    @classmethod
    def initial_of(cls, basis: SchoolBasis | None) -> dict[str, object]:
        """Return what was answered before."""
        if basis is None:
            return {}
        names = ("agency", "partner_school", "examination_name", "examination_passed_on", "graduation_on")
        return {**{name: getattr(basis, name) for name in names}, "claim": str(basis.claim or "none")}

    def clean(self) -> dict[str, object]:
        """Ask for what belongs to the claim."""
        values = super().clean() or self.cleaned_data
        for name, message in ASKED_FOR.get(values.get("claim", ""), {}).items():
            if name in self.fields and not values.get(name) and name not in self.errors:
                self.add_error(name, message)
        return values

    def answers(self) -> SchoolAnswers:
        """Return what a valid form says; what belongs to another claim is left out."""
        values = self.cleaned_data
        claim = values["claim"]
        named = {name: values[name] for name in ASKED_FOR.get(claim, {})}
        return SchoolAnswers(
            claim=int(claim) if claim != "none" else None, graduation_on=values.get("graduation_on"), **named
        )


class SubmitForm(TopicForm):
    """The declaration."""

    declared = forms.BooleanField(
        label="What I entered is true and complete. I know that the fee is not returned when the season closes before "
        "everything has arrived.",
        error_messages={"required": "Confirm that what you entered is true and complete"},
    )


class InviteForm(TopicForm):
    """A physician who is asked to watch encounters."""

    name = NameField(
        label="Full name of the physician", error_messages={"required": "Enter the full name of the physician"}
    )
    email = forms.EmailField(
        label="E-mail address of the physician",
        max_length=254,
        help_text="Their own, best one of their hospital or practice. The link in the message lets whoever has it answer.",
        error_messages={
            "required": "Enter the e-mail address of the physician",
            "invalid": "Enter an e-mail address with @ and a domain, such as name@hospital.example",
            "max_length": "Use at most 254 characters",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    license_authority = ShortText(
        label="Who licensed them",
        max_length=200,
        error_messages={"required": "Enter the authority that licensed the physician"},
    )
    license_country = country_field("Country of their license", "Select the country of their license")

    def invitation(self) -> Invitation:
        """Return what a valid form says."""
        return Invitation(**self.cleaned_data)
