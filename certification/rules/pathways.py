"""Section 4: clinical skills and communication skills."""

from collections.abc import Callable

from certification.rules.case import Case
from certification.rules.facts import Exam
from certification.rules.pathway_evidence import FINAL, WAITING_FOR, Assessment
from certification.rules.registry import rule
from certification.rules.trace import Bearing, Finding, Outcome, expired, met, not_met, not_needed, pending
from certification.rules.words import day_in_words

BY_CS = "Step 2 CS"
# Rules about an application for a Pathway: they concern nobody who has none, or who passed Step 2 CS.
ABOUT_THE_APPLICATION = {
    "R-CLIN-2": "Only Pathway 6 after failing Step 2 CS",
    "R-PW-0": "Before a Pathway application",
    "R-PW-PREC": "Order of the Pathways",
    "R-PW-1": "Pathway 1: licensed abroad",
    "R-PW-2": "Pathway 2: OSCE for licensure",
    "R-PW-3": "Pathway 3: school accredited with WFME recognition",
    "R-PW-4": "Pathway 4: school accredited with NCFMEA comparability",
    "R-PW-5": "Pathway 5: joint degree with a U.S. medical school",
    "R-PW-6": "Pathway 6: observed encounters",
    "R-OET": "OET Medicine in one administration",
    "R-PW-CLOSE": "Complete before the season closes",
    "R-PW-VALID": "Validity of the Pathway",
}


@rule("R-CLIN-1", "Clinical and communication skills")
def skills_shown(case: Case) -> Finding:
    """R-CLIN-1: an accepted, unexpired Pathway with OET Medicine, or a valid pass of Step 2 CS."""
    if case.relies_on_cs:
        day = case.window_with_cs.counted[Exam.STEP_2_CS]
        return met(f"Shown by Step 2 CS, passed on {day_in_words(day)}.", taken_on=day).shown(BY_CS, day)
    assessment = case.pathway
    if assessment is None:
        lost = [day for exam, day in case.passes if exam is Exam.STEP_2_CS]
        return _nothing_yet(case).shown(BY_CS, max(lost)) if lost else _nothing_yet(case)
    found = _by_pathway(assessment)
    application = assessment.application
    name = f"Pathway {application.pathway}, season {application.season}"
    return found.shown(name, application.accepted_on) if assessment.accepted else found


def _by_pathway(assessment: Assessment) -> Finding:
    application = assessment.application
    name = f"Pathway {application.pathway}, season {application.season}"
    used = {"pathway": application.pathway, "season": application.season, "state": application.state}
    if assessment.counts:
        return met(f"{name}, with OET Medicine. Valid through {day_in_words(assessment.through)}.").using(used)
    if assessment.served:
        return expired(f"{name} was valid through {day_in_words(assessment.through)}.").using(used)
    wrong = [one for one in assessment.findings.values() if one.outcome in (Outcome.NOT_MET, Outcome.MANUAL_REVIEW)]
    if wrong or application.state in FINAL:
        first = wrong[0] if wrong else not_met(f"{name} was not accepted.")
        return Finding(first.outcome, first.reason, first.turn, used=used, complete_by=first.complete_by)
    turn, words = WAITING_FOR[application.state]
    return pending(words.format(application.pathway), turn, since=application.submitted_on).using(used)


def _nothing_yet(case: Case) -> Finding:
    season = case.tables.open_season(case.as_of)
    which = "Pathway 6" if case.failed_cs else "a Pathway"
    if season is None:
        return not_met(
            f"Apply for {which} when the next season opens. You need OET Medicine.", pathway_applications="none"
        )
    reason = f"Apply for {which} before {day_in_words(season.closes_on)}, 11:59 PM ET. You need OET Medicine."
    return not_met(reason, complete_by=season.closes_on, pathway_applications="none")


@rule("R-CLIN-3", "No Pathway with Step 2 CS", Bearing.INFORMATION)
def pathway_not_needed(case: Case) -> Finding:
    """R-CLIN-3: a person with a valid pass of Step 2 CS does not use Pathways."""
    if case.relies_on_cs:
        return met("Your pass of Step 2 CS counts, so you need no Pathway.")
    return not_needed("You show your skills through a Pathway.")


def _about(rule_id: str) -> Callable[[Case], Finding]:
    def judge(case: Case) -> Finding:
        if case.relies_on_cs:
            return not_needed("Step 2 CS shows your skills, so you need no Pathway.")
        assessment = case.pathway
        if assessment is None:
            return not_needed("You have not applied for a Pathway yet.")
        return assessment.findings.get(rule_id) or _another(assessment)

    return judge


def _another(assessment: Assessment) -> Finding:
    return not_needed(f"You applied for Pathway {assessment.application.pathway}.")


for _rule_id, _title in ABOUT_THE_APPLICATION.items():
    rule(_rule_id, _title)(_about(_rule_id))
