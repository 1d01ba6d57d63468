"""Thin tasks of the report service: one call each."""

from celery import shared_task
from celery.signals import worker_process_init
from django.utils import timezone

from cvs import jobs, rendering
from cvs.models import DispatchJob
from cvs.services import baskets, dispatch
from portal.locks import advisory_lock


@worker_process_init.connect
def warm_up(**_: object) -> None:
    """Load fonts and style sheets once per worker process instead of once per report."""
    rendering.warm_up()


@shared_task(name=jobs.PREPARE_REPORT.name)
def prepare_report(*, job_id: str, **_: object) -> None:
    """Make one report if its job is due and free."""
    dispatch.prepare(DispatchJob.objects.filter(pk=job_id))


@shared_task(name=jobs.SEND_REPORT.name)
def send_report(*, job_id: str, **_: object) -> None:
    """Send one report if its job is due and free."""
    dispatch.send(DispatchJob.objects.filter(pk=job_id))


@shared_task(name=jobs.SWEEP_DISPATCH.name)
def sweep_dispatch(**_: object) -> None:
    """Recover what was left behind and wake workers for due jobs."""
    with advisory_lock(jobs.SWEEP_DISPATCH.name) as free:
        if free:
            dispatch.sweep(at=timezone.now())


@shared_task(name=jobs.EXPIRE_BASKETS.name)
def expire_baskets(**_: object) -> None:
    """Close baskets nobody paid for."""
    with advisory_lock(jobs.EXPIRE_BASKETS.name) as free:
        if free:
            baskets.expire_baskets(at=timezone.now())
