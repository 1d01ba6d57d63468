"""Taking a file in: limits, random name, private storage, and a wake-up for the check."""

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta
from typing import IO, Protocol

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from portal import audit, jobs
from portal.models import Refusal, Upload, UploadState
from portal.models.uploads import MOST_BYTES
from portal.uploads import names, store
from portal.uploads.purposes import PURPOSES

A_DAY = timedelta(days=1)


class UploadRefusedError(Exception):
    """The file is not taken; nothing was stored. `refusal.label` is the sentence for the person."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal.label))
        self.refusal = refusal


class NamedFile(Protocol):
    """A file from a form, such as Django's `UploadedFile`."""

    name: str | None

    def read(self, size: int = ..., /) -> bytes:
        """Return the next `size` bytes."""


def receive(*, file: NamedFile | IO[bytes], purpose: str, owner: AbstractBaseUser, at: datetime, actor: str) -> Upload:
    """Take `file` in and have it checked; returns its row, in state `received`.

    `purpose` is one of `PURPOSES`, `actor` comes from `audit.actor_label`. The same file twice for the same purpose
    returns the row that exists, whatever its state, unless it was refused or erased; nothing is written then (its
    `received_at` differs from `at`). Raises `UploadRefusedError` for a file that is empty, too big, of a wrong type by
    its first bytes or its name, or the 21st within 24 hours.
    """
    if purpose not in PURPOSES:
        raise ValueError(f"No purpose of an upload is called {purpose!r}.")
    data = file.read(MOST_BYTES + 1)
    name = names.shown_name(file.name)
    _require_acceptable(data, name)
    digest = hashlib.sha256(data).hexdigest()
    with transaction.atomic():
        # One file of a person at a time: or two at once would both be the 20th, or both be new.
        get_user_model()._default_manager.select_for_update(no_key=True).get(pk=owner.pk)
        same = _same_file(owner, purpose, digest)
        if same is not None:
            return same
        if Upload.objects.filter(owner_id=owner.pk, received_at__gt=at - A_DAY).count() >= PURPOSES[purpose].most_a_day:
            raise UploadRefusedError(Refusal.TOO_MANY_TODAY)
        upload = Upload.objects.create(
            id=uuid.uuid4(),
            owner_id=owner.pk,
            purpose=purpose,
            original_name=name,
            storage_name=secrets.token_hex(16),
            data_key=store.new_key(),
            sha256=digest,
            size=len(data),
            received_at=at,
            not_before=at,
        )
        audit.record("uploads.received", actor=actor, subject=upload, at=at, purpose=purpose, size=len(data))
        # Inside, so that no row ever names bytes that are not there; what a broken transaction leaves is swept away.
        store.save_original(upload, data)
        jobs.enqueue_on_commit(jobs.CHECK_UPLOAD, upload_id=str(upload.pk))
    return upload


def _require_acceptable(data: bytes, name: str) -> None:
    refusal: Refusal | None
    if not data:
        refusal = Refusal.EMPTY
    elif len(data) > MOST_BYTES:
        refusal = Refusal.TOO_BIG
    else:
        refusal = names.refusal_by_start(data, name)
    if refusal is not None:
        raise UploadRefusedError(refusal)


def _same_file(owner: AbstractBaseUser, purpose: str, digest: str) -> Upload | None:
    return (
        Upload.objects.filter(owner_id=owner.pk, purpose=purpose, sha256=digest, erased_at=None)
        .exclude(state=UploadState.REFUSED)
        .first()
    )
