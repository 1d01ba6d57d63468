"""Which Pathway a person may begin now, and what an evaluator may send: the engine's rules, asked before anything is sent.

Whether an application that was made counts is judged in `pathway_evidence`; here the same rules answer about one that
could be made.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from certification.rules.case import Case
from certification.rules.facts import Education, Licence, PathwayApplication, PathwayState, PersonFacts
from certification.rules.issuing import valid_through
from certification.rules.pathway_evidence import FailuresOfCs, assess
from certification.rules.tables import PathwaySeason, RuleTables
from certification.rules.trace import INDEFINITE, Outcome
from certification.rules.window import years_later
from certification.rules.words import day_in_words

PATHWAYS = (1, 2, 3, 4, 5, 6)
NO_LICENSE = "You told us of no license to practice medicine."


@dataclass(frozen=True)
class Verdict:
    """One Pathway with what stands in the way of it: `fault` is empty where it could be used."""

    pathway: int
    rule: str
    fault: str


@dataclass(frozen=True)
class Choice:
    """The one Pathway that is open, or None; `rule` and `reason` say why there is none, `verdicts` speak of each."""

    pathway: int | None
    rule: str = ""
    reason: str = ""
    is_revalidation: bool = False
    verdicts: tuple[Verdict, ...] = ()


def choose(
    facts: PersonFacts, tables: RuleTables, season: PathwaySeason, as_of: date, *, claim: int | None = None
) -> Choice:
    """Return which Pathway a person must use in `season` (R-PW-PREC, R-CLIN-2), or why they can use none (R-CLIN-3, R-PW-0).

    The license is that of the person's draft. `claim` is the Pathway 2 to 5 for which the person says that the school
    qualifies, beyond what the record knows; staff check it before anything is accepted.
    """
    drafts = [one for one in facts.pathway_applications if one.state is PathwayState.DRAFT]
    licenses = tuple(license_ for draft in drafts for license_ in draft.licences)
    made = tuple(one for one in facts.pathway_applications if one.state is not PathwayState.DRAFT)
    known = replace(facts, pathway_applications=made, education=with_claim(facts.education, claim))
    case = Case(known, tables, as_of)
    if case.relies_on_cs:
        return Choice(None, "R-CLIN-3", "Your pass of Step 2 CS shows your skills, so you need no Pathway.")
    end = valid_through(case) if case.certified else None
    if end == INDEFINITE:
        return Choice(None, "R-CLIN-3", "You are certified for good, so you need no Pathway.")
    verdicts = []
    for pathway in PATHWAYS:
        verdict = _judge(pathway, known, licenses, tables, season, as_of, cs=case.failures_of_cs)
        if verdict.rule == "R-PW-0":
            return Choice(None, verdict.rule, verdict.fault)
        verdicts.append(verdict)
    found = next((one.pathway for one in verdicts if not one.fault), None)
    reason = "" if found else "No Pathway is open to you in this season."
    return Choice(found, "" if found else "R-PW-PREC", reason, end is not None, tuple(verdicts))


def with_claim(education: Education | None, claim: int | None) -> Education | None:
    """Return the education as it is when the school qualifies for Pathway `claim`, 2 to 5, as the person says."""
    if education is None or claim is None:
        return education
    school = education.school
    claimed = {
        2: replace(school, osce_for_licensure=True, country_has_recognized_accreditor=False),
        3: replace(school, wfme_accredited=True),
        4: replace(school, ncfmea_comparable=True),
        5: replace(school, joint_with_us_school=True),
    }
    return replace(education, school=claimed[claim])


def _judge(
    pathway: int,
    facts: PersonFacts,
    licenses: tuple[Licence, ...],
    tables: RuleTables,
    season: PathwaySeason,
    as_of: date,
    *,
    cs: FailuresOfCs,
) -> Verdict:
    application = PathwayApplication(
        pathway=pathway,
        season=season.season,
        state=PathwayState.SUBMITTED,
        submitted_on=as_of,
        licences=licenses,
    )
    whole = replace(facts, pathway_applications=(*facts.pathway_applications, application))
    findings = assess(application, whole, tables, as_of, cs=cs).findings
    for rule in ("R-PW-0", "R-CLIN-2", f"R-PW-{pathway}", "R-PW-PREC"):
        finding = findings[rule]
        if finding.outcome in (Outcome.NOT_MET, Outcome.MANUAL_REVIEW):
            return Verdict(pathway, rule, finding.reason)
    if pathway == 1 and not licenses:
        return Verdict(pathway, "R-PW-1", NO_LICENSE)
    if pathway in (2, 3, 4, 5) and facts.education is None:
        return Verdict(pathway, f"R-PW-{pathway}", "We do not know your medical school yet.")
    return Verdict(pathway, f"R-PW-{pathway}", "")


def licensed_long_enough(since: date, tables: RuleTables, on: date) -> bool:
    """Tell whether a physician licensed since `since` may evaluate on `on` (R-PW-6)."""
    return years_later(since, tables.number("pathway_6_evaluator_years", on)) <= on


def encounter_fault(on: date, *, counts_after: date, today: date) -> str:
    """Return why the day of an encounter cannot be right on `today`, or an empty text (R-PW-6).

    Somebody east of Philadelphia may already have tomorrow.
    """
    if on > today + timedelta(days=1):
        return "The day of the encounter lies in the future. Enter the day on which you watched it"
    if on <= counts_after:
        return f"Only encounters after {day_in_words(counts_after)} count, the day on which you agreed"
    return ""
