"""The topics of an Application for Certification, one form each: they check shape and dates, services decide."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from applicants.forms.fields import DatePartsField, ShortText, country_field
from certification.forms.typed import KeepsTyped
from certification.models import Application, MedicalSchool, MedicalSchoolAttendance
from certification.models.application import MOST_CREDIT_YEARS
from certification.rules.words import day_in_words
from certification.services import schools
from certification.services.application.drafts import Attendance, Degree
from certification.services.rule_tables import current_tables
from portal.widgets import RadioGroup

FIRST_YEAR = 1940
YEARS_AHEAD = 8
MOST_SUGGESTIONS = 8
YES_NO = [("yes", "Yes"), ("no", "No")]
REAL_DATE = "Enter a real date with day, month and year as numbers, for example 1 9 2014"


class TopicForm(KeepsTyped):
    """One topic; `today` is the US Eastern day on which it is answered."""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:  # Any: as Django declares it
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.today = today

    def possible(self, name: str, *, ahead: int) -> date | None:
        """Return the day of a field, after refusing one that nobody alive could mean."""
        day: date | None = self.cleaned_data.get(name)
        last = self.today.year + ahead
        if day is not None and not FIRST_YEAR <= day.year <= last:
            self.add_error(name, f"Enter a year between {FIRST_YEAR} and {last}")
            return None
        return day


def yes_no(label: str, required: str, *, hint: str = "") -> forms.ChoiceField:
    """Return a question that is answered with yes or no."""
    return forms.ChoiceField(
        label=label,
        help_text=hint,
        choices=YES_NO,
        widget=RadioGroup,
        error_messages={"required": required, "invalid_choice": "Select one of the answers"},
    )


class AttendanceForm(TopicForm):
    """One medical school of the history; listed schools like the one typed are offered once for each spelling."""

    school_name = ShortText(
        label="Medical school",
        help_text="Its full name. We then look for it in our list.",
        max_length=250,
        error_messages={"required": "Enter the name of the medical school"},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    country = country_field("Country of the school", "Select the country of the medical school")
    attended_from = DatePartsField(
        label="First day",
        help_text="Day, month and year as numbers, for example 1 9 2014",
        messages={"required": "Enter your first day at this school", "invalid": REAL_DATE},
    )
    attended_to = DatePartsField(
        label="Last day",
        help_text="Leave it empty if you are still there",
        required=False,
        messages={"required": "", "invalid": REAL_DATE},
    )
    credit_years = forms.DecimalField(
        label="Credit years earned at this school",
        help_text="Academic years for which this school gave credit toward the medical curriculum, for example 4 or 2.5. "
        "Do not count what was transferred from another school.",
        min_value=Decimal(0),
        max_value=Decimal(MOST_CREDIT_YEARS),
        decimal_places=2,
        error_messages={
            "required": "Enter the credit years, or 0",
            "invalid": "Enter the credit years as a number, for example 4 or 2.5",
            "min_value": "Enter 0 or more credit years",
            "max_value": f"Enter at most {MOST_CREDIT_YEARS} credit years",
            "max_decimal_places": "Use at most two digits after the point",
        },
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "maxlength": 6}),
    )
    awarded_degree = yes_no(
        "Did or will this school give you your medical degree?", "Select whether this school gives you your degree"
    )
    passed = yes_no(
        "Did you pass every course there whose credit you use?",
        "Select whether you passed the courses at this school",
        hint="Also if the credit was transferred to another school.",
    )
    premedical_only = yes_no(
        "Was the credit for a pre-medical phase only?",
        "Select whether the credit was for a pre-medical phase only",
        hint="Such as chemistry before the medical curriculum began.",
    )
    accepted_on = DatePartsField(
        label="If the credit was transferred: the day your medical school accepted it",
        required=False,
        messages={"required": "", "invalid": REAL_DATE},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as Django declares it
        super().__init__(*args, **kwargs)
        period = current_tables().period("R-CRED-2")
        older = (
            f" For credit accepted before {day_in_words(period.effective_from)} older rules apply." if period else ""
        )
        self.fields["accepted_on"].help_text = f"Leave it empty if you do not know it.{older}"

    @staticmethod
    def initial_of(row: MedicalSchoolAttendance) -> dict[str, object]:
        """Return what was answered before, by field."""
        names = ("school_name", "attended_from", "attended_to", "credit_years", "accepted_on")
        said = {name: getattr(row, name) for name in names}
        flags = ("awarded_degree", "passed", "premedical_only")
        return {**said, "country": row.country.code, **{name: "yes" if getattr(row, name) else "no" for name in flags}}

    def clean(self) -> dict[str, Any]:  # Any: as Django declares it
        """Refuse days that cannot be, and a degree for a pre-medical phase."""
        values = super().clean() or self.cleaned_data
        first = self.possible("attended_from", ahead=0)
        last = self.possible("attended_to", ahead=YEARS_AHEAD)
        if first is not None and first > self.today:
            self.add_error("attended_from", "Enter a day that is not in the future")
        if first is not None and last is not None and last < first:
            self.add_error("attended_to", "Enter a last day after the first day")
        if values.get("awarded_degree") == "yes" and values.get("premedical_only") == "yes":
            self.add_error("premedical_only", "Select “No”: the school that gives the degree taught more than that")
        self._check_accepted(self.possible("accepted_on", ahead=0), first)
        return values

    def _check_accepted(self, accepted: date | None, first: date | None) -> None:
        if accepted is None:
            return
        if self.cleaned_data.get("awarded_degree") == "yes":
            self.add_error(
                "accepted_on", "Leave it empty: this school gives the degree, so nothing was transferred to it"
            )
        elif accepted > self.today:
            self.add_error("accepted_on", "Enter a day that is not in the future")
        elif first is not None and accepted < first:
            self.add_error("accepted_on", "Enter a day after your first day at this school")

    def pending(self) -> dict[str, object]:
        """Offer listed schools once for each name and country that were typed."""
        typed = f"{self.cleaned_data['school_name']}|{self.cleaned_data['country']}"
        if self.data.get("chosen") or self.data.get("shown_for") == typed:
            return {}
        found = [] if self._exact() else self._suggestions()
        return {"suggestions": found, "shown_for": typed} if found else {}

    def said(self) -> Attendance:
        """Return the answers, with the school as typed or as chosen from the list."""
        values = self.cleaned_data
        school = self._chosen() or self._exact()
        return Attendance(
            school=school,
            school_name=school.name if school else values["school_name"],
            country=(school.country.code or "") if school else values["country"],
            attended_from=values["attended_from"],
            attended_to=values["attended_to"],
            credit_years=values["credit_years"],
            awarded_degree=values["awarded_degree"] == "yes",
            passed=values["passed"] == "yes",
            premedical_only=values["premedical_only"] == "yes",
            accepted_on=values["accepted_on"],
        )

    def _chosen(self) -> MedicalSchool | None:
        code = str(self.data.get("chosen", ""))
        return next((school for school in self._suggestions() if school.code == code), None) if code else None

    def _exact(self) -> MedicalSchool | None:
        rows = MedicalSchool.objects.filter(
            name__iexact=self.cleaned_data["school_name"], country=self.cleaned_data["country"]
        )[:2]
        # Two schools of one name in a country are told apart by their city, so the person chooses.
        return rows[0] if len(rows) == 1 else None

    def _suggestions(self) -> list[MedicalSchool]:
        words, country = self.cleaned_data["school_name"], self.cleaned_data["country"]
        return list(schools.find(words, first=country, most=MOST_SUGGESTIONS).rows)


class HistoryForm(forms.Form):
    """The word that nothing is left out."""

    complete = forms.BooleanField(
        label="This is every medical school that I attended, and every transfer of credits",
        error_messages={"required": "Confirm that every medical school and every transfer is listed"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as Django declares it
        super().__init__(*args, **{"label_suffix": "", **kwargs})


class DegreeForm(TopicForm):
    """The degree: exact title, day of graduation and day on the diploma (R-SCH-7, R-CRED-4)."""

    graduated = yes_no("Have you graduated?", "Select whether you have graduated")
    degree_title = ShortText(
        label="Title of the degree",
        help_text="Exactly as on your diploma, in its own language, for example Médico Cirujano or MB BS",
        max_length=250,
        error_messages={"required": "Enter the title of the degree exactly as on the diploma"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    graduation_on = DatePartsField(
        label="Graduation date",
        help_text="The day on which you completed all requirements, often the end of the internship. Students enter the day "
        "they expect. For example 27 11 2019",
        messages={"required": "Enter your graduation date", "invalid": REAL_DATE},
    )
    degree_on = DatePartsField(
        label="Date on the diploma",
        help_text="It may be later than the graduation date. Leave it empty if there is no diploma yet",
        required=False,
        messages={"required": "", "invalid": REAL_DATE},
    )

    def __init__(self, *args: Any, first_day: date | None, **kwargs: Any) -> None:  # Any: as Django declares it
        super().__init__(*args, **kwargs)
        self.first_day = first_day

    @staticmethod
    def initial_of(application: Application) -> dict[str, object]:
        """Return what was answered before, by field."""
        known = {None: "", True: "yes", False: "no"}[application.graduated]
        names = ("degree_title", "graduation_on", "degree_on")
        return {"graduated": known, **{name: getattr(application, name) for name in names}}

    def clean(self) -> dict[str, Any]:  # Any: as Django declares it
        """Refuse days that cannot be."""
        values = super().clean() or self.cleaned_data
        graduation = self.possible("graduation_on", ahead=YEARS_AHEAD)
        degree = self.possible("degree_on", ahead=YEARS_AHEAD)
        done = values.get("graduated") == "yes"
        if graduation is not None:
            self._check_graduation(graduation, done=done, answered=bool(values.get("graduated")))
        if degree is not None and degree > self.today:
            self.add_error("degree_on", "Enter a day that is not in the future, or leave it empty")
        if degree is not None and not done and values.get("graduated"):
            self.add_error("degree_on", "Leave it empty: a diploma is given after graduation")
        return values

    def _check_graduation(self, graduation: date, *, done: bool, answered: bool) -> None:
        if done and graduation > self.today:
            self.add_error(
                "graduation_on", "Enter a day that is not in the future, or select that you have not graduated"
            )
        if answered and not done and graduation < self.today:
            self.add_error("graduation_on", "Enter the day you expect, or select that you have graduated")
        if self.first_day is not None and graduation <= self.first_day:
            self.add_error("graduation_on", "Enter a day after your first day at the school that gives the degree")

    def said(self) -> Degree:
        """Return the answers."""
        values = self.cleaned_data
        return Degree(
            graduated=values["graduated"] == "yes",
            title=values["degree_title"],
            graduation_on=values["graduation_on"],
            degree_on=values["degree_on"],
        )


class BookletForm(forms.Form):
    """The word that the booklet was read; `version` is the one that was shown."""

    version = forms.CharField(max_length=20, widget=forms.HiddenInput)
    read = forms.BooleanField(
        label="I have read the information booklet",
        error_messages={"required": "Read the booklet and confirm that you have"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as Django declares it
        super().__init__(*args, **{"label_suffix": "", **kwargs})


class PurposeForm(forms.Form):
    """Purpose and requirements, signed with the name of record; `version` is the text that was shown."""

    version = forms.CharField(max_length=20, widget=forms.HiddenInput)
    understood = forms.BooleanField(
        label="I confirm all of this",
        error_messages={"required": "Confirm that you understand the purpose and the requirements"},
    )
    signed_name = ShortText(
        label="Your full name, as your signature",
        max_length=401,
        error_messages={"required": "Type your full name as it is on record"},
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as Django declares it
        super().__init__(*args, **{"label_suffix": "", **kwargs})


class SubmitForm(forms.Form):
    """The last word before the fee; with warnings, the word that the person goes on in spite of them."""

    accepts_warnings = forms.BooleanField(
        label="I have read this and want to go on. I know that the fee is not given back",
        error_messages={"required": "Read what is written above and say that you want to go on"},
    )

    def __init__(self, *args: Any, warned: bool, **kwargs: Any) -> None:  # Any: as Django declares it
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        if not warned:
            del self.fields["accepts_warnings"]


class WithdrawForm(forms.Form):
    """The word that an application should end."""

    sure = forms.BooleanField(
        label="Withdraw my application. I know that this cannot be undone and that a fee I paid is not given back",
        error_messages={"required": "Confirm that you want to withdraw the application"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as Django declares it
        super().__init__(*args, **{"label_suffix": "", **kwargs})
