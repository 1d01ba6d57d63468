"""Pathway applications, the licenses and evaluators they rest on (certification.md section 4)."""

from django.db import models

from portal.states import Machine, Owner


class Pathway(models.IntegerChoices):
    """The six ways to show clinical skills (R-PW-1 to R-PW-6)."""

    LICENSED = 1, "Pathway 1: licensed to practice without supervision"
    SCHOOL_OSCE = 2, "Pathway 2: clinical skills examination required for a license"
    WFME = 3, "Pathway 3: school accredited by an agency that WFME recognizes"
    NCFMEA = 4, "Pathway 4: school accredited by an agency that NCFMEA found comparable"
    JOINT_DEGREE = 5, "Pathway 5: degree awarded jointly with a U.S. medical school"
    MINI_CEX = 6, "Pathway 6: clinical encounters watched by licensed physicians"


class PathwayState(models.TextChoices):
    """States of one application for a Pathway in one season (design.md section 7)."""

    DRAFT = "draft", "Not sent yet"
    SUBMITTED = "submitted", "Waiting for payment"
    AWAITING_THIRD_PARTY = "awaiting_third_party", "Waiting for others"
    IN_REVIEW = "in_review", "In review"
    ACCEPTED = "accepted", "Accepted"
    REJECTED = "rejected", "Rejected"
    CLOSED_WITH_SEASON = "closed_with_season", "Closed with the season"


class LicenseKind(models.TextChoices):
    """What a license to practice is; one that only allows training does not count (R-PW-1)."""

    FULL = "full", "Full license or registration"
    PROVISIONAL = "provisional", "Provisional or conditional license"
    TRAINING = "training", "For training only"


class Confirmation(models.TextChoices):
    """What the licensing authority says of a license."""

    WAITING = "waiting", "Not answered yet"
    CONFIRMED = "confirmed", "Confirmed"
    NOT_CONFIRMED = "not_confirmed", "Not confirmed"


class EvaluatorState(models.TextChoices):
    """States of an invitation to evaluate encounters (R-PW-6)."""

    INVITED = "invited", "Invited"
    AGREED = "agreed", "Agreed"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


class EncounterSetting(models.TextChoices):
    """Where an encounter took place; only formal clinical settings count (R-PW-6)."""

    OFFICE = "office", "Office or clinic"
    URGENT_CARE = "urgent_care", "Urgent care"
    EMERGENCY = "emergency", "Emergency department"
    HOSPITAL = "hospital", "Hospital ward"


# Those for which the school attests clinical skills.
BY_THE_SCHOOL = frozenset({Pathway.SCHOOL_OSCE, Pathway.WFME, Pathway.NCFMEA, Pathway.JOINT_DEGREE})

P = PathwayState
# While one of these holds, a person has no second application.
OPEN_PATHWAY_STATES = (P.DRAFT, P.SUBMITTED, P.AWAITING_THIRD_PARTY, P.IN_REVIEW)
# What is not complete when the season closes ends with it (R-PW-CLOSE).
INCOMPLETE_PATHWAY_STATES = (P.DRAFT, P.SUBMITTED, P.AWAITING_THIRD_PARTY)

PATHWAY_MACHINE: Machine[PathwayState] = Machine(
    name="Pathway application",
    moves={
        P.DRAFT: frozenset({P.SUBMITTED, P.CLOSED_WITH_SEASON}),
        P.SUBMITTED: frozenset({P.DRAFT, P.AWAITING_THIRD_PARTY, P.CLOSED_WITH_SEASON}),
        # Back to submitted when a payment turns out not to have been made, such as a bank debit that was returned.
        P.AWAITING_THIRD_PARTY: frozenset({P.IN_REVIEW, P.SUBMITTED, P.CLOSED_WITH_SEASON}),
        P.IN_REVIEW: frozenset({P.AWAITING_THIRD_PARTY, P.SUBMITTED, P.ACCEPTED, P.REJECTED}),
        P.ACCEPTED: frozenset(),
        # A new look at the scores of Pathway 6, once (R-PW-6).
        P.REJECTED: frozenset({P.IN_REVIEW}),
        P.CLOSED_WITH_SEASON: frozenset(),
    },
    owners={
        P.DRAFT: Owner.APPLICANT,
        P.SUBMITTED: Owner.APPLICANT,
        P.AWAITING_THIRD_PARTY: Owner.THIRD_PARTY,
        P.IN_REVIEW: Owner.STAFF,
        P.ACCEPTED: Owner.NOBODY,
        P.REJECTED: Owner.NOBODY,
        P.CLOSED_WITH_SEASON: Owner.NOBODY,
    },
)

E = EvaluatorState
EVALUATOR_MACHINE: Machine[EvaluatorState] = Machine(
    name="Evaluator",
    moves={
        E.INVITED: frozenset({E.AGREED, E.DECLINED, E.WITHDRAWN}),
        E.AGREED: frozenset({E.WITHDRAWN}),
        E.DECLINED: frozenset(),
        E.WITHDRAWN: frozenset(),
    },
    owners={
        E.INVITED: Owner.THIRD_PARTY,
        E.AGREED: Owner.THIRD_PARTY,
        E.DECLINED: Owner.APPLICANT,
        E.WITHDRAWN: Owner.NOBODY,
    },
)

# Name of the reviewer's check that a stated registration for a Step was found (R-PW-0).
REGISTERED_CHECK = "registered"
