"""Named values of people: how they register and show who they are, and what becomes of a request about a name."""

from django.db import models

from portal.states import Machine, Owner


class IdentityModel(models.TextChoices):
    """What shows who a person is: a passport (R-APP-5, R-APP-6) or the notarized form of before (R-APP-4)."""

    PASSPORT = "passport", "Passport"
    NOTARIZED_FORM = "notarized_form", "Notarized identity form"


class IdentityState(models.TextChoices):
    """States of one identity check."""

    PREPARED = "prepared", "Form prepared"
    SUBMITTED = "submitted", "Waiting for review"
    IN_REVIEW = "in_review", "In review"
    ACCEPTED = "accepted", "Accepted"
    RETURNED = "returned", "Returned"
    WITHDRAWN = "withdrawn", "Withdrawn"
    INVALIDATED = "invalidated", "No longer valid"


class NameRequestKind(models.TextChoices):
    """Requests about a name; verifying a former name never alters the record (R-NAME-4)."""

    CHANGE = "change", "Change of the name of record"
    FORMER_NAME = "former_name", "Verification of a former name"


class NameReason(models.TextChoices):
    """Why a name of record changes (R-NAME-1)."""

    MARRIAGE = "marriage", "Marriage"
    DIVORCE = "divorce", "Divorce"
    COURT_ORDER = "court_order", "Court order or deed"
    CORRECTION = "correction", "The record is not as in my passport"
    OTHER = "other", "Another reason"


class NameRequestState(models.TextChoices):
    """States of a request about a name."""

    REQUESTED = "requested", "Waiting for review"
    IN_REVIEW = "in_review", "In review"
    ACCEPTED = "accepted", "Accepted"
    RETURNED = "returned", "Returned"
    WITHDRAWN = "withdrawn", "Withdrawn"


I = IdentityState  # noqa: E741 - one letter, for the table below
OPEN_IDENTITY_STATES = (I.PREPARED, I.SUBMITTED, I.IN_REVIEW)
N = NameRequestState
OPEN_NAME_STATES = (N.REQUESTED, N.IN_REVIEW)

IDENTITY_MACHINE: Machine[IdentityState] = Machine(
    name="Identity check",
    moves={
        I.PREPARED: frozenset({I.SUBMITTED, I.WITHDRAWN}),
        I.SUBMITTED: frozenset({I.IN_REVIEW, I.WITHDRAWN}),
        I.IN_REVIEW: frozenset({I.ACCEPTED, I.RETURNED}),
        I.ACCEPTED: frozenset({I.INVALIDATED}),
        I.RETURNED: frozenset(),
        I.WITHDRAWN: frozenset(),
        I.INVALIDATED: frozenset(),
    },
    owners={
        I.PREPARED: Owner.APPLICANT,
        I.SUBMITTED: Owner.STAFF,
        I.IN_REVIEW: Owner.STAFF,
        I.ACCEPTED: Owner.NOBODY,
        I.RETURNED: Owner.APPLICANT,
        I.WITHDRAWN: Owner.NOBODY,
        I.INVALIDATED: Owner.APPLICANT,
    },
)

NAME_REQUEST_MACHINE: Machine[NameRequestState] = Machine(
    name="Name request",
    moves={
        N.REQUESTED: frozenset({N.IN_REVIEW, N.WITHDRAWN}),
        N.IN_REVIEW: frozenset({N.ACCEPTED, N.RETURNED}),
        N.ACCEPTED: frozenset(),
        N.RETURNED: frozenset(),
        N.WITHDRAWN: frozenset(),
    },
    owners={
        N.REQUESTED: Owner.STAFF,
        N.IN_REVIEW: Owner.STAFF,
        N.ACCEPTED: Owner.NOBODY,
        N.RETURNED: Owner.APPLICANT,
        N.WITHDRAWN: Owner.NOBODY,
    },
)


class BirthDateState(models.TextChoices):
    """States of a correction of a birth date that was checked before."""

    REQUESTED = "requested", "Waiting for review"
    IN_REVIEW = "in_review", "In review"
    ACCEPTED = "accepted", "Corrected"
    RETURNED = "returned", "Returned"
    WITHDRAWN = "withdrawn", "Withdrawn"


B = BirthDateState
OPEN_BIRTH_DATE_STATES = (B.REQUESTED, B.IN_REVIEW)

BIRTH_DATE_MACHINE: Machine[BirthDateState] = Machine(
    name="Birth date correction",
    moves={
        B.REQUESTED: frozenset({B.IN_REVIEW, B.WITHDRAWN}),
        B.IN_REVIEW: frozenset({B.ACCEPTED, B.RETURNED}),
        B.ACCEPTED: frozenset(),
        B.RETURNED: frozenset(),
        B.WITHDRAWN: frozenset(),
    },
    owners={
        B.REQUESTED: Owner.STAFF,
        B.IN_REVIEW: Owner.STAFF,
        B.ACCEPTED: Owner.NOBODY,
        B.RETURNED: Owner.APPLICANT,
        B.WITHDRAWN: Owner.NOBODY,
    },
)


class RegistrationState(models.TextChoices):
    """States of a first-time user's registration (R-ID-1). A draft that nobody finishes is deleted by the sweep."""

    DRAFT = "draft", "Not finished"
    UNDER_REVIEW = "under_review", "Waiting for our staff"
    COMPLETED = "completed", "Account opened"
    CLOSED = "closed", "Closed, the person has a number"


class LinkPurpose(models.TextChoices):
    """What a mailed link is good for."""

    CONFIRM_EMAIL = "confirm_email", "Confirm the e-mail address"
    RESUME = "resume", "Go on with a registration"
    SHOW_NUMBER = "show_number", "Show a forgotten number"
    CHANGE_EMAIL = "change_email", "Confirm a new e-mail address"
    STOP_EMAIL_CHANGE = "stop_email_change", "Stop a change of e-mail address"


REGISTRATION_MACHINE: Machine[RegistrationState] = Machine(
    name="Registration",
    moves={
        RegistrationState.DRAFT: frozenset({RegistrationState.UNDER_REVIEW, RegistrationState.COMPLETED}),
        RegistrationState.UNDER_REVIEW: frozenset({RegistrationState.COMPLETED, RegistrationState.CLOSED}),
        RegistrationState.COMPLETED: frozenset(),
        RegistrationState.CLOSED: frozenset(),
    },
    owners={
        RegistrationState.DRAFT: Owner.APPLICANT,
        RegistrationState.UNDER_REVIEW: Owner.STAFF,
        RegistrationState.COMPLETED: Owner.NOBODY,
        RegistrationState.CLOSED: Owner.NOBODY,
    },
)


class ExportState(models.TextChoices):
    """States of a copy of a person's data."""

    REQUESTED = "requested", "Asked for"
    BUILDING = "building", "Being made"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"
    EXPIRED = "expired", "Deleted after its time"


class CorrectionTopic(models.TextChoices):
    """What a correction is about. Contact information is the person's own to change; names have a page of their own."""

    BIRTH_DATE = "birth_date", "Date of birth"
    EDUCATION = "education", "Medical school or degree"
    EXAMINATION = "examination", "An examination"
    CREDENTIAL = "credential", "A credential or its verification"
    CERTIFICATE = "certificate", "The certificate"
    PAYMENT = "payment", "An order or payment"
    OTHER = "other", "Something else"


class CorrectionState(models.TextChoices):
    """States of a correction request."""

    OPEN = "open", "Waiting for our answer"
    CORRECTED = "corrected", "Corrected"
    DECLINED = "declined", "Not corrected"
    WITHDRAWN = "withdrawn", "Withdrawn"


class DeletionState(models.TextChoices):
    """States of a request to be deleted."""

    WAITING = "waiting", "Time for second thoughts"
    TO_DECIDE = "to_decide", "Waiting for our decision"
    CANCELED = "canceled", "Canceled"
    REFUSED = "refused", "Refused"
    CARRIED_OUT = "carried_out", "Carried out"


EXPORTS_UNDER_WAY = (ExportState.REQUESTED, ExportState.BUILDING)
OPEN_DELETIONS = (DeletionState.WAITING, DeletionState.TO_DECIDE)

EXPORT_MACHINE: Machine[ExportState] = Machine(
    name="Data export",
    moves={
        ExportState.REQUESTED: frozenset({ExportState.BUILDING}),
        ExportState.BUILDING: frozenset({ExportState.READY, ExportState.REQUESTED, ExportState.FAILED}),
        ExportState.READY: frozenset({ExportState.EXPIRED}),
        ExportState.FAILED: frozenset(),
        ExportState.EXPIRED: frozenset(),
    },
    owners={
        ExportState.REQUESTED: Owner.SYSTEM,
        ExportState.BUILDING: Owner.SYSTEM,
        ExportState.READY: Owner.APPLICANT,
        ExportState.FAILED: Owner.STAFF,
        ExportState.EXPIRED: Owner.NOBODY,
    },
)

CORRECTION_MACHINE: Machine[CorrectionState] = Machine(
    name="Correction request",
    moves={
        CorrectionState.OPEN: frozenset(
            {CorrectionState.CORRECTED, CorrectionState.DECLINED, CorrectionState.WITHDRAWN}
        ),
        CorrectionState.CORRECTED: frozenset(),
        CorrectionState.DECLINED: frozenset(),
        CorrectionState.WITHDRAWN: frozenset(),
    },
    owners={
        CorrectionState.OPEN: Owner.STAFF,
        CorrectionState.CORRECTED: Owner.NOBODY,
        CorrectionState.DECLINED: Owner.NOBODY,
        CorrectionState.WITHDRAWN: Owner.NOBODY,
    },
)

DELETION_MACHINE: Machine[DeletionState] = Machine(
    name="Deletion request",
    moves={
        DeletionState.WAITING: frozenset({DeletionState.TO_DECIDE, DeletionState.CANCELED}),
        DeletionState.TO_DECIDE: frozenset({DeletionState.CARRIED_OUT, DeletionState.REFUSED, DeletionState.CANCELED}),
        DeletionState.CANCELED: frozenset(),
        DeletionState.REFUSED: frozenset(),
        DeletionState.CARRIED_OUT: frozenset(),
    },
    owners={
        DeletionState.WAITING: Owner.SYSTEM,
        DeletionState.TO_DECIDE: Owner.STAFF,
        DeletionState.CANCELED: Owner.NOBODY,
        DeletionState.REFUSED: Owner.NOBODY,
        DeletionState.CARRIED_OUT: Owner.NOBODY,
    },
)
