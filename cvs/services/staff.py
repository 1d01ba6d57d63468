"""What staff may do to a request: hold, release, resend, mark as sent. Each with a reason; each through the same locks."""

from datetime import datetime

from django.db import transaction

from applicants.permissions import agreed_by_two, require
from cvs import jobs
from cvs.models import DispatchJob, ReportRequest
from cvs.services.funding import new_job
from cvs.services.moves import lock_request, move
from cvs.services.pauses import is_paid
from cvs.services.sending import accepted
from cvs.states import JobStep, ReportState, RequestState
from portal import audit, four_eyes
from portal.jobs import enqueue_on_commit
from portal.models import DELIVERY_MACHINE, DeliveryState, FourEyesAct

UNFINISHED = (DeliveryState.READY, DeliveryState.LEASED, DeliveryState.HELD, DeliveryState.UNCERTAIN)


class ReasonMissingError(Exception):
    """An act of staff needs a reason."""


class NotPossibleError(Exception):
    """The request is not in a state for this act; the message says what to do instead."""


def _latest_job(request: ReportRequest) -> DispatchJob:
    job = DispatchJob.objects.select_for_update(of=("self",)).filter(request=request).order_by("-version").first()
    if job is None:
        raise NotPossibleError("This request was never paid, so there is nothing to send.")
    return job


def _require(actor: str, permission: str, reason: str) -> None:
    require(actor, permission)
    require_reason(reason)


def require_reason(reason: str) -> None:
    """Raise `ReasonMissingError` unless there is one."""
    if not reason.strip():
        raise ReasonMissingError("Say why; the reason is kept in the history.")


def _wake(job: DispatchJob) -> None:
    wake_up = jobs.SEND_REPORT if job.step == JobStep.SEND else jobs.PREPARE_REPORT
    enqueue_on_commit(wake_up, job_id=str(job.pk))


@transaction.atomic
def hold(*, request_id: int, reason: str, actor: str, at: datetime) -> None:
    """Stop a paid report that was not sent yet. Raises `NotAllowedError`, `ReasonMissingError` or `NotPossibleError`; nothing is written then."""
    _require(actor, "cvs.hold_report", reason)
    request = lock_request(request_id)
    if request.state != RequestState.FUNDED:
        raise NotPossibleError("Only a report that is being prepared can be held; mail cannot be called back.")
    job = _latest_job(request)
    # What was proposed during an earlier hold says nothing about this one.
    four_eyes.lapse(FourEyesAct.RELEASE_REPORT, subject=request, at=at)
    move(request, RequestState.ON_HOLD, at=at, actor=actor, reason=reason, hold_reason=reason)
    # A leased job is stopped by its own check before the hand-over.
    if job.state == DeliveryState.READY:
        DispatchJob.objects.filter(pk=job.pk).update(state=DeliveryState.HELD)


@transaction.atomic
def release(*, request_id: int, reason: str, actor: str, at: datetime) -> bool:
    """Let a held report go on once two people want it; returns whether it does, False for the first of them.

    Raises `NotAllowedError`, `ReasonMissingError`, `NotPossibleError` or `SamePersonError`; nothing is written then.
    """
    _require(actor, four_eyes.ACTS[FourEyesAct.RELEASE_REPORT].propose, reason)
    request = lock_request(request_id)
    if request.state != RequestState.ON_HOLD:
        raise NotPossibleError("This report is not on hold.")
    if not is_paid(request):
        raise NotPossibleError("Its payment is being checked. Settle the payment first.")
    if not agreed_by_two(FourEyesAct.RELEASE_REPORT, subject=request, reason=reason, actor=actor, at=at):
        return False
    job = _latest_job(request)
    move(request, RequestState.FUNDED, at=at, actor=actor, reason=reason, hold_reason="")
    if job.state == DeliveryState.HELD:
        DispatchJob.objects.filter(pk=job.pk).update(state=DeliveryState.READY, not_before=at, attempts=0)
    _wake(job)
    return True


def _again(job: DispatchJob, *, at: datetime) -> DispatchJob:
    """Make `job` due again, or follow it with a new version where it has left or stopped for good."""
    if job.state == DeliveryState.UNCERTAIN or (job.state == DeliveryState.DEAD and job.step == JobStep.PREPARE):
        DELIVERY_MACHINE.check(job.state, DeliveryState.READY)
        DispatchJob.objects.filter(pk=job.pk).update(
            state=DeliveryState.READY, not_before=at, attempts=0, handoff_at=None
        )
        return job
    if job.state in UNFINISHED:
        raise NotPossibleError("The report is on its way already.")
    following = new_job(
        job.request,
        job.version + 1,
        step=JobStep.SEND,
        report=job.request.reports.order_by("-version").first(),
        not_before=at,
        created_at=at,
    )
    following.save(force_insert=True)
    return following


@transaction.atomic
def resend(*, request_id: int, reason: str, actor: str, at: datetime) -> DispatchJob:
    """Send the same report again, free of charge, to the authority's present address; returns the job that will.

    Raises `NotAllowedError`, `ReasonMissingError` or `NotPossibleError`; nothing is written then.
    """
    _require(actor, "cvs.resend_report", reason)
    request = lock_request(request_id)
    if request.state == RequestState.ON_HOLD:
        raise NotPossibleError("The report is on hold. Release it instead.")
    if not is_paid(request):
        raise NotPossibleError("The report is not paid, or its payment is being checked.")
    newest = request.reports.order_by("-version").first()
    if newest is not None and newest.state == ReportState.WITHDRAWN:
        raise NotPossibleError("The report was withdrawn. Send a revised one instead.")
    job = _again(_latest_job(request), at=at)
    audit.record("cvs.resend", actor=actor, subject=request, at=at, reason=reason, job=str(job.pk))
    _wake(job)
    return job


@transaction.atomic
def reissue(*, request_id: int, reason: str, actor: str, at: datetime) -> DispatchJob:
    """Make and send a revised report from today's facts, free of charge; it replaces the one before, which stays on record.

    Raises `NotAllowedError`, `ReasonMissingError` or `NotPossibleError`; nothing is written then.
    """
    _require(actor, "cvs.reissue_report", reason)
    request = lock_request(request_id)
    if not request.reports.exists():
        raise NotPossibleError("There is no report to revise yet.")
    if not is_paid(request):
        raise NotPossibleError("The payment of this report is being checked.")
    latest = _latest_job(request)
    if latest.state in UNFINISHED:
        raise NotPossibleError("The report is on its way. Hold it, or wait until it was sent.")
    job = new_job(request, latest.version + 1, not_before=at, created_at=at)
    job.save(force_insert=True)
    audit.record("cvs.reissue", actor=actor, subject=request, at=at, reason=reason, job=str(job.pk))
    _wake(job)
    return job


@transaction.atomic
def mark_sent(*, request_id: int, reason: str, actor: str, at: datetime) -> None:
    """Record that a report whose outcome was unknown did arrive, by proof named in `reason`.

    Raises `NotAllowedError`, `ReasonMissingError` or `NotPossibleError`; nothing is written then.
    """
    _require(actor, "cvs.mark_report_sent", reason)
    request = lock_request(request_id)
    job = _latest_job(request)
    if job.state != DeliveryState.UNCERTAIN:
        raise NotPossibleError("Only a report whose outcome is unknown can be marked as sent.")
    DispatchJob.objects.filter(pk=job.pk).update(state=DeliveryState.SENT, sent_at=job.handoff_at or at)
    audit.record("cvs.marked_sent", actor=actor, subject=request, at=at, reason=reason, job=str(job.pk))
    accepted(request, at=at)
