"""State tables of report requests and issued reports."""

from django.db import models

from portal.states import Machine, Owner


class RequestState(models.TextChoices):
    """States of a request for one report to one licensing authority (payments-and-dispatch, request states)."""

    AWAITING_PAYMENT = "awaiting_payment", "Not paid"
    PAYMENT_PENDING = "payment_pending", "Payment under way"
    FUNDED = "funded", "Being prepared"
    ON_HOLD = "on_hold", "On hold"
    DISPATCHED = "dispatched", "Sent"
    DELIVERED = "delivered", "Opened"
    DELIVERY_PROBLEM = "delivery_problem", "Delivery problem"
    CANCELED = "canceled", "Canceled"


class ReportState(models.TextChoices):
    """States of an issued report."""

    ISSUED = "issued", "Issued"
    SUPERSEDED = "superseded", "Superseded"
    WITHDRAWN = "withdrawn", "Withdrawn"


class JobStep(models.TextChoices):
    """Steps of a dispatch job: the document is made once, every attempt sends those bytes."""

    PREPARE = "prepare", "Prepare the report"
    SEND = "send", "Send the report"


class DeliveryChannel(models.TextChoices):
    """How an authority receives reports (R-CVS-10)."""

    EMAIL = "email", "E-mail"


class AuthorityKind(models.TextChoices):
    """Kinds of licensing authorities."""

    STATE = "state", "State board"
    OSTEOPATHIC = "osteopathic", "Osteopathic board"
    TERRITORY = "territory", "Territory board"
    INTERNATIONAL = "international", "Licensing authority"


R = RequestState
UNPAID = (R.AWAITING_PAYMENT, R.PAYMENT_PENDING)
SENT = (R.DISPATCHED, R.DELIVERED)

REQUEST_MACHINE: Machine[RequestState] = Machine(
    name="Report request",
    moves={
        R.AWAITING_PAYMENT: frozenset({R.PAYMENT_PENDING, R.FUNDED, R.CANCELED}),
        R.PAYMENT_PENDING: frozenset({R.AWAITING_PAYMENT, R.FUNDED}),
        R.FUNDED: frozenset({R.ON_HOLD, R.DISPATCHED, R.DELIVERY_PROBLEM, R.CANCELED}),
        R.ON_HOLD: frozenset({R.FUNDED, R.DISPATCHED, R.CANCELED}),
        R.DISPATCHED: frozenset({R.DELIVERED, R.DELIVERY_PROBLEM}),
        R.DELIVERY_PROBLEM: frozenset({R.DISPATCHED, R.DELIVERED, R.FUNDED}),
        R.DELIVERED: frozenset(),
        R.CANCELED: frozenset(),
    },
    owners={
        R.AWAITING_PAYMENT: Owner.APPLICANT,
        R.PAYMENT_PENDING: Owner.APPLICANT,
        R.FUNDED: Owner.SYSTEM,
        R.ON_HOLD: Owner.STAFF,
        R.DISPATCHED: Owner.AUTHORITY,
        R.DELIVERY_PROBLEM: Owner.STAFF,
        R.DELIVERED: Owner.NOBODY,
        R.CANCELED: Owner.NOBODY,
    },
)

REPORT_MACHINE: Machine[ReportState] = Machine(
    name="Issued report",
    moves={
        ReportState.ISSUED: frozenset({ReportState.SUPERSEDED, ReportState.WITHDRAWN}),
        ReportState.SUPERSEDED: frozenset({ReportState.WITHDRAWN}),
        ReportState.WITHDRAWN: frozenset(),
    },
    owners={
        ReportState.ISSUED: Owner.NOBODY,
        ReportState.SUPERSEDED: Owner.NOBODY,
        ReportState.WITHDRAWN: Owner.NOBODY,
    },
)
