"""The check of a file: claimed under a lease, done outside any transaction, settled only by who holds the lease."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from portal import audit, jobs
from portal.mail import alert_staff
from portal.models import FileType, Refusal, Upload, UploadState, VirusScan
from portal.models.uploads import UPLOAD_MACHINE
from portal.uploads import clamav, inspection, store

logger = structlog.get_logger(__name__)

ACTOR = "uploads.check"
MOST_LOST_WORKERS = 3
WAIT = timedelta(seconds=60)
SWEPT_AT_ONCE = 200


@dataclass
class Verdict:
    """What a check found. `state` received means: not yet possible, the file waits."""

    state: UploadState
    virus_scan: VirusScan
    refusal: Refusal | None = None
    file_type: FileType | None = None
    page_sizes: list[tuple[int, int]] = field(default_factory=list)


def check(rows: QuerySet[Upload]) -> bool:
    """Check the oldest due file of `rows`; returns False when none is due and free."""
    upload = _claim(rows, at=timezone.now())
    if upload is None:
        return False
    verdict = _examine(upload)
    if _settle(upload, verdict, at=timezone.now()):
        _clear_away(upload, verdict)
    else:
        # Another worker took over while this one was away.
        store.delete_pages(upload, _pages_name(upload))
    return True


@transaction.atomic(durable=True)
def _claim(rows: QuerySet[Upload], *, at: datetime) -> Upload | None:
    due = rows.filter(state=UploadState.RECEIVED, not_before__lte=at).order_by("not_before")
    upload = due.select_for_update(skip_locked=True, of=("self",)).first()
    if upload is None:
        return None
    UPLOAD_MACHINE.check(upload.state, UploadState.CHECKING)
    upload.state = UploadState.CHECKING
    upload.token = uuid.uuid4()
    upload.lease_until = at + timedelta(seconds=settings.LEASE_SECONDS)
    upload.attempts += 1
    upload.save(update_fields=["state", "token", "lease_until", "attempts"])
    return upload


def _examine(upload: Upload) -> Verdict:
    """Scan and inspect, with the network and other processes but without a transaction."""
    if upload.attempts > MOST_LOST_WORKERS:
        return Verdict(UploadState.REFUSED, VirusScan.NOT_SCANNED, Refusal.NOT_CHECKED)
    try:
        data = store.read_original(upload)
    except Exception as error:  # noqa: BLE001 - each storage has errors of its own, and none says anything about the file
        logger.error("upload_not_read", upload=str(upload.pk), reason=type(error).__name__)  # noqa: TRY400 - the name says enough
        return Verdict(UploadState.RECEIVED, VirusScan.NOT_SCANNED)
    try:
        scan = clamav.scan(data)
    except clamav.ScannerUnavailableError as error:
        logger.warning("virus_scanner_unavailable", reason=str(error))
        return Verdict(UploadState.RECEIVED, VirusScan.WAITING)
    if scan is VirusScan.FOUND:
        return Verdict(UploadState.REFUSED, scan, Refusal.VIRUS)
    return _inspect(upload, data, scan)


def _inspect(upload: Upload, data: bytes, scan: VirusScan) -> Verdict:
    sizes: list[tuple[int, int]] = []

    def keep_page(number: int, size: tuple[int, int], image: bytes) -> None:
        store.save_page(upload, _pages_name(upload), number, image)
        sizes.append(size)

    try:
        found = inspection.inspect(data, keep_page=keep_page)
    except inspection.InspectorNotIsolatedError:
        logger.error("inspector_not_isolated")  # noqa: TRY400 - says all there is to say
        return Verdict(UploadState.RECEIVED, scan)
    if found.refusal is not None:
        return Verdict(UploadState.REFUSED, scan, found.refusal)
    return Verdict(UploadState.CLEAN, scan, file_type=found.file_type, page_sizes=sizes)


@transaction.atomic(durable=True)
def _settle(upload: Upload, verdict: Verdict, *, at: datetime) -> bool:
    """Write the verdict; returns False, with nothing written, when the lease went to somebody else."""
    held = Upload.objects.select_for_update().filter(pk=upload.pk, token=upload.token, state=UploadState.CHECKING)
    if not held.exists():
        return False
    UPLOAD_MACHINE.check(UploadState.CHECKING, verdict.state)
    values: dict[str, object] = {"state": verdict.state, "virus_scan": verdict.virus_scan, "token": None}
    values |= {"lease_until": None, "attempts": 0}
    if verdict.state == UploadState.RECEIVED:
        values["not_before"] = at + WAIT
    else:
        values["checked_at"] = at
    if verdict.refusal is not None:
        values |= {"refusal": verdict.refusal, "data_key": "", "erased_at": at}
    if verdict.file_type is not None:
        values |= {"detected_type": verdict.file_type, "pages_name": _pages_name(upload)}
        values |= {"page_sizes": verdict.page_sizes, "page_count": len(verdict.page_sizes)}
    held.update(**values)
    _tell(upload, verdict, at=at)
    return True


def _tell(upload: Upload, verdict: Verdict, *, at: datetime) -> None:
    """Leave a record of what ended the check, and staff a message where the portal was at its end."""
    record = partial(audit.record, actor=ACTOR, subject=upload, at=at, virus_scan=verdict.virus_scan.value)
    if verdict.state == UploadState.CLEAN:
        record("uploads.accepted", pages=len(verdict.page_sizes))
    if verdict.refusal is not None:
        record("uploads.refused", refusal=verdict.refusal.value)
    if verdict.refusal is Refusal.NOT_CHECKED:
        alert_staff(
            subject="An uploaded file could not be checked",
            lines=[
                f"Upload {upload.pk}: {MOST_LOST_WORKERS} workers were lost at it. The owner was asked for another."
            ],
            at=at,
        )


def _clear_away(upload: Upload, verdict: Verdict) -> None:
    """Delete what nobody may need: pages of a check without success, and the bytes of a refused file."""
    if verdict.state == UploadState.REFUSED:
        store.delete_everything(upload)
    elif verdict.state == UploadState.RECEIVED:
        store.delete_pages(upload, _pages_name(upload))


def _pages_name(upload: Upload) -> str:
    if upload.token is None:
        raise ValueError("Only a claimed upload is being checked.")
    return store.pages_name_of(upload.token)


def sweep(*, at: datetime) -> int:
    """Free what lost workers held and wake workers for due ones; returns how many."""
    for upload in Upload.objects.filter(state=UploadState.CHECKING, lease_until__lt=at)[:SWEPT_AT_ONCE]:
        _free(upload, at=at)
    due = Upload.objects.filter(state=UploadState.RECEIVED, not_before__lte=at).order_by("not_before")
    keys = list(due.values_list("pk", flat=True)[:SWEPT_AT_ONCE])
    for key in keys:
        jobs.send(jobs.CHECK_UPLOAD, {"upload_id": str(key)})
    return len(keys)


def _free(upload: Upload, *, at: datetime) -> None:
    """Put a file whose worker was lost back in the queue, without the pages which that worker left."""
    UPLOAD_MACHINE.check(upload.state, UploadState.RECEIVED)
    held = Upload.objects.filter(pk=upload.pk, token=upload.token, state=UploadState.CHECKING)
    # Only then: until here the worker may still come back and have its pages accepted.
    if held.update(state=UploadState.RECEIVED, token=None, lease_until=None, not_before=at):
        store.delete_pages(upload, _pages_name(upload))
