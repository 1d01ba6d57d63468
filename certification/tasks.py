"""Background tasks of certification: one service call each."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from certification import jobs
from certification.services.certificates import candidates, copies, extending
from certification.services.verification import reminders
from portal.locks import advisory_lock


@shared_task(name=jobs.SWEEP_VERIFICATION.name)
def sweep_verification(**_: object) -> None:
    """Send, remind, and tell staff of schools that stay silent."""
    with advisory_lock(jobs.SWEEP_VERIFICATION.name) as free:
        if free:
            reminders.sweep(at=timezone.now())


@shared_task(name=jobs.MAKE_CERTIFICATE_COPY.name)
def make_certificate_copy(*, copy_id: str, **_: object) -> None:
    """Print and seal one certificate if it is still to be made."""
    copies.make(UUID(copy_id))


@shared_task(name=jobs.SWEEP_CERTIFICATES.name)
def sweep_certificates(**_: object) -> None:
    """Take up certificates that were left unprinted, and go on with extensions."""
    with advisory_lock(jobs.SWEEP_CERTIFICATES.name) as free:
        if free:
            copies.sweep(at=timezone.now())
            extending.sweep(at=timezone.now())


@shared_task(name=jobs.FIND_CANDIDATES.name)
def find_candidates(**_: object) -> None:
    """List people whose certificate can be issued now."""
    with advisory_lock(jobs.FIND_CANDIDATES.name) as free:
        if free:
            candidates.find(at=timezone.now())
