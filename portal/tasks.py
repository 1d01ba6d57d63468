"""Thin tasks of the ground floor: one call each."""

from celery import shared_task
from django.utils import timezone

from portal import health, jobs, mail, retention
from portal.locks import advisory_lock
from portal.models import OutgoingEmail


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


@shared_task(name=jobs.PURGE.name)
def purge(**_: object) -> None:
    """End what was kept long enough."""
    retention.purge(retention.table.carried_out_here, at=timezone.now())
