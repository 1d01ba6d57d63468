"""Background tasks of people: one service call each."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from applicants import jobs
from applicants.services import deletions, exports
from portal.locks import advisory_lock


@shared_task(name=jobs.BUILD_EXPORT.name)
def build_export(*, export_id: str, **_: object) -> None:
    """Make one copy of a person's data if it is still to be made."""
    exports.build(UUID(export_id))


@shared_task(name=jobs.SWEEP_PRIVACY.name)
def sweep_privacy(**_: object) -> None:
    """Take up copies that were left behind, and hand requests for deletion to staff when their time has come."""
    with advisory_lock(jobs.SWEEP_PRIVACY.name) as free:
        if free:
            exports.sweep(at=timezone.now())
            deletions.sweep(at=timezone.now())
