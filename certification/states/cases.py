"""Cases of irregular behavior (R-IRR-1 to R-IRR-5)."""

from django.db import models

from portal.states import Machine, Owner


class CaseState(models.TextChoices):
    """Where a case stands."""

    ALLEGATION = "allegation", "Allegation received"
    STAFF_REVIEW = "staff_review", "Reviewed by staff"
    DISMISSED = "dismissed", "Dismissed"
    NOTICE_SENT = "notice_sent", "Notice sent"
    ANSWERED = "answered", "Answered"
    WITH_COMMITTEE = "with_committee", "With the committee"
    DECIDED = "decided", "Decided, may be appealed"
    APPEALED = "appealed", "Appealed"
    FINAL = "final", "Final"


class SanctionKind(models.TextChoices):
    """What the committee may impose; several may be combined (R-IRR-3)."""

    BAR_FROM_EXAMS = "bar_from_exams", "Bar from examinations"
    BAR_FROM_SERVICES = "bar_from_services", "Bar from services, reports too"
    WITHHOLD_RESULTS = "withhold_results", "Withhold or invalidate results"
    WITHHOLD_CERTIFICATE = "withhold_certificate", "Withhold the certificate"
    REVOKE_CERTIFICATE = "revoke_certificate", "Revoke the certificate"
    OTHER = "other", "Other"


C = CaseState
CASE_MACHINE: Machine[CaseState] = Machine(
    name="Irregular behavior case",
    moves={
        C.ALLEGATION: frozenset({C.STAFF_REVIEW, C.DISMISSED}),
        C.STAFF_REVIEW: frozenset({C.NOTICE_SENT, C.DISMISSED}),
        C.DISMISSED: frozenset(),
        C.NOTICE_SENT: frozenset({C.ANSWERED, C.WITH_COMMITTEE}),
        C.ANSWERED: frozenset({C.WITH_COMMITTEE}),
        C.WITH_COMMITTEE: frozenset({C.DECIDED, C.FINAL}),
        C.DECIDED: frozenset({C.APPEALED, C.FINAL}),
        C.APPEALED: frozenset({C.FINAL}),
        C.FINAL: frozenset(),
    },
    owners={
        C.ALLEGATION: Owner.STAFF,
        C.STAFF_REVIEW: Owner.STAFF,
        C.DISMISSED: Owner.NOBODY,
        C.NOTICE_SENT: Owner.APPLICANT,
        C.ANSWERED: Owner.STAFF,
        C.WITH_COMMITTEE: Owner.STAFF,
        C.DECIDED: Owner.APPLICANT,
        C.APPEALED: Owner.STAFF,
        C.FINAL: Owner.NOBODY,
    },
)
# What the person concerned may know of: before the notice there is only an allegation.
SHOWN_TO_THE_PERSON = (C.NOTICE_SENT, C.ANSWERED, C.WITH_COMMITTEE, C.DECIDED, C.APPEALED, C.FINAL)
BEFORE_NOTICE = (C.ALLEGATION, C.STAFF_REVIEW)
CLOSED_CASES = (C.DISMISSED, C.FINAL)
