"""Takes a file in, sends one away, and lets a person decide about it."""

import hashlib
import secrets
from datetime import datetime

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction

from applicants.permissions import require
from certification import jobs
from certification.models import FileImport, FileImportRow
from certification.services.imports import reading, store
from certification.services.imports.kinds import KINDS
from certification.states.imports import IMPORT_MACHINE, ImportKind, ImportState
from portal import audit
from portal.jobs import enqueue_on_commit
from portal.uploads.names import shown_name

PERMISSION = "certification.apply_fileimport"


class FileRefusedError(Exception):
    """The file was not taken in; the text says why and what to do."""


class NotNowError(Exception):
    """The file is not in a state in which that can be done; the text says which."""


def receive(*, file: "UploadedFile[bytes]", kind: ImportKind, actor: str, at: datetime) -> FileImport:
    """Store `file` and have it checked. Raises FileRefusedError, with nothing stored, and NotAllowedError."""
    require(actor, PERMISSION)
    size = file.size or 0
    if size > settings.IMPORT_MOST_BYTES:
        raise FileRefusedError(
            f"The file is larger than {settings.IMPORT_MOST_BYTES // 1_000_000} MB. Split it into smaller ones."
        )
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    _refuse_twice(kind, digest.hexdigest())
    file.seek(0)
    try:
        reading.check_beginning(file.read(reading.BEGINNING), KINDS[kind].columns, KINDS[kind].optional)
    except reading.FaultyFileError as error:
        raise FileRefusedError(str(error)) from error
    file.seek(0)
    return _store(file, kind=kind, digest=digest.hexdigest(), actor=actor, at=at)


def _refuse_twice(kind: ImportKind, digest: str) -> None:
    earlier = FileImport.objects.filter(kind=kind, sha256=digest).exclude(state=ImportState.DISCARDED).first()
    if earlier is not None:
        raise FileRefusedError(
            f"This file is here already: {earlier}, {earlier.state_label.lower()}. A file is imported once."
        )


def _store(file: "UploadedFile[bytes]", *, kind: ImportKind, digest: str, actor: str, at: datetime) -> FileImport:
    file_import = FileImport(
        kind=kind,
        original_name=shown_name(file.name or ""),
        storage_name=secrets.token_hex(16),
        data_key=store.new_key(),
        sha256=digest,
        size=file.size or 0,
        uploaded_at=at,
        uploaded_by=actor,
    )
    store.save(file_import, file.chunks())
    try:
        with transaction.atomic():
            file_import.save()
            _record("uploaded", file_import, actor, at, rows=0)
            enqueue_on_commit(jobs.WORK_ON_IMPORT, import_id=file_import.pk)
    except IntegrityError:
        # Sent twice at once, and the other was first.
        store.delete(file_import)
        _refuse_twice(kind, digest)
        raise
    except BaseException:
        store.delete(file_import)
        raise
    return file_import


@transaction.atomic
def accept(*, import_id: int, rows: int, tells_people: bool, actor: str, at: datetime) -> FileImport:
    """Have every row of a checked file written. `rows` is how many the person saw: the check may have been another one.

    Raises NotNowError and NotAllowedError.
    """
    require(actor, PERMISSION)
    file_import = _locked(import_id, ImportState.ACCEPTED)
    if file_import.rows != rows:
        raise NotNowError("The file was checked again meanwhile. Look at the new result first.")
    file_import.tells_people = tells_people and KINDS[file_import.kind].about_people
    _decide(file_import, ImportState.ACCEPTED, actor, at)
    enqueue_on_commit(jobs.WORK_ON_IMPORT, import_id=file_import.pk)
    return file_import


@transaction.atomic
def discard(*, import_id: int, actor: str, at: datetime) -> FileImport:
    """Give a file up: its bytes and what was read of it are deleted. Raises NotNowError and NotAllowedError."""
    require(actor, PERMISSION)
    file_import = _locked(import_id, ImportState.DISCARDED)
    _decide(file_import, ImportState.DISCARDED, actor, at)
    erase(file_import, at=at)
    return file_import


@transaction.atomic
def check_again(*, import_id: int, actor: str, at: datetime) -> FileImport:
    """Check a faulty file once more, as when a person has registered since. Raises NotNowError and NotAllowedError."""
    require(actor, PERMISSION)
    file_import = _locked(import_id, ImportState.UPLOADED)
    restart(file_import, notice="")
    _record("checked_again", file_import, actor, at, rows=file_import.rows)
    return file_import


def restart(file_import: FileImport, *, notice: str) -> None:
    """Have a locked file checked from its first row; `notice` says why."""
    IMPORT_MACHINE.check(file_import.state, ImportState.UPLOADED)
    FileImportRow.objects.filter(file_import=file_import).delete()
    counts = ("rows", "lines", "new_rows", "changed_rows", "same_rows", "rejected_rows")
    for name in counts:
        setattr(file_import, name, 0)
    file_import.state, file_import.fault, file_import.notice = ImportState.UPLOADED, "", notice
    file_import.checked_at = file_import.decided_at = file_import.decided_by = None
    file_import.token = file_import.lease_until = None
    file_import.attempts = 0
    file_import.save()
    enqueue_on_commit(jobs.WORK_ON_IMPORT, import_id=file_import.pk)


def erase(file_import: FileImport, *, at: datetime) -> None:
    """Delete the bytes of a file and what was read of it; which file it was stays known."""
    FileImportRow.objects.filter(file_import=file_import).delete()
    file_import.erased_at, file_import.data_key = at, ""
    file_import.token = file_import.lease_until = None
    file_import.save(update_fields=["erased_at", "data_key", "token", "lease_until"])
    transaction.on_commit(lambda: store.delete(file_import), robust=True)


def _locked(import_id: int, target: ImportState) -> FileImport:
    file_import = FileImport.objects.select_for_update().get(pk=import_id)
    if not IMPORT_MACHINE.allows(file_import.state, target):
        raise NotNowError(f"The file is {file_import.state_label.lower()}; that cannot be done now.")
    return file_import


def _decide(file_import: FileImport, state: ImportState, actor: str, at: datetime) -> None:
    file_import.state, file_import.notice = state, ""
    file_import.decided_at, file_import.decided_by = at, actor
    file_import.save()
    _record(str(state), file_import, actor, at, rows=file_import.rows)


def _record(act: str, file_import: FileImport, actor: str, at: datetime, *, rows: int) -> None:
    audit.record(
        f"certification.import_{act}",
        actor=actor,
        subject=file_import,
        at=at,
        kind=str(file_import.kind),
        sha256=file_import.sha256,
        rows=rows,
    )
