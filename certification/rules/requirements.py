"""Which examinations and skills requirements are met on a day, and how."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from certification.facts import Requirement
from certification.rules import facts
from certification.rules.case import Case
from certification.rules.facts import Exam, PathwayApplication, PathwayState, PersonFacts, Result, WindowException
from certification.rules.record import STEP_1, STEP_2_CK, STEP_2_CS, Acceptance, Sitting
from certification.rules.table_files import shipped_tables
from certification.rules.tables import RuleTables

CLINICAL_SKILLS = "Clinical skills"
COMMUNICATION_SKILLS = "Communication skills"


@dataclass(frozen=True)
class Limits:
    """What the window is judged by: the tables, and longer limits granted to the person (R-EXAM-4)."""

    tables: RuleTables
    exceptions: tuple[WindowException, ...] = ()


def requirements(
    sittings: Sequence[Sitting],
    acceptances: Sequence[Acceptance],
    certified_on: date | None,
    as_of: date,
    limits: Limits | None = None,
) -> tuple[Requirement, ...]:
    """Return the four requirements in the order of the report; `certified_on` is the certificate's day of issue.

    Examinations: R-EXAM-1, R-EXAM-2, pass and day only (R-CVS-2), as the engine counts them (R-EXAM-3) until a certificate
    was issued: then they are settled. Skills: a Step 2 CS pass, or a Pathway with OET Medicine (R-CLIN-1, R-EXAM-11).
    """
    if certified_on is not None and certified_on <= as_of:
        step_1, step_2_ck, step_2_cs = (first_pass(sittings, exam, as_of) for exam in (STEP_1, STEP_2_CK, STEP_2_CS))
        acceptance = None if step_2_cs else counted_acceptance(acceptances, certified_on, as_of)
    else:
        case = _case(sittings, acceptances, as_of, limits or Limits(shipped_tables()))
        counted = case.window.counted
        step_1, step_2_ck = counted.get(Exam.STEP_1), counted.get(Exam.STEP_2_CK)
        step_2_cs = counted.get(Exam.STEP_2_CS) if case.relies_on_cs else None
        served = case.pathway if case.pathway is not None and case.pathway.counts else None
        acceptance = counted_acceptance(acceptances, None, as_of) if served is not None and not step_2_cs else None
    return (
        _examination("USMLE Step 1", step_1),
        _examination("USMLE Step 2 CK", step_2_ck),
        _clinical_skills(step_2_cs, acceptance),
        _communication_skills(step_2_cs, acceptance),
    )


def _case(sittings: Sequence[Sitting], acceptances: Sequence[Acceptance], as_of: date, limits: Limits) -> Case:
    """Return what the engine counts, for a record of results and acceptances alone."""
    attempts = (
        facts.Sitting(
            exam=Exam(one.examination),
            taken_on=one.taken_on,
            reported_on=one.reported_on,
            result=Result.PASS if one.passed else Result.INCOMPLETE,
        )
        for one in sittings
    )
    accepted = (
        PathwayApplication(
            pathway=one.pathway,
            season=one.season,
            state=PathwayState.ACCEPTED,
            accepted_on=one.accepted_on,
            valid_through=one.valid_through,
            oet_on=one.oet_on,
            decided_elsewhere=True,
        )
        for one in acceptances
        if one.accepted_on <= as_of
    )
    record = PersonFacts(
        examinations=tuple(attempts), pathway_applications=tuple(accepted), window_exceptions=limits.exceptions
    )
    return Case(record, limits.tables, as_of)


def first_pass(sittings: Sequence[Sitting], examination: str, as_of: date) -> date | None:
    """Return the day of the earliest passed sitting whose result was reported by `as_of`."""
    counted = (s.taken_on for s in sittings if s.examination == examination and s.passed and s.reported_on <= as_of)
    return min(counted, default=None)


def counted_acceptance(acceptances: Sequence[Acceptance], certified_on: date | None, as_of: date) -> Acceptance | None:
    """Return the latest accepted Pathway that counts on `as_of`.

    It counts while it is valid (R-PW-VALID), and for good once a certificate was issued on it: what expires then is the
    certificate (R-CERT-4).
    """
    issued = [day for day in (certified_on,) if day is not None and day <= as_of]
    counted = [a for a in acceptances if any(a.accepted_on <= day <= a.valid_through for day in (as_of, *issued))]
    return max(counted, key=lambda acceptance: (acceptance.accepted_on, acceptance.season), default=None)


def _examination(label: str, passed_on: date | None) -> Requirement:
    return Requirement(label, met=passed_on is not None, on=passed_on, how="Passed" if passed_on else "")


def _clinical_skills(step_2_cs: date | None, acceptance: Acceptance | None) -> Requirement:
    if step_2_cs is not None:
        return Requirement(CLINICAL_SKILLS, met=True, on=step_2_cs, how="Step 2 CS")
    if acceptance is not None:
        how = f"Pathway {acceptance.pathway}, season {acceptance.season}"
        return Requirement(CLINICAL_SKILLS, met=True, on=acceptance.accepted_on, how=how)
    return Requirement(CLINICAL_SKILLS, met=False, on=None, how="")


def _communication_skills(step_2_cs: date | None, acceptance: Acceptance | None) -> Requirement:
    if step_2_cs is not None:
        return Requirement(COMMUNICATION_SKILLS, met=True, on=step_2_cs, how="Step 2 CS")
    if acceptance is not None:
        return Requirement(COMMUNICATION_SKILLS, met=True, on=acceptance.oet_on, how="OET Medicine")
    return Requirement(COMMUNICATION_SKILLS, met=False, on=None, how="")
