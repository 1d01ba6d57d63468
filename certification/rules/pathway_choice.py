"""Which Pathway is open to a person, and what its parts must be (certification.md section 4).

Everything here judges what a person may begin or send on a day. Whether an accepted Pathway counts is the engine's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

ENCOUNTERS = 6
MOST_PER_EVALUATOR = 2
FEWEST_EVALUATORS = ENCOUNTERS // MOST_PER_EVALUATOR
MOST_APPLICANTS_OF_EVALUATOR = 10
YEARS_LICENSED = 5
FEBRUARY, LEAP_DAY = 2, 29


@dataclass(frozen=True)
class SeasonTerms:
    """What a season asks for: earliest days for licenses and graduations, and which Pathways it offers."""

    season: int
    license_on_or_after: date | None
    graduation_on_or_after: date | None
    offered: frozenset[int] = frozenset({1, 2, 3, 4, 5, 6})


@dataclass(frozen=True)
class SkillsHistory:
    """What was before: Step 2 CS, a certificate, and the two things that come before a Pathway (R-PW-0).

    `needs_revalidation` is a certificate on a Pathway that has ended or ends before training begins (R-CERT-8).
    """

    failed_cs: bool = False
    valid_cs: bool = False
    certified: bool = False
    needs_revalidation: bool = False
    application_submitted: bool = True
    registered_for_step: bool = True


@dataclass(frozen=True)
class LicenseAnswers:
    """What a person says of a license. `training_only` is one that lets nobody practice but in training."""

    unsupervised: bool
    training_only: bool
    met_all_requirements: bool
    disciplined: bool
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True)
class SchoolAnswers:
    """What a person says of the school that gives the degree; `graduation_on` of a student is the day expected."""

    graduation_on: date
    wfme_agency: bool = False
    ncfmea_agency: bool = False
    joint_degree: bool = False
    required_osce_passed: bool = False
    country_has_wfme_agency: bool = True


@dataclass(frozen=True)
class Finding:
    """One rule's word about one Pathway: `fault` is empty when nothing stands in the way, else says what does."""

    rule: str
    fault: str = ""


@dataclass(frozen=True)
class Choice:
    """The Pathway that a person must use now, or None, with what was found about each in the order of R-PW-PREC."""

    pathway: int | None
    barred: Finding | None
    findings: tuple[tuple[int, Finding], ...] = ()

    @property
    def fault(self) -> str:
        """Return why no Pathway can be begun; empty when one can."""
        return self.barred.fault if self.barred else ""


def barrier(history: SkillsHistory) -> Finding | None:
    """Return why a person can begin no Pathway at all, or None (R-CLIN-3, R-PW-0)."""
    if history.valid_cs:
        return Finding(
            "R-CLIN-3", "Your pass of Step 2 CS meets clinical and communication skills. You need no Pathway."
        )
    if history.certified and not history.needs_revalidation:
        return Finding("R-CLIN-3", "You are certified. A Pathway is not needed.")
    if not history.application_submitted:
        return Finding("R-PW-0", "Send your Application for Certification first.")
    if not history.registered_for_step:
        return Finding("R-PW-0", "Register for a USMLE Step first; one registration is enough.")
    return None


def choose(
    history: SkillsHistory, license_: LicenseAnswers | None, school: SchoolAnswers | None, terms: SeasonTerms
) -> Choice:
    """Return the one Pathway that is open (R-PW-PREC): 1, else 2 where offered, else 3, 4 or 5, else 6.

    Who failed Step 2 CS has 6 alone, whatever else would fit (R-CLIN-2).
    """
    barred = barrier(history)
    if barred is not None:
        return Choice(None, barred)
    findings: list[tuple[int, Finding]] = []
    for pathway in range(1, 6):
        finding = judge(pathway, history, license_, school, terms)
        findings.append((pathway, finding))
        if not finding.fault:
            return Choice(pathway, None, tuple(findings))
    return Choice(6, None, (*findings, (6, Finding("R-PW-PREC"))))


def judge(
    pathway: int,
    history: SkillsHistory,
    license_: LicenseAnswers | None,
    school: SchoolAnswers | None,
    terms: SeasonTerms,
) -> Finding:
    """Return what stands in the way of one of the Pathways 1 to 5, the first thing only."""
    if pathway not in terms.offered:
        return Finding(f"R-PW-{pathway}", f"Pathway {pathway} is not offered in season {terms.season}.")
    if history.failed_cs:
        return Finding("R-CLIN-2", "You once failed Step 2 CS and have no valid pass. Only Pathway 6 is open to you.")
    if pathway == 1:
        return Finding("R-PW-1", license_fault(license_, terms))
    return Finding(f"R-PW-{pathway}", school_fault(pathway, school, terms))


def license_fault(license_: LicenseAnswers | None, terms: SeasonTerms) -> str:
    """Return why a license does not open Pathway 1, or an empty text (R-PW-1).

    It may have been issued earlier and need not be valid any more, but must have been valid on a day on or after the
    season's. A provisional one counts where it permits practice without supervision.
    """
    if license_ is None:
        return "You have no license to practice medicine."
    if license_.training_only:
        return "A license for training only does not count."
    if not license_.unsupervised:
        return "Your license does not permit practice without supervision."
    if not license_.met_all_requirements:
        return "You have not met all requirements to practice where you are licensed."
    if license_.disciplined:
        return "A disciplinary action is on record."
    earliest = terms.license_on_or_after
    if earliest and license_.valid_until and license_.valid_until < earliest:
        return f"Your license ended before {in_words(earliest)}, the first day that counts for season {terms.season}."
    return ""


def school_fault(pathway: int, school: SchoolAnswers | None, terms: SeasonTerms) -> str:
    """Return why the school does not open one of the Pathways 2 to 5, or an empty text (R-PW-2 to R-PW-5)."""
    if school is None:
        return "We do not know your medical school yet."
    if pathway == 2:
        if not school.required_osce_passed:
            return "Your country requires no clinical examination of every medical student that you passed."
        return (
            "Agencies that WFME recognizes accredit schools in your country." if school.country_has_wfme_agency else ""
        )
    earliest = terms.graduation_on_or_after
    if earliest and school.graduation_on < earliest:
        return f"You graduated before {in_words(earliest)}, the first day that counts for season {terms.season}."
    missing = {
        3: (school.wfme_agency, "Your school is not accredited by an agency that WFME recognizes."),
        4: (school.ncfmea_agency, "Your school is not accredited by an agency that NCFMEA found comparable."),
        5: (school.joint_degree, "Your degree is not awarded jointly with a U.S. medical school."),
    }
    fits, fault = missing[pathway]
    return "" if fits else fault


# --- Pathway 6 ---


@dataclass(frozen=True)
class Encounter:
    """One scored encounter: who watched it, its day, the day after which it counts, and four scores of 1 to 9."""

    evaluator: str
    on: date
    counts_after: date
    scores: tuple[int, int, int, int]


def licensed_long_enough(since: date, on: date) -> bool:
    """Tell whether somebody licensed since `since` has been so for five years on `on` (R-PW-6)."""
    return years_later(since, YEARS_LICENSED) <= on


def encounter_fault(on: date, *, counts_after: date, today: date, in_person: bool) -> str:
    """Return why an encounter cannot be sent on `today`, or an empty text (R-PW-6).

    Somebody east of Philadelphia may already have tomorrow.
    """
    if on > today + timedelta(days=1):
        return "The day of the encounter lies in the future. Enter the day on which you watched it"
    if on <= counts_after:
        return f"Only encounters after {in_words(counts_after)}, the day on which you agreed, count"
    if not in_person:
        return "Only encounters with a real patient, in one room, count. Telemedicine and standardized patients do not"
    return ""


def averages(encounters: Sequence[Encounter]) -> tuple[float, ...]:
    """Return the average of each of the four components; nothing without an encounter."""
    return tuple(sum(scores) / len(encounters) for scores in zip(*(e.scores for e in encounters), strict=True))


def is_below(encounters: Sequence[Encounter], threshold: float) -> bool:
    """Tell whether the average of a component stays below the threshold, so that the committee decides (R-PW-6)."""
    return any(average < threshold for average in averages(encounters))


def encounters_fault(encounters: Sequence[Encounter]) -> str:
    """Return why these are not the encounters of a complete Pathway 6, or an empty text (R-PW-6)."""
    per_evaluator = {e.evaluator: sum(o.evaluator == e.evaluator for o in encounters) for e in encounters}
    if any(count > MOST_PER_EVALUATOR for count in per_evaluator.values()):
        return f"One evaluator counts for at most {MOST_PER_EVALUATOR} encounters."
    if any(e.on <= e.counts_after for e in encounters):
        return "An encounter took place before it could count."
    if len(encounters) != ENCOUNTERS:
        return f"{len(encounters)} of {ENCOUNTERS} evaluations have arrived."
    return ""


def years_later(day: date, years: int) -> date:
    """Return the same day `years` later; February 29 becomes February 28 where there is none."""
    if (day.month, day.day) == (FEBRUARY, LEAP_DAY):
        try:
            return day.replace(year=day.year + years)
        except ValueError:
            return day.replace(year=day.year + years, day=28)
    return day.replace(year=day.year + years)


def in_words(day: date) -> str:
    """Return `June 4, 2026`."""
    return f"{day:%B} {day.day}, {day.year}"
