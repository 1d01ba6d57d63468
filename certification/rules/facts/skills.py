"""Facts about Pathways: applications by season, licenses, evaluators, encounters."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from certification.rules.facts.marks import COUNTRY, Between, InOrder

SCORE = Between(1, 9)


@dataclass(frozen=True, kw_only=True)
class Licence:
    """A license or registration to practice medicine outside the training system."""

    country: Annotated[str, "Country of the licensing authority.", COUNTRY]
    unsupervised: Annotated[bool, "Permits practice without supervision; a provisional license may."]
    valid_from: Annotated[date, "First day of validity."]
    valid_to: Annotated[date | None, "Last day of validity. Omitted or null: still valid."] = None
    training_only: Annotated[bool, "Given for postgraduate training only."] = False
    disciplinary_action: Annotated[bool, "Any disciplinary action, ever."] = False
    requirements_met: Annotated[bool, "All requirements to practice where licensed are met."] = True

    ORDER: ClassVar = (InOrder("valid_from", "valid_to"),)


@dataclass(frozen=True, kw_only=True)
class Evaluator:
    """A physician who observes encounters for Pathway 6."""

    id: Annotated[str, "Any text that encounters refer to."]
    licensed_since: Annotated[date, "Unrestricted license since this day."]
    unrestricted: Annotated[bool, "The license has no restriction."] = True
    relative: Annotated[bool, "A relative of the applicant."] = False
    paid_by_applicant: Annotated[bool, "Paid by the applicant."] = False
    applicants_this_season: Annotated[int, "Applicants evaluated this season, this one included.", Between(0, 999)] = 1
    approved_on: Annotated[
        date | None, "Day staff approved the evaluator. Omitted: the day the application was submitted."
    ] = None


@dataclass(frozen=True, kw_only=True)
class Encounter:
    """One observed encounter with a patient (Mini-CEX), scored 1 to 9 in four components."""

    evaluator: Annotated[str, "`id` of an evaluator of the same application."]
    on: Annotated[date, "Day of the encounter."]
    interviewing: Annotated[int, "Medical interviewing.", SCORE]
    examination: Annotated[int, "Physical examination.", SCORE]
    professionalism: Annotated[int, "Professionalism and communication.", SCORE]
    reasoning: Annotated[int, "Clinical reasoning and judgment.", SCORE]
    in_person: Annotated[bool, "Not by telemedicine."] = True
    real_patient: Annotated[bool, "Not a standardized patient."] = True
    clinical_setting: Annotated[bool, "Office, urgent care, emergency room or hospital."] = True


class PathwayState(StrEnum):
    """Where an application for a Pathway stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    AWAITING_THIRD_PARTY = "awaiting_third_party"
    IN_REVIEW = "in_review"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CLOSED_WITH_SEASON = "closed_with_season"


class CommitteeDecision(StrEnum):
    """What the review committee said of scores below the threshold (Pathway 6)."""

    APPROVED = "approved"
    DENIED = "denied"


@dataclass(frozen=True, kw_only=True)
class PathwayApplication:
    """One application for one Pathway in one season. Evidence is judged even when the application was accepted."""

    pathway: Annotated[int, "1 to 6.", Between(1, 6)]
    season: Annotated[int, "Season of the rule tables, such as 2025.", Between(2021, 2100)]
    state: Annotated[PathwayState, "Only `accepted` satisfies the requirement; drafts are ignored."]
    submitted_on: Annotated[date | None, "Ignored before this day. Omitted: submitted earlier."] = None
    accepted_on: Annotated[
        date | None, "Before this day an accepted application counts as in review. Omitted: accepted earlier."
    ] = None
    complete_on: Annotated[
        date | None,
        "Day on which everything of others was here for the first time. Complete in time stays in time, also when staff ask"
        " somebody once more after the season closed. Omitted: not complete yet.",
    ] = None
    valid_through: Annotated[
        date | None, "Only if staff moved the end. Omitted: December 31 of the year after the season."
    ] = None
    licences: Annotated[
        tuple[Licence, ...],
        "Evidence for Pathway 1. Also give it with another Pathway when known: who may use Pathway 1 must.",
    ] = ()
    school_attested: Annotated[
        bool | None, "Pathways 2 to 5: the school attested clinical skills (false: it refused)."
    ] = None
    osce_passed: Annotated[bool | None, "Pathway 2: passed the OSCE for licensure."] = None
    evaluators: Annotated[tuple[Evaluator, ...], "Pathway 6."] = ()
    encounters: Annotated[tuple[Encounter, ...], "Pathway 6."] = ()
    committee: Annotated[CommitteeDecision | None, "Pathway 6: decision about low scores."] = None
    revalidation: Annotated[bool, "Made to renew an expiring or expired certificate."] = False
    decided_elsewhere: Annotated[
        bool, "Accepted before this portal kept the evidence: the acceptance itself is the evidence."
    ] = False
    oet_on: Annotated[date | None, "Only with `decided_elsewhere`: day of the OET Medicine that was accepted."] = None

    ORDER: ClassVar = (InOrder("submitted_on", "accepted_on"), InOrder("accepted_on", "valid_through"))

    def accepted(self, on: date) -> bool:
        """Tell whether it was accepted by that day."""
        return self.state is PathwayState.ACCEPTED and (self.accepted_on is None or self.accepted_on <= on)

    def submitted(self, on: date) -> bool:
        """Tell whether it was submitted by that day."""
        return self.state is not PathwayState.DRAFT and (self.submitted_on is None or self.submitted_on <= on)
