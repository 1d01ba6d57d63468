"""What an evaluator of Pathway 6 fills in: the agreement, and the form about one encounter (Mini-CEX)."""

from typing import Any

from django import forms

from applicants.forms.fields import DatePartsField, ShortText, country_field
from certification.forms.pathways import EXAMPLE_DATE, REAL_DATE, TopicForm, yes_no
from certification.models import COMPONENTS, HIGHEST_SCORE, LOWEST_SCORE, Evaluator
from certification.services.pathways.evaluations import EncounterForm
from certification.services.pathways.evaluators import Declaration
from certification.states import EncounterSetting
from portal.widgets import RadioGroup, ScaleGroup

SCALE = {1: "1, unsatisfactory", 4: "4, satisfactory", 7: "7, superior", 9: "9, outstanding"}
LONGEST_COMMENTS = 4000


def confirmation(label: str, required: str) -> forms.BooleanField:
    """Return a box that must be ticked."""
    return forms.BooleanField(label=label, error_messages={"required": required})


class AgreeForm(TopicForm):
    """The evaluator's own word about the license, and that nothing binds them to the applicant."""

    license_authority = ShortText(
        label="Authority that licensed you",
        max_length=200,
        error_messages={"required": "Enter the authority that licensed you"},
    )
    license_country = country_field("Country of your license", "Select the country of your license")
    license_number = ShortText(
        label="Number of your license",
        max_length=60,
        help_text="We keep it encrypted and use it to check your license.",
        error_messages={"required": "Enter the number of your license"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    licensed_since = DatePartsField(
        label="First day of your license without restrictions",
        help_text="It must be at least five years ago. " + EXAMPLE_DATE,
        messages={"required": "Enter the first day of your unrestricted license", "invalid": REAL_DATE},
    )
    unrestricted = confirmation(
        "My license is valid and has no restrictions", "Confirm that your license is valid and has no restrictions"
    )
    not_a_relative = confirmation(
        "I am not a relative of the applicant", "Confirm that you are not a relative of the applicant"
    )
    not_paid = confirmation(
        "The applicant does not pay me for this", "Confirm that the applicant does not pay you for this"
    )
    shares_contact = confirmation(
        "You may contact me about these evaluations, and check my license",
        "Confirm that we may contact you and check your license",
    )

    @classmethod
    def initial_of(cls, evaluator: Evaluator) -> dict[str, object]:
        """Return what the applicant said."""
        return {"license_authority": evaluator.license_authority, "license_country": evaluator.license_country.code}

    def declaration(self) -> Declaration:
        """Return what a valid form says."""
        return Declaration(**self.cleaned_data)


def score(label: str) -> forms.TypedChoiceField:
    """Return a choice of 1 to 9."""
    numbers = range(LOWEST_SCORE, HIGHEST_SCORE + 1)
    return forms.TypedChoiceField(
        label=label,
        choices=[(str(number), SCALE.get(number, str(number))) for number in numbers],
        coerce=int,
        widget=ScaleGroup,
        error_messages={"required": f"Score “{label}” from 1 to 9", "invalid_choice": "Select a number from 1 to 9"},
    )


class EvaluationForm(TopicForm):
    """One encounter: day, place, four scores, what was seen."""

    encounter_on = DatePartsField(
        label="Day of the encounter",
        help_text=EXAMPLE_DATE,
        messages={"required": "Enter the day of the encounter", "invalid": REAL_DATE},
    )
    setting = forms.ChoiceField(
        label="Where did it take place?",
        choices=EncounterSetting.choices,
        widget=RadioGroup,
        error_messages={"required": "Select where it took place", "invalid_choice": "Select one of the places"},
    )
    in_person = yes_no(
        "Was it with a real patient, and were patient, applicant and you in one room?",
        "Select whether it was with a real patient in one room",
        hint="Video calls, actors and models do not count.",
    )
    interviewing = score(COMPONENTS["interviewing"])
    examination = score(COMPONENTS["examination"])
    professionalism = score(COMPONENTS["professionalism"])
    reasoning = score(COMPONENTS["reasoning"])
    comments = forms.CharField(
        label="What you saw: what was good, what could be better",
        max_length=LONGEST_COMMENTS,
        help_text="In English. Name no patient.",
        error_messages={
            "required": "Write in a few words what you saw",
            "max_length": "Use at most %(limit_value)d characters",
        },
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def encounter(self) -> EncounterForm:
        """Return what a valid form says."""
        values: dict[str, Any] = self.cleaned_data  # Any: values of fields
        # Line ends as the browser sends them would make the same words others.
        comments = values["comments"].replace("\r\n", "\n")
        return EncounterForm(**{**values, "in_person": values["in_person"] == "yes", "comments": comments})
