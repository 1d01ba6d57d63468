"""From complete answers to a paid application: the fee goes through the till, and the news of it comes back here."""

from datetime import datetime

from django.db import transaction

from applicants import purchases
from applicants.models import Applicant
from applicants.purchases import Explanation, LineStanding, Purchase, PurchaseRefusedError, Settled
from applicants.services import identity
from certification.models import Application
from certification.services.application import drafts
from certification.services.application.checking import advice_on
from certification.services.application.drafts import Topic, lock_editable
from certification.services.application.messages import tell
from certification.services.application.moves import ApplicationError, move, note
from certification.states import ApplicationState
from portal.eastern import eastern_date

FEE = "CERT_APPLICATION"
DESCRIPTION = "Application for Certification"
ACTOR = "payments"
EXPLANATION = Explanation(
    page="application",
    page_label="Go to your application",
    next_steps=(
        ("We review your application", "A reviewer looks at your medical education. You do not need to do anything."),
        ("We accept it, or return it with reasons", "You get a message. Correcting a returned application is free."),
        ("You send your diploma and transcripts", "Your medical school confirms them to us directly."),
    ),
)
NOT_SAVED = "Something that you typed in the application is not saved. Go back to it, and save or discard that first"
NOT_ACCEPTED = "Say that you want to go on in spite of what is written above"


class StoppedError(ApplicationError):
    """A rule stands against the application; paying would be for nothing."""


class IncompleteError(ApplicationError):
    """A topic is not answered; `topic` is the first."""

    def __init__(self, topic: Topic) -> None:
        super().__init__("Answer every part of the application first.")
        self.topic = topic


def require_complete(application: Application, *, at: datetime) -> None:
    """Raise `IncompleteError`, `UnsavedError` or `StoppedError` unless the application can be submitted."""
    topic = drafts.first_open_topic(application)
    if topic is not Topic.CHECK:
        raise IncompleteError(topic)
    drafts.require_saved(application)
    advice = advice_on(application, today=eastern_date(at))
    if any(one.stops for one in advice):
        raise StoppedError("This application cannot be submitted. Read why above")
    if advice and application.warnings_accepted_at is None:
        raise ApplicationError(NOT_ACCEPTED)


@transaction.atomic
def submit(*, applicant: Applicant, accepts_warnings: bool, at: datetime, actor: str) -> Application:
    """Submit the application again after a return, or put its fee into the person's order.

    An application whose fee was paid waits for review at once: it is paid once (R-APP-3). Raises `ApplicationError`,
    `IdentityNotCheckedError`, `PaymentUnderWayError` and `NoPriceError`, with nothing written.
    """
    identity.require_checked(applicant)
    # The order is locked before the application, as in a settlement.
    line = _ask_for_fee(applicant, at=at, actor=actor)
    application = lock_editable(applicant)
    if accepts_warnings:
        application.warnings_accepted_at = at
    require_complete(application, at=at)
    application.changed_at, application.reminded_at = at, None
    if line is not None:
        application.order_line = line
        application.save(update_fields=["order_line", "warnings_accepted_at", "changed_at", "reminded_at"])
        return application
    application.submitted_at = at
    # The decision about the former submission stays in the history.
    application.decided_at = application.decided_by = None
    application.checks = []
    application.save()
    move(application, ApplicationState.SUBMITTED, at=at, actor=actor)
    move(application, ApplicationState.PAID, at=at, actor=actor, reason="The fee was paid before")
    return application


def _ask_for_fee(applicant: Applicant, *, at: datetime, actor: str) -> int | None:
    """Put the fee into the person's order unless it was paid; an application that is refused takes it out again."""
    if not Application.objects.kept(applicant).filter(fee_paid_at__isnull=True).exists():
        return None
    return purchases.till().add_to_order(applicant=applicant, fee_code=FEE, description=DESCRIPTION, at=at, actor=actor)


def _of_line(line_id: int) -> Application | None:
    return Application.objects.select_for_update(of=("self",)).filter(order_line=line_id).first()


def on_placed(purchase: Purchase) -> None:
    """The person pressed Pay: submit, with everything checked once more. Raises `PurchaseRefusedError`."""
    application = _of_line(purchase.line_id)
    if application is None or application.state != ApplicationState.DRAFT:
        raise PurchaseRefusedError("This application is not open any more. Remove it from the order")
    try:
        require_complete(application, at=purchase.at)
    except drafts.UnsavedError as error:
        raise PurchaseRefusedError(NOT_SAVED) from error
    except ApplicationError as error:
        raise PurchaseRefusedError("The application changed meanwhile. Go back to it and check it again") from error
    application.submitted_at = purchase.at
    application.save(update_fields=["submitted_at"])
    move(application, ApplicationState.SUBMITTED, at=purchase.at, actor=purchase.actor)


def on_settled(settled: Settled) -> None:
    """The fee was paid: the application waits for review. It was not: it is a draft again. A repeat changes nothing."""
    application = _of_line(settled.line_id)
    if application is None:
        return
    if settled.paid and application.fee_paid_at is None:
        _paid(application, at=settled.at)
    elif not settled.paid and application.fee_paid_at is None and application.state == ApplicationState.SUBMITTED:
        move(application, ApplicationState.DRAFT, at=settled.at, actor=ACTOR, reason="The payment was not made")


def _paid(application: Application, *, at: datetime) -> None:
    application.fee_paid_at = at
    application.save(update_fields=["fee_paid_at"])
    if application.state == ApplicationState.SUBMITTED:
        move(application, ApplicationState.PAID, at=at, actor=ACTOR)
        tell("application_received", application, at=at)
    else:
        # The money came late, after a payment that had failed: the person may be changing answers, and submits free of charge.
        note(application, "paid_late", at=at, actor=ACTOR)


def standing(application: Application) -> LineStanding:
    """Tell where the fee of an application stands."""
    if application.fee_paid_at is not None:
        return LineStanding.PAID
    if application.order_line is None:
        return LineStanding.GONE
    return purchases.till().standing(application.order_line)
