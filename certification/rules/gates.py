"""Section 6: what certification opens later, the Match, training, Step 3 and a license."""

from certification.rules.applying import canadian_school, united_states_school
from certification.rules.case import Case
from certification.rules.examinations import step_1, step_2_ck, within_the_window
from certification.rules.issuing import is_valid, valid_through
from certification.rules.pathways import skills_shown
from certification.rules.registry import rule
from certification.rules.trace import Bearing, Finding, Outcome, Turn, expired, met, not_met, not_needed
from certification.rules.words import listed


@rule("R-MATCH-1", "Taking part in the Match", Bearing.MATCH)
def match_ready(case: Case) -> Finding:
    """R-MATCH-1: examinations and skills, neither the diploma nor the certificate."""
    if any(judge(case).outcome is Outcome.NOT_MET for judge in (canadian_school, united_states_school)):
        return not_needed("You are not an international graduate.")
    if case.revoked:
        return not_met("Your certificate was revoked.", Turn.NOBODY)
    if is_valid(case):
        return met("You are certified.")
    missing = [] if case.certified else [name for name, judge in EXAMINATIONS if not judge(case).outcome.satisfies]
    missing += [] if skills_shown(case).outcome is Outcome.MET else ["clinical and communication skills"]
    if missing:
        return not_met(f"Before the rank order list deadline we must report {listed(missing)}.", missing=missing)
    return met("Examinations and skills are complete. The diploma is not needed for the Match.")


EXAMINATIONS = (("Step 1", step_1), ("Step 2 CK", step_2_ck), ("examinations within seven years", within_the_window))


def _valid_certificate(case: Case) -> Finding:
    end = valid_through(case)
    if end is None:
        return not_met("You need a certificate.", certificate="none")
    if is_valid(case):
        return met("You have a valid certificate.", valid_through=end)
    return expired("Your certificate has expired.", valid_through=end)


@rule("R-GME-1", "Starting training", Bearing.INFORMATION)
def training_may_start(case: Case) -> Finding:
    """R-GME-1: a valid certificate on the first day of an ACGME-accredited program."""
    return _valid_certificate(case)


@rule("R-STEP3-1", "Step 3", Bearing.INFORMATION)
def step_3(case: Case) -> Finding:
    """R-STEP3-1: an unexpired certificate at application and on the test day."""
    return _valid_certificate(case)


@rule("R-LIC-1", "Unrestricted US license", Bearing.INFORMATION)
def us_licence(case: Case) -> Finding:
    """R-LIC-1: the certificate is one requirement; licensing authorities decide."""
    if valid_through(case) is None:
        return not_met("Licensing authorities require a certificate.", certificate="none")
    return met("You are certified. Licensing authorities decide about the rest.")
