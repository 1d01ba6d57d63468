"""Pathway 6: six observed encounters, scored by physicians who may (R-PW-6)."""

from collections import Counter
from datetime import date

from certification.rules.facts import CommitteeDecision, Encounter, Evaluator, PathwayApplication
from certification.rules.tables import RuleTables
from certification.rules.trace import Finding, Turn, manual_review
from certification.rules.window import years_later
from certification.rules.words import counted, listed

COMPONENTS = ("interviewing", "examination", "professionalism", "reasoning")


def judge(
    application: PathwayApplication, tables: RuleTables, as_of: date
) -> tuple[list[str], list[str], Finding | None]:
    """Return what speaks against the application, what is missing, and a finding of its own for low scores."""
    encounters = [encounter for encounter in application.encounters if encounter.on <= as_of]
    evaluators = {evaluator.id: evaluator for evaluator in application.evaluators}
    faults = [fault for encounter in encounters for fault in encounter_faults(encounter, evaluators, application)]
    seen = [evaluators[name] for name in sorted({encounter.evaluator for encounter in encounters} & set(evaluators))]
    faults += [
        fault
        for evaluator in seen
        for fault in evaluator_faults(evaluator, tables, _approval(evaluator, application, as_of))
    ]
    faults += _numbers(encounters, tables, as_of)
    missing = tables.number("pathway_6_evaluations", as_of) - len(encounters)
    if faults or missing > 0:
        return list(dict.fromkeys(faults)), [counted(missing, "evaluation")] if missing > 0 else [], None
    if application.committee is CommitteeDecision.DENIED:
        return ["the review committee denied the application"], [], None
    return [], [], _low_scores(application, encounters, tables, as_of)


def _numbers(encounters: list[Encounter], tables: RuleTables, as_of: date) -> list[str]:
    most = tables.number("pathway_6_encounters_per_evaluator", as_of)
    needed = tables.number("pathway_6_evaluations", as_of)
    faults = []
    if any(count > most for count in Counter(encounter.evaluator for encounter in encounters).values()):
        faults.append(f"one evaluator may observe at most {counted(most, 'encounter')}")
    if len(encounters) > needed:
        faults.append(f"exactly {counted(needed, 'evaluation')} are taken, not {len(encounters)}")
    return faults


def encounter_faults(
    encounter: Encounter, evaluators: dict[str, Evaluator], application: PathwayApplication
) -> list[str]:
    """Return why an encounter does not count; nothing when it does."""
    evaluator = evaluators.get(encounter.evaluator)
    if evaluator is None:
        return ["an encounter was observed by somebody who is not among the evaluators"]
    starts = [day for day in (application.submitted_on, evaluator.approved_on) if day is not None]
    faults = []
    if any(encounter.on <= day for day in starts):
        faults.append("an encounter must be after the application and the approval of its evaluator")
    if not (encounter.in_person and encounter.real_patient and encounter.clinical_setting):
        faults.append("an encounter must be in person, with a patient, in a clinical setting")
    return faults


def _approval(evaluator: Evaluator, application: PathwayApplication, as_of: date) -> date:
    return evaluator.approved_on or application.submitted_on or as_of


def evaluator_faults(evaluator: Evaluator, tables: RuleTables, on: date) -> list[str]:
    """Return why a physician may not evaluate, as of the day of approval; nothing when they may."""
    years = tables.number("pathway_6_evaluator_years", on)
    most = tables.number("pathway_6_applicants_per_evaluator", on)
    faults = []
    if not evaluator.unrestricted or years_later(evaluator.licensed_since, years) > on:
        faults.append(f"an evaluator needs an unrestricted license for at least {counted(years, 'year')}")
    if evaluator.relative or evaluator.paid_by_applicant:
        faults.append("an evaluator may not be a relative or paid by you")
    if evaluator.applicants_this_season > most:
        faults.append(f"an evaluator may evaluate at most {counted(most, 'applicant')} in a season")
    return faults


def _low_scores(
    application: PathwayApplication, encounters: list[Encounter], tables: RuleTables, as_of: date
) -> Finding | None:
    """Return that the committee must look at a component whose average is below the threshold."""
    least = tables.threshold("pathway_6_average", as_of)
    low = [name for name in COMPONENTS if sum(getattr(one, name) for one in encounters) < least * len(encounters)]
    if not low or application.committee is CommitteeDecision.APPROVED:
        return None
    reason = f"The average for {listed(low)} is below the threshold. The review committee decides."
    return manual_review(reason, Turn.COMMITTEE, pathway=application.pathway)
