"""The tracking page: where each report is, since when, what comes next, and whether the person must act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from django.db.models import Prefetch

from applicants.models import Applicant
from cvs.models import IssuedReport, ReportRequest
from cvs.presenters.history import HistoryStep, as_steps, happenings, told
from cvs.presenters.progress import Chip, Progress, progress_of
from cvs.presenters.words import counted
from cvs.states import REQUEST_MACHINE, UNPAID, RequestState
from cvs.times import LONGEST_WAY, USUALLY
from payments.models import Order
from payments.presenters.attempts import payment_of
from portal.eastern import eastern_date
from portal.states import Owner

NOTHING_TO_DO = "You do not need to do anything"


@dataclass(frozen=True)
class AuthorityRow:
    """One report of the order: its chip, what is happening, since when, and a remark with its own time."""

    name: str
    chip: Chip
    what: str
    at: datetime | None = None
    remark: str = ""
    remark_at: datetime | None = None


@dataclass(frozen=True)
class Tracking:
    """Everything the tracking page shows; amounts in cents."""

    reference: str
    ordered_at: datetime
    total_cents: int
    paid: bool
    progress: Progress
    chip: Chip
    heading: str
    answer: str
    rows: tuple[AuthorityRow, ...]
    history: tuple[HistoryStep, ...]
    turn: str

    @property
    def version(self) -> str:
        """Return a short digest of what is shown, by which a poll tells whether anything changed."""
        return sha256(repr((self.chip, self.answer, self.rows, self.history)).encode()).hexdigest()[:16]

    @property
    def finished(self) -> bool:
        """Tell whether nothing more can happen."""
        return self.paid and self.progress.opened == self.progress.total


def has_reports(order: Order) -> bool:
    """Tell whether any report was ordered; an order of other services has nothing to track."""
    return ReportRequest.objects.filter(order_line__order=order).exists()


def requests_of(order: Order, applicant: Applicant) -> list[ReportRequest]:
    """Return the requests of a placed order in their order, with authority and issued reports loaded (two queries)."""
    reports = Prefetch("reports", IssuedReport.objects.defer("snapshot").order_by("version"))
    return list(
        ReportRequest.objects.visible_to(applicant)
        .filter(order_line__order=order)
        .select_related("authority", "order_line", "contact")
        .prefetch_related(reports)
        .order_by("position", "id")
    )


def tracking_of(order: Order, applicant: Applicant) -> Tracking:
    """Return what the tracking page of a placed order shows (three queries)."""
    requests = requests_of(order, applicant)
    progress = progress_of(request.state for request in requests)
    payment = payment_of(order)
    heading, answer = _answer(order, progress)
    return Tracking(
        reference=order.reference,
        ordered_at=order.placed_at or order.created_at,
        total_cents=payment.total_cents if payment else 0,
        paid=order.paid_at is not None,
        progress=progress,
        chip=progress.chip if order.paid_at else Chip("progress", "Waiting for your bank"),
        heading=heading,
        answer=answer,
        rows=tuple(row_of(request) for request in requests),
        history=_history(order, requests, progress),
        turn=_turn(requests),
    )


def _answer(order: Order, progress: Progress) -> tuple[str, str]:
    if order.paid_at is None:
        return NOTHING_TO_DO, "Your bank payment is on its way. It takes 3 to 5 business days. Do not pay again."
    if not progress.total:
        return "This order was canceled", "No report is sent. What you paid was given back, as we wrote to you."
    if progress.opened == progress.total:
        return NOTHING_TO_DO, "Every licensing authority on this order has opened its report."
    parts = [
        (progress.sent, "report was sent.", "reports were sent."),
        (progress.unsent - progress.on_hold, "report is being prepared.", "reports are being prepared."),
        (progress.on_hold, "report waits for a check by our staff.", "reports wait for a check by our staff."),
        (progress.problems, "report could not be delivered. We are", "reports could not be delivered. We are"),
    ]
    said = " ".join(counted(count, one, many) for count, one, many in parts if count)
    return NOTHING_TO_DO, f"{said} working on it." if progress.problems else said


def row_of(request: ReportRequest) -> AuthorityRow:
    """Return the row of one request; authority and reports must be loaded."""
    return ROWS[RequestState(request.state)](request)


def _waiting(request: ReportRequest) -> AuthorityRow:
    return AuthorityRow(
        request.authority.name,
        Chip("progress", "Waiting for payment"),
        "Waiting for your bank payment",
        remark="We prepare and send it when the money has arrived.",
    )


def _funded(request: ReportRequest) -> AuthorityRow:
    name, prepared = request.authority.name, list(request.reports.all())
    remark = f"Usually sent {USUALLY}."
    if prepared:
        return AuthorityRow(name, Chip("progress", "Prepared"), "Ready to be sent", prepared[-1].issued_at, remark)
    return AuthorityRow(name, Chip("progress", "Being prepared"), "We are preparing the report", None, remark)


def _on_hold(request: ReportRequest) -> AuthorityRow:
    return AuthorityRow(
        request.authority.name,
        Chip("progress", "On hold"),
        "Our staff are checking something before we send it",
        remark="We write to you if we need anything from you.",
    )


def _sent(request: ReportRequest) -> AuthorityRow:
    revised = len(request.reports.all()) > 1
    what = "Revised report sent, free of charge, not opened yet" if revised else "Sent, not opened yet"
    return AuthorityRow(request.authority.name, Chip("progress", "Sent"), what, request.dispatched_at)


def _opened(request: ReportRequest) -> AuthorityRow:
    name, chip = request.authority.name, Chip("done", "Opened")
    return AuthorityRow(name, chip, "Opened", request.acknowledged_at, "Sent", request.dispatched_at)


def _problem(request: ReportRequest) -> AuthorityRow:
    return AuthorityRow(
        request.authority.name,
        Chip("action", "Delivery problem"),
        request.problem or "The authority’s mail server did not take the report. Our staff will send it again.",
        remark="You do not need to do anything.",
    )


def _canceled(request: ReportRequest) -> AuthorityRow:
    return AuthorityRow(request.authority.name, Chip("todo", "Canceled"), "Canceled", request.canceled_at)


ROWS = {
    RequestState.AWAITING_PAYMENT: _waiting,
    RequestState.PAYMENT_PENDING: _waiting,
    RequestState.FUNDED: _funded,
    RequestState.ON_HOLD: _on_hold,
    RequestState.DISPATCHED: _sent,
    RequestState.DELIVERED: _opened,
    RequestState.DELIVERY_PROBLEM: _problem,
    RequestState.CANCELED: _canceled,
}


def _history(order: Order, requests: Sequence[ReportRequest], progress: Progress) -> tuple[HistoryStep, ...]:
    lines = told(happenings(requests))
    if order.paid_at:
        lines.append(("Payment received", order.paid_at))
    elif order.placed_at:
        lines.append(("Order placed", order.placed_at))
    return (*_expected(order, progress), *as_steps(lines))


def _expected(order: Order, progress: Progress) -> list[HistoryStep]:
    """Return the next step; a day is named only where it depends on us."""
    if order.paid_at is None:
        return [HistoryStep("Payment received", None, "todo", "Bank payments take 3 to 5 business days")]
    if not progress.total or progress.opened == progress.total:
        return []
    if progress.sent < progress.total:
        last = eastern_date(order.paid_at) + LONGEST_WAY
        return [HistoryStep("All reports sent", None, "todo", f"Expected by {_day(last)}")]
    title = "The authority opens its report" if progress.total == 1 else "All authorities open their reports"
    return [HistoryStep(title, None, "todo", "We show the day here and tell you by e-mail")]


def _day(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def _turn(requests: Sequence[ReportRequest]) -> str:
    if any(request.state in UNPAID for request in requests):
        return "Your bank’s"
    owners = {REQUEST_MACHINE.owners[RequestState(request.state)] for request in requests}
    if owners & {Owner.STAFF, Owner.SYSTEM}:
        return "Ours"
    return "The licensing authority’s" if Owner.AUTHORITY in owners else "Nobody’s, everything is done"
