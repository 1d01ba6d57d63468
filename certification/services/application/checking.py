"""What is told before anybody pays: what the engine says of the school, the graduation and the credits entered so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from certification.models import Application, MedicalSchoolAttendance
from certification.rules.engine import traces_of
from certification.rules.facts import Education, PersonFacts, School, TranscriptState, Transfer
from certification.rules.trace import Outcome, RuleTrace
from certification.services.eligibility import school_facts
from certification.services.rule_tables import current_tables


@dataclass(frozen=True)
class Advice:
    """One thing to know before paying; `stops` says that the application cannot be submitted as it is."""

    rule: str
    heading: str
    words: str
    stops: bool = False


DO_NOT_PAY = "Do not pay."
ASK_FIRST = "Ask your school before you pay. The fee is not given back."
# Heading and what to do; what is wrong is said in the words of the rule, before these.
TOLD: Mapping[str, Advice] = {
    one.rule: one
    for one in (
        Advice("R-IMG-4", "Your school is in the United States", DO_NOT_PAY, stops=True),
        Advice("R-IMG-2", "You graduated in Canada too early", DO_NOT_PAY, stops=True),
        Advice("R-SCH-1", "Your school has no sponsor note", ASK_FIRST),
        Advice("R-SCH-2", "Your graduation year is not covered", ASK_FIRST),
        Advice("R-SCH-3", "The sponsor note of your school has ended", ASK_FIRST),
        Advice("R-SCH-7", "The years of graduation and diploma differ", "You may go on."),
        Advice("R-CRED-1", "You entered fewer than four credit years", "You may go on, and we ask you about the rest."),
        Advice("R-CRED-2", "Transferred credits are not accepted", ASK_FIRST),
    )
}
NOT_LISTED = Advice(
    "R-SCH-1",
    "We did not find your school in our list",
    "Only students and graduates of listed schools with a sponsor note may be certified. Search once more under another "
    "name, or ask us before you pay. The fee is not given back.",
)
FUTURE = Advice(
    "R-SCH-7",
    "Your graduation date is in the future",
    "You said that you have graduated. Correct the date, or say that you are still a student.",
    stops=True,
)


def advice_on(application: Application, *, today: date) -> tuple[Advice, ...]:
    """Return what the person must know before paying, hard stops first; three queries."""
    history = application.attendances.select_related("school").prefetch_related("school__sponsor_notes")
    rows = list(history.order_by("attended_from", "pk"))
    degree = next((row for row in rows if row.awarded_degree), None)
    found = [] if degree is None else _told(degree, rows, application, today)
    if application.graduated and application.graduation_on is not None and application.graduation_on > today:
        found.append(FUTURE)
    # Where it stops, nothing else matters.
    return tuple([advice for advice in found if advice.stops] or found)


def _told(
    degree: MedicalSchoolAttendance, rows: Sequence[MedicalSchoolAttendance], application: Application, today: date
) -> list[Advice]:
    facts = PersonFacts(education=_education(degree, rows, application))
    traces = traces_of(TOLD, facts, current_tables(), today)
    against = {rule_id: trace for rule_id, trace in traces.items() if _speaks_against(trace)}
    if "R-SCH-1" in against:
        # A school without a note has none that ended.
        against.pop("R-SCH-3", None)
    return [_advice(trace, degree) for trace in against.values()]


def _speaks_against(trace: RuleTrace) -> bool:
    # What is still to be answered is asked for by the form. That staff will decide about two years is worth knowing.
    return trace.outcome is Outcome.NOT_MET or (trace.rule_id == "R-SCH-7" and trace.outcome is Outcome.MANUAL_REVIEW)


def _advice(trace: RuleTrace, degree: MedicalSchoolAttendance) -> Advice:
    if trace.rule_id == NOT_LISTED.rule and degree.school is None:
        return NOT_LISTED
    told = TOLD[trace.rule_id]
    return replace(told, words=f"{trace.reason} {told.words}")


def _education(
    degree: MedicalSchoolAttendance, rows: Sequence[MedicalSchoolAttendance], application: Application
) -> Education:
    transfers = [row for row in rows if not row.awarded_degree and row.credit_years]
    return Education(
        school=_school(degree),
        student=application.graduated is False,
        graduation_date=application.graduation_on if application.graduated is not False else None,
        expected_graduation_date=application.graduation_on,
        degree_date=application.degree_on,
        credit_years=degree.credit_years,
        transfers=tuple(
            Transfer(
                school=_school(row),
                credit_years=row.credit_years,
                passed=row.passed,
                disclosed=True,
                transcript=TranscriptState.MISSING,
                premedical_only=row.premedical_only,
                accepted_on=row.accepted_on,
            )
            for row in transfers
        ),
    )


def _school(row: MedicalSchoolAttendance) -> School:
    if row.school is not None:
        return school_facts(row.school)
    return School(name=row.school_name, country=row.country.code or "", in_directory=False)
