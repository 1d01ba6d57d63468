"""Background tasks of certification: one service call each."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from certification import jobs
from certification.services import holds, nightly
from certification.services.application import reminders as draft_reminders
from certification.services.cases import deciding, steps
from certification.services.certificates import candidates, copies, extending, requests
from certification.services.imports import working
from certification.services.pathways import season_end
from certification.services.verification import reminders
from portal.jobs import send
from portal.locks import advisory_lock

TURN_SECONDS = 60.0


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
    """Take up certificates that were left unprinted, go on with extensions, and end what has its last day."""
    with advisory_lock(jobs.SWEEP_CERTIFICATES.name) as free:
        if free:
            copies.sweep(at=timezone.now())
            extending.sweep(at=timezone.now())
            requests.sweep(at=timezone.now())
            steps.sweep(at=timezone.now())
            deciding.sweep(at=timezone.now())
            holds.lift_ended(at=timezone.now())


@shared_task(name=jobs.FIND_CANDIDATES.name)
def find_candidates(**_: object) -> None:
    """List people whose certificate can be issued now."""
    with advisory_lock(jobs.FIND_CANDIDATES.name) as free:
        if free:
            candidates.find(at=timezone.now())


# Writing a file of a million rows is one transaction, which must not be cut off.
@shared_task(name=jobs.WORK_ON_IMPORT.name, time_limit=840, soft_time_limit=800)
def work_on_import(*, import_id: int, **_: object) -> None:
    """Do the next slice of work on one file, and ask for the one after it."""
    if working.work(import_id):
        send(jobs.WORK_ON_IMPORT, {"import_id": import_id})


@shared_task(name=jobs.SWEEP_IMPORTS.name)
def sweep_imports(**_: object) -> None:
    """Take up files whose wake-up or worker was lost."""
    with advisory_lock(jobs.SWEEP_IMPORTS.name) as free:
        if free:
            working.sweep(at=timezone.now())


@shared_task(name=jobs.SWEEP_PATHWAYS.name)
def sweep_pathways(**_: object) -> None:
    """Warn before the end of a season, take up what others sent meanwhile, and close what is too late."""
    with advisory_lock(jobs.SWEEP_PATHWAYS.name) as free:
        if free:
            season_end.sweep(at=timezone.now())


@shared_task(name=jobs.EVALUATE_EVERYBODY.name)
def evaluate_everybody(**_: object) -> None:
    """Judge everybody once a day, in turns that end before a task must."""
    with advisory_lock(jobs.EVALUATE_EVERYBODY.name) as free:
        if free:
            nightly.evaluate_everybody(at=timezone.now(), seconds=TURN_SECONDS)


@shared_task(name=jobs.REMIND_OF_DRAFTS.name)
def remind_of_drafts(**_: object) -> None:
    """Tell people whose application will be deleted because nobody went on with it."""
    with advisory_lock(jobs.REMIND_OF_DRAFTS.name) as free:
        if free:
            draft_reminders.remind(at=timezone.now())
