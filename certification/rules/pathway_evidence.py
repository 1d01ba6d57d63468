"""Judges one application for a Pathway by its evidence (R-PW-0 to R-PW-6, R-PW-CLOSE, R-PW-VALID, R-OET)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from certification.rules import mini_cex
from certification.rules.facts import Education, Licence, PathwayApplication, PathwayState, PersonFacts
from certification.rules.oet import OET_MEDICINE, judge_oet
from certification.rules.tables import PathwaySeason, RuleTables
from certification.rules.trace import (
    SEVERITY,
    Finding,
    Outcome,
    Turn,
    expired,
    manual_review,
    met,
    not_met,
    not_needed,
    pending,
)
from certification.rules.words import day_in_words, listed

MINI_CEX = 6
LICENSED, OSCE, WFME, NCFMEA, JOINT = 1, 2, 3, 4, 5
BY_ATTESTATION = (OSCE, WFME, NCFMEA, JOINT)
WAITING_FOR = {
    PathwayState.SUBMITTED: (
        Turn.APPLICANT,
        "Pay the fee of your application for Pathway {0}. Nothing is processed before.",
    ),
    PathwayState.AWAITING_THIRD_PARTY: (
        Turn.THIRD_PARTY,
        "Pathway {0} waits for somebody else to confirm the evidence.",
    ),
    PathwayState.IN_REVIEW: (Turn.STAFF, "We are reviewing your application for Pathway {0}."),
    PathwayState.ACCEPTED: (Turn.STAFF, "We are reviewing your application for Pathway {0}."),
}
FINAL = (PathwayState.REJECTED, PathwayState.CLOSED_WITH_SEASON)


@dataclass(frozen=True)
class Assessment:
    """One application with the finding of each rule about it; `through` is the last day on which it serves."""

    application: PathwayApplication
    findings: dict[str, Finding]
    accepted: bool
    through: date

    @property
    def worst(self) -> Outcome:
        """Return the worst outcome of all rules about it."""
        return min((finding.outcome for finding in self.findings.values()), key=SEVERITY.index, default=Outcome.NA)

    @property
    def counts(self) -> bool:
        """Tell whether it is accepted, all its evidence holds, and it has not expired."""
        return self.accepted and self.worst.satisfies

    @property
    def served(self) -> bool:
        """Tell whether it counted until it expired."""
        others = [finding for rule_id, finding in self.findings.items() if rule_id != "R-PW-VALID"]
        return self.accepted and all(finding.outcome.satisfies for finding in others)


@dataclass(frozen=True)
class FailuresOfCs:
    """Was Step 2 CS `ever` failed, and `without_valid_pass` to make up for it (R-CLIN-2)."""

    ever: bool
    without_valid_pass: bool


@dataclass(frozen=True)
class Evidence:
    """What the rules about an application look at."""

    facts: PersonFacts
    tables: RuleTables
    as_of: date
    cs: FailuresOfCs
    application: PathwayApplication
    season: PathwaySeason | None

    @property
    def accepted(self) -> bool:
        """Tell whether staff have accepted it."""
        return self.application.accepted(self.as_of)


def assess(
    application: PathwayApplication, facts: PersonFacts, tables: RuleTables, as_of: date, cs: FailuresOfCs
) -> Assessment:
    """Judge `application` on `as_of`, with what failing Step 2 CS means for the person."""
    season = tables.season(application.season)
    evidence = Evidence(facts, tables, as_of, cs, application, season)
    through = application.valid_through or _last_day(application, tables, as_of)
    findings = {
        "R-CLIN-2": _after_failing_cs(evidence),
        "R-PW-0": _before_applying(evidence),
        "R-PW-PREC": _precedence(evidence),
        f"R-PW-{application.pathway}": _pathway(evidence),
        "R-OET": _oet(evidence),
        "R-PW-CLOSE": _close(evidence),
        "R-PW-VALID": _valid(evidence, through),
    }
    return Assessment(application, findings, evidence.accepted, through)


def _last_day(application: PathwayApplication, tables: RuleTables, as_of: date) -> date:
    return date(application.season + tables.number("pathway_seasons_served", as_of), 12, 31)


def _after_failing_cs(evidence: Evidence) -> Finding:
    """R-CLIN-2: who failed Step 2 CS and has no valid pass of it may use only Pathway 6, whatever else they match."""
    pathway = evidence.application.pathway
    if not evidence.cs.without_valid_pass:
        return not_needed("You have not failed Step 2 CS, or a later pass makes up for it.")
    if pathway != MINI_CEX:
        return not_met("You failed Step 2 CS, so only Pathway 6 is open to you.", pathway=pathway, step_2_cs="failed")
    return met("Pathway 6 is the one for physicians who failed Step 2 CS.", pathway=pathway, step_2_cs="failed")


def _before_applying(evidence: Evidence) -> Finding:
    """R-PW-0: Application for Certification submitted, and registered at least once for a Step."""
    facts, as_of = evidence.facts, evidence.as_of
    if evidence.application.decided_elsewhere:
        return met("Your Pathway was accepted before this portal kept the evidence.")
    if facts.application is None or not facts.application.submitted(as_of):
        return not_met("Submit the Application for Certification before you apply for a Pathway.", application="none")
    days = [facts.first_registered_on, *(sitting.taken_on for sitting in facts.examinations)]
    first = min((day for day in days if day is not None and day <= as_of), default=None)
    if first is None:
        return not_met("Register for a USMLE Step before you apply for a Pathway.", first_registered_on=first)
    return met("You applied for certification and registered for a Step before.", first_registered_on=first)


def _precedence(evidence: Evidence) -> Finding:
    """R-PW-PREC: who may use Pathway 1 must; otherwise 2 where offered, then 3 to 5, then 6."""
    application, season = evidence.application, evidence.season
    sixth_after_failing = evidence.cs.ever and application.pathway == MINI_CEX
    if application.decided_elsewhere or evidence.cs.without_valid_pass or sixth_after_failing:
        return not_needed("The order of the Pathways does not concern you.")
    if season is None:
        return manual_review(f"The dates of season {application.season} are not known yet.", season=application.season)
    if application.pathway not in season.pathways:
        return not_met(f"Pathway {application.pathway} is not offered in season {season.season}.", season=season.season)
    better = [pathway for pathway in open_pathways(evidence) if _rank(pathway) < _rank(application.pathway)]
    if better:
        return not_met(f"You can use Pathway {better[0]}, so you must apply for that one.", pathway=application.pathway)
    return met(f"No earlier Pathway than {application.pathway} is open to you.", pathway=application.pathway)


def _rank(pathway: int) -> int:
    return 3 if pathway in (WFME, NCFMEA, JOINT) else pathway


def open_pathways(evidence: Evidence) -> list[int]:
    """Return which of Pathways 1 to 5 the person's record makes possible in the season."""
    season, education = evidence.season, evidence.facts.education
    if season is None:
        return []
    shown = [licence for application in evidence.facts.pathway_applications for licence in application.licences]
    possible = [LICENSED] if any(not licence_faults(licence, season, evidence.as_of) for licence in shown) else []
    refused = evidence.application.school_attested is False
    if education is not None and not refused and not graduation_faults(education, season):
        possible += [pathway for pathway in BY_ATTESTATION if not school_faults(pathway, education)]
    return [pathway for pathway in possible if pathway in season.pathways]


def _pathway(evidence: Evidence) -> Finding:
    """R-PW-1 to R-PW-6: the evidence of the Pathway applied for."""
    application, season = evidence.application, evidence.season
    if application.decided_elsewhere and evidence.accepted:
        return met(f"Pathway {application.pathway} was accepted for season {application.season}.")
    if application.state in FINAL:
        return not_met(f"Your application for Pathway {application.pathway} was not accepted.", state=application.state)
    if season is None:
        return manual_review(f"The dates of season {application.season} are not known yet.", season=application.season)
    if application.pathway == MINI_CEX:
        faults, missing, low = mini_cex.judge(application, evidence.tables, evidence.as_of)
    else:
        faults, missing = _evidence_of(evidence, season)
        low = None
    return low or _concluded(evidence, faults, missing)


def _concluded(evidence: Evidence, faults: Sequence[str], missing: Sequence[str]) -> Finding:
    application = evidence.application
    if faults:
        return not_met(f"Pathway {application.pathway}: {listed(faults)}.", pathway=application.pathway)
    if missing and evidence.accepted:
        return not_met(f"Pathway {application.pathway}: still missing {listed(missing)}.", pathway=application.pathway)
    if evidence.accepted:
        return met(
            f"Pathway {application.pathway} accepted for season {application.season}.", pathway=application.pathway
        )
    turn, words = WAITING_FOR.get(application.state, WAITING_FOR[PathwayState.IN_REVIEW])
    closes_on = evidence.season.closes_on if evidence.season else None
    return pending(words.format(application.pathway), turn, since=application.submitted_on, complete_by=closes_on)


def _evidence_of(evidence: Evidence, season: PathwaySeason) -> tuple[list[str], list[str]]:
    """Return what speaks against Pathways 1 to 5, and what is missing for them."""
    application, education = evidence.application, evidence.facts.education
    if application.pathway == LICENSED:
        return _licence_evidence(application.licences, season, evidence.as_of)
    if education is None:
        return [], ["your medical school"]
    faults = school_faults(application.pathway, education) + graduation_faults(education, season)
    faults += ["who failed Step 2 CS cannot use it"] if evidence.cs.without_valid_pass else []
    if application.school_attested is False:
        return [*faults, "your school did not attest your clinical skills"], []
    missing = [] if application.school_attested else ["the attestation of your school"]
    if application.pathway == OSCE:
        if application.osce_passed is False:
            return [*faults, "the OSCE was not passed"], missing
        missing += [] if application.osce_passed else ["the result of the OSCE"]
    return faults, missing


def _licence_evidence(licences: Sequence[Licence], season: PathwaySeason, as_of: date) -> tuple[list[str], list[str]]:
    judged = [licence_faults(licence, season, as_of) for licence in licences]
    if not judged:
        return [], ["a license to practice without supervision"]
    return min(judged, key=len), []


def licence_faults(licence: Licence, season: PathwaySeason, as_of: date) -> list[str]:
    """Return why `licence` does not serve for Pathway 1 in the season; nothing when it does (R-PW-1)."""
    needed_from = season.licence_valid_on_or_after
    training_is_enough = season.training_licence_accepted and licence.training_only
    faults = []
    if licence.training_only and not season.training_licence_accepted:
        faults.append("a license for training only is not accepted")
    elif not licence.unsupervised and not training_is_enough:
        faults.append("the license must permit practice without supervision")
    if needed_from is not None and licence.valid_to is not None and licence.valid_to < needed_from:
        faults.append(f"the license must have been valid on or after {day_in_words(needed_from)}")
    if licence.valid_from > as_of:
        faults.append(f"the license is valid only from {day_in_words(licence.valid_from)}")
    if licence.disciplinary_action:
        faults.append("there was disciplinary action against the license")
    if not licence.requirements_met:
        faults.append("not all requirements to practice where you are licensed are met")
    return faults


def school_faults(pathway: int, education: Education) -> list[str]:
    """Return why the school does not open `pathway` 2 to 5; nothing when it does."""
    school = education.school
    if pathway == OSCE:
        no_osce = (
            [] if school.osce_for_licensure else ["your school gives no OSCE that its country requires for licensure"]
        )
        served = ["a recognized accreditor serves the country of your school"]
        return no_osce + (served if school.country_has_recognized_accreditor else [])
    opens, fault = {
        WFME: (school.wfme_accredited, "your school has no accreditation that the WFME recognizes"),
        NCFMEA: (school.ncfmea_comparable, "the accreditation of your school was not found comparable by the NCFMEA"),
        JOINT: (school.joint_with_us_school, "your degree is not issued jointly with a U.S. medical school"),
    }[pathway]
    return [] if opens else [fault]


def graduation_faults(education: Education, season: PathwaySeason) -> list[str]:
    """Return that the graduation is too early for Pathways 2 to 5 of the season; students graduate later."""
    first, graduated_on = season.graduation_on_or_after, education.graduation_date
    if first is None or graduated_on is None or graduated_on >= first:
        return []
    return [f"graduation must be on or after {day_in_words(first)}"]


def _oet(evidence: Evidence) -> Finding:
    application = evidence.application
    if application.decided_elsewhere and evidence.accepted and application.oet_on is not None:
        reason = f"OET Medicine of {day_in_words(application.oet_on)} was accepted."
        return met(reason, oet_on=application.oet_on).shown(OET_MEDICINE, application.oet_on)
    minima = evidence.tables.oet_of(application.season)
    return judge_oet(evidence.facts.oet_sittings, minima, application.season, evidence.as_of)


def _complete_in_time(evidence: Evidence) -> bool:
    """Tell whether everything was here before the season closed, and the application is still alive and paid."""
    application, season = evidence.application, evidence.season
    alive = application.state in (PathwayState.AWAITING_THIRD_PARTY, PathwayState.IN_REVIEW)
    on = application.complete_on
    return alive and on is not None and on <= evidence.as_of and (season is None or on <= season.closes_on)


def _close(evidence: Evidence) -> Finding:
    """R-PW-CLOSE: what is not complete when the season closes is rejected; a new application and fee are needed."""
    application, season = evidence.application, evidence.season
    over = application.state is PathwayState.CLOSED_WITH_SEASON
    complete = _complete_in_time(evidence)
    if evidence.accepted or complete:
        return met(f"Your application was complete before season {application.season} closed.")
    unfinished = application.state in (PathwayState.SUBMITTED, PathwayState.AWAITING_THIRD_PARTY)
    if over or (season is not None and unfinished and evidence.as_of > season.closes_on):
        reason = f"Season {application.season} closed before your application was complete. Apply again and pay again."
        return not_met(reason, season=application.season)
    if season is None or application.state is PathwayState.REJECTED:
        return not_needed("Nothing waits for the end of the season.")
    reason = f"Everything must be here by {day_in_words(season.closes_on)}, 11:59 PM ET."
    return pending(reason, Turn.APPLICANT, complete_by=season.closes_on, season=season.season)


def _valid(evidence: Evidence, through: date) -> Finding:
    """R-PW-VALID: an accepted Pathway serves the Match of its season and the next one."""
    if not evidence.accepted:
        return not_needed("Your Pathway is not accepted yet.")
    words = day_in_words(through)
    if evidence.as_of > through:
        return expired(f"Your Pathway was valid through {words}. Apply for a Pathway again.", valid_through=through)
    return met(f"Your Pathway is valid through {words}.", valid_through=through)
