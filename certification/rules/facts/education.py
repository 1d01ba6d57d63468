"""Facts about medical schools, the degree, and credits transferred into it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, ClassVar

from certification.rules.facts.marks import COUNTRY, YEAR, Between, InOrder


@dataclass(frozen=True, kw_only=True)
class SponsorNote:
    """Graduation years whose students and graduates are eligible, both ends included."""

    from_year: Annotated[int, "First graduation year.", YEAR]
    to_year: Annotated[int | None, "Last graduation year. Omitted or null: `current`, open ended.", YEAR] = None
    granted_on: Annotated[date | None, "The note is ignored before this day. Omitted: it was always there."] = None
    withdrawn_on: Annotated[date | None, "The note is ignored from this day on. Omitted: not withdrawn."] = None

    ORDER: ClassVar = (InOrder("from_year", "to_year"), InOrder("granted_on", "withdrawn_on"))

    @property
    def is_current(self) -> bool:
        """Tell whether it is open ended."""
        return self.to_year is None

    def covers(self, year: int) -> bool:
        """Tell whether graduation in `year` is inside, both ends included (R-SCH-2)."""
        return self.from_year <= year and (self.to_year is None or year <= self.to_year)

    def in_force(self, on: date) -> bool:
        """Tell whether the note stood in the Directory on that day."""
        return (self.granted_on is None or self.granted_on <= on) and (
            self.withdrawn_on is None or on < self.withdrawn_on
        )


@dataclass(frozen=True, kw_only=True)
class School:
    """A school as the World Directory lists it."""

    country: Annotated[str, "Country of the school (never the citizenship of the person).", COUNTRY]
    in_directory: Annotated[bool, "Listed in the World Directory. Being listed alone makes nobody eligible."]
    name: Annotated[str, "Name, used in reasons."] = "your school"
    sponsor_notes: Annotated[tuple[SponsorNote, ...], "Sponsor Notes. Omitted: none, so not eligible."] = ()
    wfme_accredited: Annotated[bool, "Accredited by an agency that the WFME recognizes (Pathway 3)."] = False
    ncfmea_comparable: Annotated[bool, "Accreditor has an NCFMEA determination of comparability (Pathway 4)."] = False
    joint_with_us_school: Annotated[bool, "Degree issued jointly with an LCME-accredited US school (Pathway 5)."] = (
        False
    )
    osce_for_licensure: Annotated[
        bool, "School runs an OSCE that the country's regulator requires of every medical student (Pathway 2)."
    ] = False
    country_has_recognized_accreditor: Annotated[
        bool, "An accreditor recognized by the WFME serves the country, which rules out Pathway 2."
    ] = True
    closed: Annotated[bool, "Closed or unreachable: a successor body may have to verify."] = False


class TranscriptState(StrEnum):
    """Where the transcript of another school stands."""

    MISSING = "missing"
    RECEIVED = "received"
    AT_SCHOOL = "at_school"
    VERIFIED = "verified"


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """Credits from another school that the degree-giving school accepted."""

    school: Annotated[School, "The school where the credits were earned."]
    credit_years: Annotated[Decimal, "Academic years of credit.", Between(0, 20)]
    passed: Annotated[bool, "Every course was passed at the school where it was taken."]
    disclosed: Annotated[bool, "The applicant told of it without being asked."]
    transcript: Annotated[TranscriptState, "The other school's transcript."]
    must_be_verified: Annotated[bool, "Staff asked for the verification of this transcript."] = False
    premedical_only: Annotated[bool, "Credited only into a pre-medical phase, not into the medical curriculum."] = False
    accepted_on: Annotated[
        date | None, "Day the degree-giving school accepted the credits; decides whether older rules apply."
    ] = None


class Award(StrEnum):
    """What kind of paper carries the title."""

    FINAL_DIPLOMA = "final_diploma"
    PROVISIONAL_CERTIFICATE = "provisional_certificate"
    INTERMEDIATE_AWARD = "intermediate_award"
    ACADEMIC_DOCTORATE = "academic_doctorate"


@dataclass(frozen=True, kw_only=True)
class Education:
    """Medical school and degree."""

    school: Annotated[School, "The school that gives the medical degree."]
    student: Annotated[bool, "Still a student on the day of evaluation."] = False
    graduation_date: Annotated[
        date | None, "Day all requirements of the degree were completed (often the end of an internship)."
    ] = None
    degree_date: Annotated[date | None, "Day printed on the diploma; may be later."] = None
    expected_graduation_date: Annotated[date | None, "For students."] = None
    degree_title: Annotated[str, "Title exactly as on the final diploma. Omitted: not known yet."] = ""
    accepted_titles: Annotated[
        tuple[str, ...], "Titles of the Reference Guide for this school and graduation year. Omitted: none known."
    ] = ()
    title_accepted_on: Annotated[
        date | None, "Day on which a senior reviewer accepted a title that the Reference Guide does not have."
    ] = None
    excluded_titles: Annotated[
        tuple[str, ...], "Titles of the Reference Guide for this school that are never eligible. Omitted: none known."
    ] = ()
    award: Annotated[Award, "What kind of paper it is."] = Award.FINAL_DIPLOMA
    credit_years: Annotated[
        Decimal | None,
        "Academic years credited by this school itself, without transfers. Omitted: not known yet.",
        Between(0, 20),
    ] = None
    years_completed: Annotated[int, "For students: years of medical school completed.", Between(0, 20)] = 0
    status_confirmed: Annotated[bool, "The school confirmed that the person is its student or graduate."] = False
    completion_letter: Annotated[
        bool, "A listed official certified in a letter that all requirements are complete (diploma not yet issued)."
    ] = False
    transfers: Annotated[tuple[Transfer, ...], "Credits from other schools. Omitted: none."] = ()

    def graduated(self, on: date) -> bool:
        """Tell whether the person had graduated by that day."""
        return not self.student and self.graduation_date is not None and self.graduation_date <= on
