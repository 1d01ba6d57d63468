"""Thin tasks of the ground floor: one call each."""

from celery import shared_task
from django.utils import timezone

from portal import audit_chain, audit_checkpoints, health, jobs, mail, retention
from portal.locks import advisory_lock
from portal.models import NewsletterDelivery, OutgoingEmail
from portal.newsletter import sending


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


@shared_task(name=jobs.SEAL_AUDIT.name)
def seal_audit(**_: object) -> None:
    """Link new events of the audit log into its chain."""
    with advisory_lock(jobs.SEAL_AUDIT.name) as free:
        if free:
            audit_chain.seal()


@shared_task(name=jobs.CHECKPOINT_AUDIT.name)
def checkpoint_audit(**_: object) -> None:
    """Write the end of the audit chain down outside the database."""
    audit_checkpoints.write_checkpoint(at=timezone.now())


@shared_task(name=jobs.BEAT_HEARTBEAT.name)
def beat_heartbeat(**_: object) -> None:
    """Note that beat and a worker of its queue are alive."""
    health.beat(at=timezone.now())


@shared_task(name=jobs.PURGE.name)
def purge(**_: object) -> None:
    """End what was kept long enough."""
    retention.purge(retention.table.carried_out_here, at=timezone.now())


@shared_task(name=jobs.DELIVER_NEWSLETTER.name)
def deliver_newsletter(*, delivery_id: str, **_: object) -> None:
    """Send one issue of the newsletter to one reader if it is due and free."""
    sending.deliver(NewsletterDelivery.objects.filter(pk=delivery_id))


@shared_task(name=jobs.SWEEP_NEWSLETTER.name)
def sweep_newsletter(**_: object) -> None:
    """Begin, go on with and finish issues of the newsletter."""
    with advisory_lock(jobs.SWEEP_NEWSLETTER.name) as free:
        if free:
            sending.sweep(at=timezone.now())
