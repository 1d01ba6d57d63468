"""What is told before anybody pays: hard stops, and warnings that the person may go on with (R-IMG, R-SCH, R-CRED)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from certification.models import Application, MedicalSchoolAttendance
from certification.rules.eligibility import Eligibility, Years, eligibility

ENOUGH_CREDIT_YEARS = Decimal(4)


@dataclass(frozen=True)
class Advice:
    """One thing to know before paying; `stops` says that the application cannot be submitted as it is."""

    rule: str
    heading: str
    words: str
    stops: bool = False


UNITED_STATES = Advice(
    "R-IMG-4",
    "Your school is in the United States",
    "Graduates of medical schools in the United States do not use this service. Do not pay: you cannot be certified here.",
    stops=True,
)
CANADA_BEFORE = Advice(
    "R-IMG-2",
    "You graduated in Canada before July 1, 2025",
    "Graduates of Canadian schools may apply only when they graduated on July 1, 2025 or later. Do not pay: you cannot be "
    "certified.",
    stops=True,
)
BY_ANSWER = {
    Eligibility.UNITED_STATES: UNITED_STATES,
    Eligibility.CANADA_BEFORE: CANADA_BEFORE,
    Eligibility.NO_NOTE: Advice(
        "R-SCH-1",
        "Your school has no sponsor note",
        "It is in our list, and that is not enough: only students and graduates of schools with a sponsor note may be "
        "certified. Ask your school before you pay. The fee is not given back.",
    ),
    Eligibility.YEAR_NOT_COVERED: Advice(
        "R-SCH-2",
        "Your graduation year is not covered",
        "The sponsor note of your school does not cover your year. Ask your school before you pay. The fee is not given back.",
    ),
}
NOT_LISTED = Advice(
    "R-SCH-1",
    "We did not find your school in our list",
    "Only students and graduates of listed schools with a sponsor note may be certified. Search once more under another "
    "name, or ask us before you pay. The fee is not given back.",
)
YEARS_DIFFER = Advice(
    "R-SCH-7",
    "The years of graduation and diploma differ",
    "One of the two years is covered by the sponsor note of your school and the other is not. Our staff will decide.",
)
FEW_CREDITS = Advice(
    "R-CRED-1",
    "You entered fewer than four credit years",
    "Certification needs at least four, of which transferred ones count only under conditions.",
)
NOT_PASSED = Advice(
    "R-CRED-2",
    "Transferred courses were not passed",
    "Credits count only when the courses were passed at the school where they were taken.",
)
SEVERAL_SOURCES = Advice(
    "R-CRED-2",
    "Credits come from more than one school",
    "Transferred credits count only when all of them come from one school.",
)
FUTURE = Advice(
    "R-SCH-7",
    "Your graduation date is in the future",
    "You said that you have graduated. Correct the date, or say that you are still a student.",
    stops=True,
)


def advice_on(application: Application, *, today: date) -> tuple[Advice, ...]:
    """Return what the person must know before paying, hard stops first; two queries."""
    history = application.attendances.select_related("school").prefetch_related("school__sponsor_notes")
    rows = list(history.order_by("attended_from", "pk"))
    degree = next((row for row in rows if row.awarded_degree), None)
    found: list[Advice] = []
    if degree is not None:
        found += _of_school(degree, application)
    if application.graduated and application.graduation_on is not None and application.graduation_on > today:
        found.append(FUTURE)
    found += _of_credits(rows)
    return tuple(sorted(found, key=lambda advice: not advice.stops))


def _of_school(degree: MedicalSchoolAttendance, application: Application) -> list[Advice]:
    day = application.graduation_on
    years = () if degree.school is None else _years(degree)
    country = degree.country.code or ""
    if day is None:
        return [UNITED_STATES] if eligibility(country, years, 1, None) is Eligibility.UNITED_STATES else []
    answer = eligibility(country, years, day.year, day)
    if answer is Eligibility.NO_NOTE and degree.school is None:
        return [NOT_LISTED]
    said = [BY_ANSWER[answer]] if answer in BY_ANSWER else []
    if application.degree_on is not None and application.degree_on.year != day.year:
        other = eligibility(country, years, application.degree_on.year, application.degree_on)
        differs = {answer, other} == {Eligibility.ELIGIBLE, Eligibility.YEAR_NOT_COVERED}
        said += [YEARS_DIFFER] if differs else []
    return said


def _years(degree: MedicalSchoolAttendance) -> Sequence[Years]:
    notes = degree.school.sponsor_notes.all() if degree.school else ()
    return [Years(note.from_year, note.to_year) for note in notes]


def _of_credits(rows: Sequence[MedicalSchoolAttendance]) -> list[Advice]:
    medical = [row for row in rows if not row.premedical_only]
    transfers = [row for row in medical if not row.awarded_degree and row.credit_years]
    checks = (
        (bool(rows) and sum((row.credit_years for row in medical), Decimal(0)) < ENOUGH_CREDIT_YEARS, FEW_CREDITS),
        (any(not row.passed for row in transfers), NOT_PASSED),
        (len({(row.school_id, row.school_name) for row in transfers}) > 1, SEVERAL_SOURCES),
    )
    return [advice for applies, advice in checks if applies]
