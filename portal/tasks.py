"""Thin tasks of the ground floor: one call each."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from portal import health, jobs, mail
from portal.locks import advisory_lock
from portal.models import OutgoingEmail

KEEP_SENT_MAIL = timedelta(days=90)


@shared_task(name=jobs.DELIVER_EMAIL.name)
def deliver_email(*, email_id: str, **_: object) -> None:
    """Send one message of the outbox if it is due and free."""
    mail.deliver(OutgoingEmail.objects.filter(pk=email_id))


@shared_task(name=jobs.SWEEP_OUTBOX.name)
def sweep_outbox(**_: object) -> None:
    """Wake workers for messages whose wake-up was lost and for leases that passed."""
    with advisory_lock(jobs.SWEEP_OUTBOX.name) as free:
        if free:
            mail.sweep_outbox(at=timezone.now())


@shared_task(name=jobs.BEAT_HEARTBEAT.name)
def beat_heartbeat(**_: object) -> None:
    """Note that beat and a worker of its queue are alive."""
    health.beat(at=timezone.now())


@shared_task(name=jobs.PURGE_OLD_ROWS.name)
def purge_old_rows(**_: object) -> None:
    """Delete sent mail after its time, so that the outbox does not grow for ever."""
    with advisory_lock(jobs.PURGE_OLD_ROWS.name) as free:
        if free:
            mail.purge_outbox(before=timezone.now() - KEEP_SENT_MAIL)
