"""A copy of one's own data: asked for by the person, made by a worker, kept encrypted for a week, given out on request.

The row is the queue. `attempts` is the worker's token: a worker whose lease passed finds another number and writes nothing.
"""

import uuid
from datetime import datetime, timedelta

import structlog
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from applicants import jobs
from applicants.emails import tell_about_data
from applicants.models import DataExport, User
from applicants.states import EXPORT_MACHINE, EXPORTS_UNDER_WAY, ExportState
from portal import audit, mail
from portal import jobs as portal_jobs
from portal.own_data import build_zip

logger = structlog.get_logger(__name__)
MOST_A_DAY = 3
DAY = timedelta(days=1)
KEPT = timedelta(days=7)
MOST_ATTEMPTS = 3


class ExportUnderWayError(Exception):
    """A copy of this person's data is being made already."""


class TooManyExportsError(Exception):
    """The person asked often enough today; `retry_at` is when they may ask again."""

    def __init__(self, retry_at: datetime) -> None:
        super().__init__(retry_at.isoformat())
        self.retry_at = retry_at


class ExportGoneError(Exception):
    """There is no file (any more): not ready, or deleted after its time."""


def _storage() -> Storage:
    return storages["exports"]


def latest_export(user: User) -> DataExport | None:
    """Return the person's newest copy, in whatever state, or None."""
    return DataExport.objects.filter(user=user).order_by("-requested_at").first()


@transaction.atomic
def request_export(*, user: User, at: datetime, actor: str) -> DataExport:
    """Ask for a copy of everything held of `user`. Raises ExportUnderWayError and TooManyExportsError."""
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if DataExport.objects.filter(user=user, state__in=EXPORTS_UNDER_WAY).exists():
        raise ExportUnderWayError
    recent = DataExport.objects.filter(user=user, requested_at__gt=at - DAY).order_by("-requested_at")
    times = list(recent.values_list("requested_at", flat=True)[:MOST_A_DAY])
    if len(times) == MOST_A_DAY:
        raise TooManyExportsError(times[-1] + DAY)
    export = DataExport.objects.create(user=user, requested_at=at)
    audit.record("applicants.export_requested", actor=actor, subject=export, at=at)
    portal_jobs.enqueue_on_commit(jobs.BUILD_EXPORT, export_id=str(export.pk))
    return export


def build(export_id: uuid.UUID) -> bool:
    """Make the copy `export_id`; returns whether it is ready now. One that is not waiting is left alone."""
    export = _claim(export_id)
    if export is None:
        return False
    try:
        content = build_zip(export.user_id, at=timezone.now())
    except Exception as error:  # noqa: BLE001 (whatever it is, the person must not wait for ever)
        # Without the message and the trace: both can quote the person's data.
        logger.error("export_failed", export=str(export.pk), error=type(error).__name__)  # noqa: TRY400
        _give_back(export, at=timezone.now())
        return False
    return _keep(export, content)


@transaction.atomic
def _claim(export_id: uuid.UUID) -> DataExport | None:
    export = DataExport.objects.select_for_update(skip_locked=True).filter(pk=export_id).first()
    if export is None or export.state != ExportState.REQUESTED:
        return None
    at = timezone.now()
    _move(export, ExportState.BUILDING)
    export.lease_until = at + timedelta(seconds=settings.LEASE_SECONDS)
    export.attempts += 1
    export.save(update_fields=["state", "lease_until", "attempts"])
    audit.record("applicants.export_building", actor="exports", subject=export, at=at, attempt=export.attempts)
    return export


def _move(export: DataExport, target: ExportState) -> None:
    EXPORT_MACHINE.check(export.state, target)
    export.state = target


def _keep(export: DataExport, content: bytes) -> bool:
    """Store the file under a key of its own, and make it the only one the person has."""
    key = Fernet.generate_key()
    name = _storage().save(f"{export.pk}.{export.attempts}.bin", ContentFile(Fernet(key).encrypt(content)))
    with transaction.atomic():
        held = _held(export)
        if held is not None:
            at = timezone.now()
            _move(held, ExportState.READY)
            held.lease_until, held.built_at = None, at
            held.stored_as, held.file_key, held.size_bytes = name, key.decode(), len(content)
            held.save()
            _expire(DataExport.objects.filter(user=held.user_id, state=ExportState.READY).exclude(pk=held.pk), at=at)
            audit.record("applicants.export_ready", actor="exports", subject=held, at=at, size_bytes=len(content))
            tell_about_data(held.user, "own_data_ready", page="own_data", about=held, at=at, days=KEPT.days)
    if held is None:
        _storage().delete(name)
    return held is not None


def _held(export: DataExport) -> DataExport | None:
    """Return the row locked, if this worker's claim of it still stands."""
    rows = DataExport.objects.select_for_update(of=("self",)).select_related("user")
    return rows.filter(pk=export.pk, state=ExportState.BUILDING, attempts=export.attempts).first()


@transaction.atomic
def _give_back(export: DataExport, *, at: datetime) -> None:
    """Let another worker try, or give up and tell staff and the person's page."""
    held = _held(export)
    if held is None:
        return
    failed = held.attempts >= MOST_ATTEMPTS
    _move(held, ExportState.FAILED if failed else ExportState.REQUESTED)
    held.lease_until = None
    held.save(update_fields=["state", "lease_until"])
    audit.record(f"applicants.export_{held.state}", actor="exports", subject=held, at=at, attempt=held.attempts)
    if failed:
        mail.alert_staff(
            subject="A copy of a person’s data could not be made", lines=[f"Data export {held.pk}."], at=at
        )


def sweep(*, at: datetime, limit: int = 200) -> int:
    """Take up copies whose worker was lost, and wake a worker for each that waits; returns how many were woken."""
    for export in DataExport.objects.filter(state=ExportState.BUILDING, lease_until__lt=at)[:limit]:
        _give_back(export, at=at)
    waiting = DataExport.objects.filter(state=ExportState.REQUESTED).order_by("requested_at")
    keys = list(waiting.values_list("pk", flat=True)[:limit])
    for key in keys:
        if not portal_jobs.send(jobs.BUILD_EXPORT, {"export_id": str(key)}):
            break
    return len(keys)


@transaction.atomic
def open_export(export: DataExport, *, at: datetime, actor: str) -> bytes:
    """Return the ZIP and note that it was taken. Raises ExportGoneError when there is none (any more)."""
    present = DataExport.objects.select_for_update().get(pk=export.pk)
    if present.state != ExportState.READY or present.built_at is None or present.built_at + KEPT <= at:
        raise ExportGoneError
    with _storage().open(present.stored_as) as file:
        content = Fernet(present.file_key.encode()).decrypt(file.read())
    audit.record("applicants.export_downloaded", actor=actor, subject=present, at=at)
    return content


def expire(before: datetime, limit: int) -> int:
    """Delete the files of copies made before `before`, at most `limit`; returns how many."""
    return _expire(DataExport.objects.filter(state=ExportState.READY, built_at__lt=before)[:limit], at=timezone.now())


def _expire(rows: QuerySet[DataExport], *, at: datetime) -> int:
    """Delete files and forget their keys; a file that outlives a crash here cannot be read by anybody."""
    names = []
    for export in rows:
        _move(export, ExportState.EXPIRED)
        names.append(export.stored_as)
        export.stored_as = export.file_key = ""
        export.save(update_fields=["state", "stored_as", "file_key"])
        audit.record("applicants.export_expired", actor="exports", subject=export, at=at)
    transaction.on_commit(lambda: _delete_files(names))
    return len(names)


def _delete_files(names: list[str]) -> None:
    for name in names:
        _storage().delete(name)


def erase_exports(user_id: int, at: datetime) -> int:
    """Delete every copy of a person's data, file and row; returns how many."""
    rows = DataExport.objects.select_for_update().filter(user=user_id)
    names = [name for name in rows.values_list("stored_as", flat=True) if name]
    transaction.on_commit(lambda: _delete_files(names))
    return rows.delete()[0]
