"""Second step of a dispatch job: the stored bytes go to the authority's mail server, and what it answered is recorded."""

import hashlib
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from cvs import emails
from cvs.models import DispatchAttempt, DispatchJob, ReportRequest
from cvs.services.moves import lock_request, move
from cvs.services.pauses import may_proceed, pause
from cvs.services.preparing import stored_bytes
from cvs.states import JobStep, RequestState
from payments.services import ledger
from portal import leases, mail, smtp
from portal.models import DeliveryState
from portal.smtp import HandOver, Outcome

logger = structlog.get_logger(__name__)


class DamagedReportError(Exception):
    """The stored bytes are not those that were sealed; nothing is sent until staff have looked."""


def build_message(job: DispatchJob, content: bytes) -> EmailMessage:
    """Return the message to the authority with the sealed PDF; every attempt of a job carries the same Message-ID.

    `job` has its report and its request's authority loaded. Raises `DamagedReportError` when `content` is not what was
    sealed (invariants 15 and 16).
    """
    report = job.report
    if report is None or hashlib.sha256(content).hexdigest() != report.sha256:
        raise DamagedReportError(f"Stored bytes of dispatch job {job.pk} do not match their hash.")
    subject, text, html = emails.to_authority(report)
    message = EmailMessage()
    message["From"] = settings.REPORTS_FROM_EMAIL
    message["To"] = job.request.authority.email
    message["Subject"] = subject
    message["Date"] = format_datetime(report.issued_at)
    message["Message-ID"] = job.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-SHA256"] = report.sha256
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    message.add_attachment(content, maintype="application", subtype="pdf", filename=f"{report.number}.pdf")
    return message


@transaction.atomic(durable=True)
def _begin_hand_off(job: DispatchJob) -> bool:
    # The request's row lock decides the race between a hold, a cancellation and the message leaving.
    request = lock_request(job.request_id)
    if not may_proceed(request):
        pause(request, at=timezone.now())
        return False
    at = timezone.now()
    return leases.held_lease(job).filter(lease_until__gt=at).update(handoff_at=at) == 1


def _hand_over(job: DispatchJob) -> HandOver:
    authority = job.request.authority
    if authority.closed_on or not authority.email:
        return HandOver(Outcome.REFUSED, 0, "The authority is closed or has no address for reports.")
    if job.report is None:
        raise DamagedReportError(f"Dispatch job {job.pk} has no document.")
    return smtp.hand_over(
        build_message(job, stored_bytes(job.report)),
        sender=parseaddr(settings.REPORTS_FROM_EMAIL)[1],
        recipient=authority.email,
        before_data=lambda: _begin_hand_off(job),
    )


def _log(job: DispatchJob, started_at: datetime, *, at: datetime, outcome: str, detail: str) -> None:
    DispatchAttempt.objects.create(
        job=job,
        step=JobStep.SEND,
        number=job.attempts,
        started_at=started_at,
        finished_at=at,
        outcome=outcome,
        detail=detail[:500],
        recipient=job.request.authority.email,
        sha256=job.report.sha256 if job.report else "",
    )


def accepted(request: ReportRequest, *, at: datetime) -> None:
    """Record that the authority's mail server took the report of a locked `request`: earned, dispatched, person told."""
    ledger.earn(
        key=f"request:{request.pk}:earned",
        amount_cents=request.order_line.price_cents,
        at=at,
        actor="dispatch",
        payment=request.order_line.paid_by,
    )
    if request.state in {RequestState.FUNDED, RequestState.ON_HOLD, RequestState.DELIVERY_PROBLEM}:
        move(request, RequestState.DISPATCHED, at=at, actor="dispatch", dispatched_at=at, problem="")
        emails.tell_sent(request, at=at)


def stopped(request: ReportRequest, *, at: datetime, problem: str, detail: str) -> None:
    """Record that the report of a locked `request` cannot be delivered; `problem` is for the person, `detail` for staff."""
    if request.state != RequestState.DELIVERY_PROBLEM and request.state in {
        RequestState.FUNDED,
        RequestState.DISPATCHED,
    }:
        move(request, RequestState.DELIVERY_PROBLEM, at=at, actor="dispatch", reason=detail, problem=problem)
        emails.tell_problem(request, at=at)
    mail.alert_staff(
        subject="A report could not be delivered",
        lines=[f"Report request {request.pk}: {detail}", "Correct the authority's address, then resend."],
        at=at,
    )


@transaction.atomic(durable=True)
def _record(job: DispatchJob, result: HandOver, started_at: datetime) -> None:
    at = timezone.now()
    request = lock_request(job.request_id)
    state = leases.settle(job, result, at=at)
    if state is None:
        return
    _log(job, started_at, at=at, outcome=state, detail=result.reply)
    if state == DeliveryState.SENT:
        accepted(request, at=at)
    elif state == DeliveryState.DEAD:
        stopped(request, at=at, problem="The authority’s mail server refused the report.", detail=result.reply)
    elif state == DeliveryState.READY and request.state == RequestState.ON_HOLD:
        pause(request, at=at)


@transaction.atomic(durable=True)
def _record_failure(job: DispatchJob, error: Exception, started_at: datetime) -> None:
    at = timezone.now()
    most = 1 if isinstance(error, DamagedReportError) else leases.MOST_SEND_ATTEMPTS
    state = leases.give_back(job, at=at, error=f"{type(error).__name__}: {error}", most_attempts=most)
    if state is None:
        return
    _log(job, started_at, at=at, outcome=state, detail=type(error).__name__)
    logger.warning("report_not_sent", job=str(job.pk), attempt=job.attempts, error=type(error).__name__)
    if state == DeliveryState.DEAD:
        request = lock_request(job.request_id)
        stopped(request, at=at, problem="We could not send the report.", detail=f"{type(error).__name__}: {error}")


def send(rows: QuerySet[DispatchJob]) -> bool:
    """Send the oldest due job of `rows` that has its document; returns whether there was one."""
    claimed = leases.claim(rows.filter(step=JobStep.SEND), at=timezone.now())
    if claimed is None:
        return False
    job = DispatchJob.objects.select_related("report", "request__authority").get(pk=claimed.pk)
    job.token = claimed.token
    started_at = timezone.now()
    try:
        leases.require_claims_left(job)
        result = _hand_over(job)
    except (DamagedReportError, leases.WorkersLostError, OSError) as error:
        _record_failure(job, error, started_at)
        return True
    _record(job, result, started_at)
    return True
