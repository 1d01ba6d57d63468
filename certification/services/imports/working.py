"""What workers do with a file: check it in slices, write it once it is accepted, and go on where a lost one stopped."""

import time
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from certification import jobs
from certification.models import FileImport, FileImportRow
from certification.services.imports import applying, reading, store, telling
from certification.services.imports.kinds import KINDS
from certification.services.imports.reading import FaultyFileError, Line
from certification.services.imports.resource import Terms
from certification.services.rule_tables import current_tables
from certification.states.imports import IMPORT_MACHINE, ImportState, RowOutcome
from portal import audit
from portal.eastern import eastern_date
from portal.jobs import send

logger = structlog.get_logger(__name__)

ACTOR = "imports.check"
# Small enough that documents that wait in the same queue are looked at soon.
SLICE_SECONDS = 20.0
CHUNK = 1_000
MOST_LOST_WORKERS = 3
LEASE = timedelta(minutes=15)
_UNDER_WAY = (ImportState.UPLOADED, ImportState.CHECKING, ImportState.ACCEPTED)


def work(import_id: int) -> bool:
    """Do the next slice of work on a file if nobody else does; returns whether more is to be done."""
    file_import = _claim(import_id, at=timezone.now())
    if file_import is None:
        return telling.tell(import_id)
    if file_import.state == ImportState.ACCEPTED:
        applying.apply(file_import, at=timezone.now())
        return telling.tell(import_id) or file_import.state == ImportState.UPLOADED
    try:
        finished = _check_slice(file_import)
    except FaultyFileError as error:
        _finish(file_import, fault=str(error), at=timezone.now())
        return False
    except store.DamagedFileError:
        fault = "The stored file is damaged. Discard it, and upload it again."
        _finish(file_import, fault=fault, at=timezone.now())
        return False
    if finished:
        _finish(file_import, fault="", at=timezone.now())
    else:
        _release(file_import)
    return not finished


@transaction.atomic(durable=True)
def _claim(import_id: int, *, at: datetime) -> FileImport | None:
    free = Q(token__isnull=True) | Q(lease_until__lt=at)
    rows = FileImport.objects.filter(free, pk=import_id, state__in=_UNDER_WAY)
    file_import = rows.select_for_update(skip_locked=True).first()
    if file_import is None:
        return None
    lost = file_import.token is not None
    file_import.attempts = file_import.attempts + 1 if lost else file_import.attempts
    if file_import.state == ImportState.UPLOADED:
        IMPORT_MACHINE.check(file_import.state, ImportState.CHECKING)
        file_import.state = ImportState.CHECKING
        file_import.seen_through = applying.newest_row(file_import)
    file_import.token, file_import.lease_until = uuid.uuid4(), at + LEASE
    file_import.save()
    return file_import


def _check_slice(file_import: FileImport) -> bool:
    """Check rows until the slice is over; returns whether the file is finished. Raises FaultyFileError."""
    if file_import.attempts >= MOST_LOST_WORKERS:
        raise FaultyFileError("The check was broken off several times. Split the file into smaller ones.")
    until = time.monotonic() + SLICE_SECONDS
    kind = KINDS[file_import.kind]
    resource = kind.resource(file_import, Terms(eastern_date(timezone.now()), current_tables()))
    with store.opened(file_import) as file:
        table = reading.read(file, kind.columns, kind.optional)
        file_import.header = list(table.header)
        rest = (line for line in table.lines if line.number > file_import.lines)
        while chunk := list(islice(rest, CHUNK)):
            if file_import.rows + len(chunk) > settings.IMPORT_MOST_ROWS:
                most = f"{settings.IMPORT_MOST_ROWS:,}"
                raise FaultyFileError(f"The file has more than {most} rows. Split it into smaller ones.")
            if not _keep(file_import, resource.check(table.header, chunk), chunk):
                return False
            if time.monotonic() > until:
                return False
    if not file_import.rows:
        raise FaultyFileError("The file has a header and no rows.")
    return True


@transaction.atomic(durable=True)
def _keep(file_import: FileImport, found: Sequence[FileImportRow], chunk: Sequence[Line]) -> bool:
    """Keep what was found in a chunk, and how far the check came; False when the lease went to somebody else."""
    held = FileImport.objects.select_for_update().filter(pk=file_import.pk, token=file_import.token)
    if not held.exists():
        return False
    FileImportRow.objects.bulk_create(found)
    file_import.lines, file_import.rows = chunk[-1].number, file_import.rows + len(chunk)
    columns = {outcome: f"{outcome}_rows" for outcome in RowOutcome}
    for outcome, column in columns.items():
        count = sum(row.outcome == outcome for row in found)
        setattr(file_import, column, getattr(file_import, column) + count)
    file_import.attempts, file_import.lease_until = 0, timezone.now() + LEASE
    file_import.save(update_fields=["header", "lines", "rows", "attempts", "lease_until", *columns.values()])
    return True


def _release(file_import: FileImport) -> None:
    held = FileImport.objects.filter(pk=file_import.pk, token=file_import.token)
    held.update(token=None, lease_until=None)


@transaction.atomic(durable=True)
def _finish(file_import: FileImport, *, fault: str, at: datetime) -> None:
    """End the check: the file can be accepted, or it has faults. Nothing when the lease went to somebody else."""
    held = FileImport.objects.select_for_update().filter(pk=file_import.pk, token=file_import.token).first()
    if held is None:
        return
    state = ImportState.FAULTY if fault or held.rejected_rows else ImportState.READY
    IMPORT_MACHINE.check(held.state, state)
    held.state, held.fault, held.checked_at = state, fault, at
    held.token = held.lease_until = None
    held.save()
    audit.record(
        "certification.import_checked",
        actor=ACTOR,
        subject=held,
        at=at,
        state=str(state),
        rows=held.rows,
        rejected=held.rejected_rows,
    )


def sweep(*, at: datetime) -> int:
    """Wake workers for files that wait for the portal; returns for how many."""
    keys = _waiting(at)
    for key in keys:
        send(jobs.WORK_ON_IMPORT, {"import_id": key})
    return len(keys)


def work_off(*, at: datetime) -> int:
    """Do at once what is to be done about files that wait for the portal and are within reach; returns about how many."""
    waiting = _waiting(at)
    known = FileImport.objects.in_bulk(waiting)
    keys = [key for key in waiting if store.is_within_reach(known[key])]
    for key in keys:
        while work(key):
            pass
    return len(keys)


def _waiting(at: datetime) -> list[int]:
    free = Q(token__isnull=True) | Q(lease_until__lt=at)
    waiting = FileImport.objects.filter(free, state__in=_UNDER_WAY)
    untold = FileImport.objects.filter(state=ImportState.APPLIED, tells_people=True, told_at__isnull=True)
    return [*waiting.order_by("pk").values_list("pk", flat=True)[:50], *untold.values_list("pk", flat=True)[:50]]
