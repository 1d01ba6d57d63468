"""Thin tasks of uploads: one call each."""

from celery import shared_task
from django.utils import timezone

from portal import jobs
from portal.locks import advisory_lock
from portal.models import Upload
from portal.uploads.services import checking


@shared_task(name=jobs.CHECK_UPLOAD.name)
def check_upload(*, upload_id: str, **_: object) -> None:
    """Check one file if it is due and free."""
    checking.check(Upload.objects.filter(pk=upload_id))


@shared_task(name=jobs.SWEEP_UPLOADS.name)
def sweep_uploads(**_: object) -> None:
    """Wake workers for files whose wake-up was lost and for leases that passed."""
    with advisory_lock(jobs.SWEEP_UPLOADS.name) as free:
        if free:
            checking.sweep(at=timezone.now())
