"""Checkpoints of the audit chain, kept where a change of the database does not reach: in a file, and in a bucket.

A chain alone shows what was changed inside it. That its end was cut off, or that all of it was written anew, shows only
against something outside.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import structlog
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from portal.models import AuditLink

STORAGE = "audit_checkpoints"
_PATTERN = "checkpoints-*.jsonl"
logger = structlog.get_logger(__name__)


class CheckpointsDamagedError(Exception):
    """A kept checkpoint cannot be read, or they are not in order, so nothing can be compared with them."""


@dataclass(frozen=True, order=True)
class Checkpoint:
    """What the end of the chain was: how many links, over which event the last one is, its hash, and when."""

    count: int
    event_id: int
    hash: str
    at: str


def write_checkpoint(*, at: datetime) -> Checkpoint | None:
    """Keep the end of the chain outside the database and in the log; None while the chain is empty.

    Raises OSError when it cannot be kept. A chain that is shorter than its last checkpoint is not written down again:
    the file keeps what it was, for `verify_audit` to compare.
    """
    last = AuditLink.objects.order_by("-position").first()
    if last is None:
        return None
    checkpoint = Checkpoint(last.position, last.event_id, last.hash, at.astimezone(UTC).isoformat(timespec="seconds"))
    logger.info("audit_checkpoint", count=checkpoint.count, event_id=checkpoint.event_id, hash=checkpoint.hash)
    before = _newest_kept()
    if before is not None and before.count > checkpoint.count:
        logger.error("audit_chain_shorter_than_checkpoint", count=checkpoint.count, kept=before.count)
        return checkpoint
    _append(checkpoint, at)
    if (bucket := _bucket()) is not None:
        name = f"{at.astimezone(UTC):%Y/%m/%d/%H%M%S}-{checkpoint.count}.json"
        bucket.save(name, ContentFile(_line(checkpoint)))
    return checkpoint


def kept_checkpoints() -> list[Checkpoint]:
    """Return every checkpoint kept, from the file and the bucket, by number of links.

    Raises CheckpointsDamagedError when one cannot be read or the file is not in the order in which it was written.
    """
    from_file = list(_in_files())
    if any(later.count < earlier.count for earlier, later in pairwise(from_file)):
        raise CheckpointsDamagedError("The checkpoints in the file are not in order.")
    return sorted(from_file + list(_in_bucket()))


def _line(checkpoint: Checkpoint) -> bytes:
    return (json.dumps(vars(checkpoint)) + "\n").encode()


def _read(line: bytes, place: str) -> Checkpoint:
    try:
        values = json.loads(line)
        return Checkpoint(int(values["count"]), int(values["event_id"]), str(values["hash"]), str(values["at"]))
    except (ValueError, KeyError, TypeError) as error:
        raise CheckpointsDamagedError(f"The checkpoint at {place} cannot be read.") from error


def _append(checkpoint: Checkpoint, at: datetime) -> None:
    folder = Path(settings.AUDIT_CHECKPOINT_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"checkpoints-{at.astimezone(UTC):%Y-%m}.jsonl"
    # One write of one line, at the end whatever other processes do, and on the disk before it counts.
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, _line(checkpoint))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _files() -> list[Path]:
    return sorted(Path(settings.AUDIT_CHECKPOINT_DIR).glob(_PATTERN))


def _newest_kept() -> Checkpoint | None:
    files = _files()
    lines = files[-1].read_bytes().splitlines() if files else []
    return _read(lines[-1], files[-1].name) if lines else None


def _in_files() -> Iterator[Checkpoint]:
    for path in _files():
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                yield _read(line, f"{path.name}, line {number}")


def _bucket() -> Storage | None:
    return storages[STORAGE] if STORAGE in settings.STORAGES else None


def _in_bucket(folder: str = "") -> Iterator[Checkpoint]:
    bucket = _bucket()
    if bucket is None:
        return
    folders, names = bucket.listdir(folder)
    for name in names:
        with bucket.open(f"{folder}{name}") as file:
            yield _read(file.read(), f"{folder}{name}")
    for inner in folders:
        yield from _in_bucket(f"{folder}{inner}/")
