"""The sweep of the dispatch queue: what a lost wake-up, a dead worker or an unknown outcome left behind."""

from datetime import datetime

from cvs import jobs
from cvs.models import DispatchAttempt, DispatchJob
from cvs.services.preparing import prepare
from cvs.services.sending import send
from cvs.states import JobStep
from portal import jobs as portal_jobs
from portal import leases, mail

__all__ = ["prepare", "recover", "send", "sweep", "wake"]

WAKE_UP = {JobStep.PREPARE: jobs.PREPARE_REPORT, JobStep.SEND: jobs.SEND_REPORT}


def recover(*, at: datetime) -> int:
    """End passed leases and decide uncertain jobs (see `portal.leases.recover`); returns how many became ready again."""
    freed, doubtful, stuck = leases.recover(DispatchJob.objects.all(), at=at)
    for job in doubtful:
        DispatchAttempt.objects.create(
            job=job,
            step=job.step,
            number=job.attempts,
            started_at=job.handoff_at or at,
            finished_at=at,
            outcome="uncertain",
            detail="The worker was lost after the hand-over; the server may have the report.",
            sha256=job.report.sha256 if job.report else "",
        )
    if stuck:
        mail.alert_staff(
            subject="Reports whose delivery is unknown",
            lines=[f"Dispatch job {job.pk}: sent twice without an answer. Resend it or mark it sent." for job in stuck],
            at=at,
        )
    return freed


def wake(*, at: datetime, limit: int = 500) -> int:
    """Publish a wake-up for each due job, at most `limit` for each step; returns how many."""
    woken = 0
    for step, job in WAKE_UP.items():
        waiting = leases.due(DispatchJob.objects.at_step(step), at).values_list("pk", flat=True)[:limit]
        for key in list(waiting):
            if not portal_jobs.send(job, {"job_id": str(key)}):
                return woken
            woken += 1
    return woken


def sweep(*, at: datetime) -> int:
    """Recover what was left behind and wake workers for every due job; returns how many were woken."""
    recover(at=at)
    return wake(at=at)
