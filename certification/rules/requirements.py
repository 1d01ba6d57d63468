"""Which examinations and skills requirements are met on a day, and how."""

from collections.abc import Sequence
from datetime import date

from certification.facts import Requirement
from certification.rules.record import STEP_1, STEP_2_CK, STEP_2_CS, Acceptance, Sitting

CLINICAL_SKILLS = "Clinical skills"
COMMUNICATION_SKILLS = "Communication skills"


def requirements(
    sittings: Sequence[Sitting], acceptances: Sequence[Acceptance], certified_on: date | None, as_of: date
) -> tuple[Requirement, ...]:
    """Return the four requirements in the order of the report; `certified_on` is the certificate's day of issue.

    Examinations: R-EXAM-1, R-EXAM-2, pass and day only (R-CVS-2). Skills: a Step 2 CS pass, or a Pathway with OET
    Medicine (R-CLIN-1, R-EXAM-11).
    """
    step_2_cs = first_pass(sittings, STEP_2_CS, as_of)
    acceptance = None if step_2_cs else counted_acceptance(acceptances, certified_on, as_of)
    return (
        _examination("USMLE Step 1", first_pass(sittings, STEP_1, as_of)),
        _examination("USMLE Step 2 CK", first_pass(sittings, STEP_2_CK, as_of)),
        _clinical_skills(step_2_cs, acceptance),
        _communication_skills(step_2_cs, acceptance),
    )


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
