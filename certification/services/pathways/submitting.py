"""Sending an application: complete and declared, then paid through the till, then on its way to others."""

from datetime import datetime

from django.db import transaction

from applicants import purchases
from applicants.purchases import (
    Explanation,
    LineStanding,
    NoPriceError,
    PaymentUnderWayError,
    Purchase,
    PurchaseRefusedError,
    Settled,
    till,
)
from certification.emails import tell_about_pathway
from certification.models import License, PathwayApplication
from certification.services.pathways import attestations, drafts, progress, records, seasons
from certification.services.pathways.errors import PathwayError
from certification.services.person import person_facts
from certification.states import BY_THE_SCHOOL, Pathway, PathwayState
from portal.eastern import eastern_date
from portal.mail import alert_staff

DECLARATION_VERSION = "2026.1"
FEES_OF_PATHWAYS = {"PATHWAY_1_5", "PATHWAY_6", "PATHWAY_REVALIDATION"}
EXPLANATION = Explanation(
    page="pathways",
    page_label="See your Pathway application",
    next_steps=(
        ("We ask others", "The licensing authority, your school, or you invite the physicians who evaluate you."),
        ("They answer", "You see whose turn it is, and how many days are left of the season."),
        ("We decide", "When everything has arrived, we check it and write to you."),
    ),
)


def fee_code(application: PathwayApplication) -> str:
    """Return the code of the fee that an application costs."""
    if application.is_revalidation:
        return "PATHWAY_REVALIDATION"
    return "PATHWAY_6" if application.pathway == Pathway.MINI_CEX else "PATHWAY_1_5"


def missing(application: PathwayApplication, *, at: datetime) -> dict[str, str]:
    """Return what a draft still needs: step → what to do there; nothing when it can be sent."""
    gaps: dict[str, str] = {}
    license_gap = _license_gap(getattr(application, "license", None)) if application.holds_license else ""
    if license_gap:
        gaps["license"] = license_gap
    basis = getattr(application, "school_basis", None)
    if application.pathway != Pathway.LICENSED and basis is None and not is_only_six(application, at=at):
        gaps["school"] = "Tell us about your medical school"
    if application.pathway in BY_THE_SCHOOL and basis is not None and basis.graduation_on is None:
        gaps["school"] = "Enter the day of your graduation"
    return {**gaps, **_unsaved(application)}


def _unsaved(application: PathwayApplication) -> dict[str, str]:
    asked = {
        drafts.LICENSE: ("your license", application.holds_license),
        drafts.SCHOOL: ("your medical school", application.pathway != Pathway.LICENSED),
    }
    return {
        page: f"Save or discard what you typed about {what}"
        for page, (what, is_asked) in asked.items()
        if is_asked and page in application.typed_pages
    }


def _license_gap(license_: License | None) -> str:
    if license_ is None or license_.upload is None:
        return "Tell us about your license"
    if license_.upload.refusal:
        return "The copy of your license was refused. Select another file"
    if license_.upload.in_progress:
        return "The copy of your license is still being checked. Wait a minute and open this page again"
    return ""


def is_only_six(application: PathwayApplication, *, at: datetime) -> bool:
    """Tell whether nothing but Pathway 6 can be open, so that nobody asks about the school (R-CLIN-2)."""
    facts = person_facts(application.applicant, eastern_date(at))
    choice = drafts.choice_for(application, facts, seasons.season_of(application.season), at=at)
    return any(verdict.rule == "R-CLIN-2" for verdict in choice.verdicts)


@transaction.atomic
def submit(*, key: int, declared: bool, at: datetime, actor: str) -> PathwayApplication:
    """Send a complete draft and put its fee into the person's order; one that was paid before goes on at once.

    Raises `PathwayError` for what is missing, for a season that closed, or while another payment is under way.
    """
    application = drafts.lock_draft(key, at=at)
    gaps = missing(application, at=at)
    if gaps:
        raise PathwayError(next(iter(gaps.values())), field=next(iter(gaps)))
    if not declared:
        raise PathwayError("Confirm that what you entered is true and complete", field="declared")
    _require_open_to(application, at=at)
    application.declared_at, application.declaration_version = at, DECLARATION_VERSION
    application.submitted_at = at
    records.move(application, PathwayState.SUBMITTED, at=at, actor=actor)
    if application.paid_at:
        _begin(application, at=at)
    else:
        application.order_line = _ordered(application, at=at, actor=actor)
    application.save()
    return application


def _require_open_to(application: PathwayApplication, *, at: datetime) -> None:
    season = seasons.season_of(application.season)
    facts = person_facts(application.applicant, eastern_date(at))
    choice = drafts.choice_for(application, facts, season, at=at)
    if choice.pathway is None:
        raise PathwayError(choice.reason.rstrip("."))
    if choice.pathway != application.pathway:
        raise PathwayError(
            f"Your record has changed: Pathway {choice.pathway} is open to you now. Go through the steps again"
        )


def _ordered(application: PathwayApplication, *, at: datetime, actor: str) -> int:
    description = f"Pathway {application.pathway} application, season {application.season}"
    try:
        return till().add_to_order(
            applicant=application.applicant,
            fee_code=fee_code(application),
            description=description,
            at=at,
            actor=actor,
        )
    except PaymentUnderWayError as error:
        raise PathwayError(
            "A payment of yours is under way. Finish or cancel it first, then send this again"
        ) from error
    except NoPriceError as error:
        raise PathwayError(
            "This fee cannot be paid at the moment. Your answers are kept. Try again tomorrow"
        ) from error


@transaction.atomic
def take_back(*, key: int, at: datetime, actor: str) -> PathwayApplication:
    """Make a sent and unpaid application a draft again, so that it can be changed. Raises `PathwayError`."""
    application = records.lock(key)
    if application.state != PathwayState.SUBMITTED:
        raise PathwayError("Only an application that waits for its payment can be changed")
    try:
        if application.order_line is not None:
            till().remove_from_order(line_id=application.order_line, at=at)
    except PaymentUnderWayError as error:
        raise PathwayError("Its payment is under way. Finish or cancel it first") from error
    records.move(application, PathwayState.DRAFT, at=at, actor=actor)
    application.order_line = None
    application.save()
    return application


def standing(application: PathwayApplication) -> LineStanding:
    """Tell where the fee of a sent application stands."""
    return till().standing(application.order_line) if application.order_line else LineStanding.GONE


# --- News from the till ---


def listen_to_till() -> None:
    """Hear of the fees of Pathways, and say on the pages of an order what follows; called once, at the start."""
    for code in sorted(FEES_OF_PATHWAYS):
        purchases.when_placed(code, placed)
        purchases.when_settled(code, settled)
        purchases.explain(code, EXPLANATION)


def placed(purchase: Purchase) -> None:
    """Let a payment begin only for an application that is sent and whose season is open. Raises `PurchaseRefusedError`."""
    application = _of_line(purchase.line_id)
    if application is None or application.state != PathwayState.SUBMITTED:
        raise PurchaseRefusedError("This application for a Pathway does not wait for its fee any more")
    if not seasons.season_of(application.season).is_open(purchase.at):
        raise PurchaseRefusedError(f"Season {application.season} of the Pathways has closed")


def settled(news: Settled) -> None:
    """Take up an application whose fee was paid, or lay it down again when the payment turned out not to be made."""
    application = _of_line(news.line_id)
    if application is None:
        return
    if news.paid:
        _paid(application, at=news.at)
    else:
        _released(application, at=news.at)


def _of_line(line_id: int) -> PathwayApplication | None:
    key = PathwayApplication.objects.filter(order_line=line_id).values_list("pk", flat=True).first()
    return records.lock(key) if key is not None else None


def _paid(application: PathwayApplication, *, at: datetime) -> None:
    if application.paid_at:
        return
    application.paid_at = at
    if application.state == PathwayState.SUBMITTED and seasons.season_of(application.season).is_open(at):
        _begin(application, at=at)
    elif application.state in (PathwayState.SUBMITTED, PathwayState.CLOSED_WITH_SEASON):
        _paid_too_late(application, at=at)
    application.save()


def _begin(application: PathwayApplication, *, at: datetime) -> None:
    """Hand a paid application to those who must say something. The caller saves it."""
    records.move(application, PathwayState.AWAITING_THIRD_PARTY, at=at, actor=progress.ACTOR)
    application.save()
    if application.pathway in BY_THE_SCHOOL:
        attestations.request(application, at=at, actor=progress.ACTOR)
    if application.pathway == Pathway.LICENSED:
        alert_staff(subject="A license is to be confirmed", lines=[f"Pathway application {application.pk}."], at=at)
    tell_about_pathway(application, "pathway_under_way", at=at)
    progress.advance(application, at=at)


def _paid_too_late(application: PathwayApplication, *, at: datetime) -> None:
    if application.state == PathwayState.SUBMITTED:
        records.move(application, PathwayState.CLOSED_WITH_SEASON, at=at, actor=progress.ACTOR)
        application.decided_at, application.decided_by = at, progress.ACTOR
    alert_staff(
        subject="A Pathway fee was paid after the season had closed",
        lines=[f"Pathway application {application.pk}, season {application.season}: return the fee or credit it."],
        at=at,
    )
    tell_about_pathway(application, "pathway_paid_late", at=at)


def _released(application: PathwayApplication, *, at: datetime) -> None:
    if not application.paid_at:
        return
    if application.state in (PathwayState.AWAITING_THIRD_PARTY, PathwayState.IN_REVIEW):
        records.move(application, PathwayState.SUBMITTED, at=at, actor=progress.ACTOR)
        application.reviewer = application.reviewer_until = None
        application.paid_at = None
    elif application.state != PathwayState.CLOSED_WITH_SEASON:
        alert_staff(
            subject="The fee of a decided Pathway application is unpaid again",
            lines=[f"Pathway application {application.pk}."],
            at=at,
        )
    application.save()
