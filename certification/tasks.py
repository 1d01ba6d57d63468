"""Background tasks of certification: one service call each."""

from celery import shared_task
from django.utils import timezone

from certification import jobs
from certification.services.verification import reminders
from portal.locks import advisory_lock


@shared_task(name=jobs.SWEEP_VERIFICATION.name)
def sweep_verification(**_: object) -> None:
    """Send, remind, and tell staff of schools that stay silent."""
    with advisory_lock(jobs.SWEEP_VERIFICATION.name) as free:
        if free:
            reminders.sweep(at=timezone.now())
