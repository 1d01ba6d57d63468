"""The four requirements as status reports print them, read from what the engine found."""

from certification.facts import Requirement
from certification.rules.trace import Outcome, RuleTrace, Verdict

STEP_1 = "USMLE Step 1"
STEP_2_CK = "USMLE Step 2 CK"
CLINICAL_SKILLS = "Clinical skills"
COMMUNICATION_SKILLS = "Communication skills"


def requirements(verdict: Verdict) -> tuple[Requirement, ...]:
    """Return the four requirements in the order of the report: pass and day only, never a score or failure (R-CVS-2).

    Communication skills are shown with clinical skills (R-CLIN-1), by OET Medicine where a Pathway shows these.
    """
    skills, oet = verdict.trace("R-CLIN-1"), verdict.trace("R-OET")
    return (
        _read(STEP_1, verdict.trace("R-EXAM-1")),
        _read(STEP_2_CK, verdict.trace("R-EXAM-2")),
        _read(CLINICAL_SKILLS, skills),
        _read(COMMUNICATION_SKILLS, oet if skills.outcome is oet.outcome is Outcome.MET and oet.by else skills),
    )


def _read(label: str, trace: RuleTrace) -> Requirement:
    met = trace.outcome is Outcome.MET
    return Requirement(label, met=met, on=trace.on if met else None, how=trace.by if met else "")
