"""A copy of everything held of one person, beside reading and zipping the same stored files and nothing else."""

import io
import json
import os
import secrets
import time
import zipfile
from datetime import datetime, timedelta
from hashlib import sha256
from tempfile import TemporaryFile

from django.core.files.storage import storages
from django.db.models import Count
from django.utils import timezone

from applicants.models import Applicant, User
from applicants.services import exports
from bench.figures import Figure, Limit, Target
from bench.people import ORDERS_OF_A_REGULAR
from bench.sizes import Sizes
from portal.audit import actor_label
from portal.models import Upload, UploadState
from portal.models.uploads import FileType
from portal.uploads import store

# The copy is promised within a minute.
MOST_SECONDS = 60
_FILES = 8
# So few copies may be asked for in a day that each must be asked for on a day of its own.
_APART = timedelta(days=2)


class NotMadeError(Exception):
    """The copy was not made, or something is missing in it."""


def measure(sizes: Sizes) -> list[Figure]:
    """Return how long the copy of a person with many files and orders takes from the request until it can be fetched."""
    user = _person()
    uploads = [_add_file(user, sizes.copy_bytes // _FILES) for _ in range(_FILES)]
    made, bare = [], []
    first = timezone.now() - sizes.copies * _APART
    for turn in range(sizes.copies):
        began = time.perf_counter()
        _make_copy(user, at=first + turn * _APART)
        copied = time.perf_counter()
        _zip_bare(uploads)
        made.append(copied - began)
        bare.append(time.perf_counter() - copied)
    _require_complete(user, uploads)
    name = f"own data, {sizes.copy_bytes / 1_000_000:g} MB of files and {ORDERS_OF_A_REGULAR} orders, slowest"
    limit = Limit(max(bare), "reading and zipping the same files, slowest")
    return [Figure(name, max(made), "s", limit, Target("<=", MOST_SECONDS, absolute=True))]


def _person() -> User:
    """Return somebody with several paid orders, each of which has a receipt to be made for the copy."""
    counted = Applicant.objects.annotate(orders_placed=Count("orders"))
    return counted.filter(orders_placed=ORDERS_OF_A_REGULAR).select_related("user").earliest("pk").user


def _add_file(user: User, size: int) -> Upload:
    """Store a file that passed its check; like the picture of a page, it cannot be made smaller."""
    content, at = os.urandom(size), timezone.now()
    upload = Upload(
        owner=user,
        purpose="passport",
        original_name="scan.jpg",
        storage_name=secrets.token_hex(16),
        data_key=store.new_key(),
        sha256=sha256(content).hexdigest(),
        size=size,
        state=UploadState.CLEAN,
        detected_type=FileType.JPEG,
        pages_name=secrets.token_hex(16),
        page_count=1,
        received_at=at,
        checked_at=at,
        not_before=at,
    )
    upload.save(force_insert=True)
    store.save_original(upload, content)
    return upload


def _make_copy(user: User, *, at: datetime) -> None:
    export = exports.request_export(user=user, at=at, actor=actor_label(user))
    if not exports.build(export.pk):
        raise NotMadeError("The worker's step did not make the copy.")


def _zip_bare(uploads: list[Upload]) -> None:
    with TemporaryFile() as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for upload in uploads:
            stored = f"{upload.storage_name[:2]}/{upload.storage_name}/{store.ORIGINAL}"
            with storages["uploads"].open(stored) as original:
                archive.writestr(upload.storage_name, original.read())


def _require_complete(user: User, uploads: list[Upload]) -> None:
    """Raise `NotMadeError` unless the copy has every file, unchanged, and a receipt of each order."""
    export = exports.latest_export(user)
    if export is None:
        raise NotMadeError("There is no copy.")
    content = exports.open_export(export, at=timezone.now(), actor=actor_label(user))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    found = {file["sha256"] for file in manifest["files"]}
    receipts = [file for file in manifest["files"] if file["file"].startswith("receipts/")]
    if manifest["files_left_out"] or len(receipts) != ORDERS_OF_A_REGULAR or not {u.sha256 for u in uploads} <= found:
        raise NotMadeError("The copy is not complete.")
