"""Making uploaded bytes unreadable for good, once nobody may need them."""

from datetime import datetime
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone

from portal import audit
from portal.models import Refusal, Upload, UploadState
from portal.uploads import store
from portal.uploads.purposes import KEPT_FOR_IDENTITY, PURPOSES

ACTOR = "retention"


class StillCheckingError(Exception):
    """The check has not ended, so there is nothing to erase yet; it takes minutes."""


@transaction.atomic
def erase(*, upload_id: UUID, at: datetime, actor: str, reason: str) -> Upload:
    """Make the bytes and pictures of an upload unreadable, forget its name, and return the row, which stays.

    The key is destroyed with the caller's transaction and the files are deleted once it is committed. Repeating it
    changes nothing. Raises `StillCheckingError`.
    """
    upload = Upload.objects.select_for_update().get(pk=upload_id)
    if upload.in_progress:
        raise StillCheckingError
    if upload.erased_at is None or upload.original_name:
        audit.record("uploads.erased", actor=actor, subject=upload, at=at, reason=reason)
    upload.erased_at = upload.erased_at or at
    upload.data_key = upload.original_name = ""
    upload.save(update_fields=["erased_at", "data_key", "original_name"])
    transaction.on_commit(lambda: store.delete_everything(upload), robust=True)
    return upload


def over(before: datetime) -> models.QuerySet[Upload]:
    """Return the files of identity that were checked before `before` and are not erased, or are still called something."""
    purposes = [name for name, purpose in PURPOSES.items() if purpose.kept == KEPT_FOR_IDENTITY]
    return Upload.objects.filter(purpose__in=purposes, checked_at__lt=before).exclude(
        erased_at__isnull=False, original_name=""
    )


def erase_over(before: datetime, most: int) -> int:
    """Erase at most `most` files that are `over` and return how many."""
    keys = list(over(before).values_list("pk", flat=True)[:most])
    for key in keys:
        erase(upload_id=key, at=timezone.now(), actor=ACTOR, reason="Kept for its time")
    return len(keys)


def erase_all_of(user_id: int, at: datetime) -> int:
    """Erase every file of an account that is being deleted and return how many; a check under way is broken off."""
    uploads = Upload.objects.filter(owner_id=user_id)
    uploads.filter(state__in=[UploadState.RECEIVED, UploadState.CHECKING]).update(
        state=UploadState.REFUSED,
        refusal=Refusal.NOT_CHECKED,
        checked_at=at,
        token=None,
        lease_until=None,
    )
    keys = list(uploads.values_list("pk", flat=True))
    for key in keys:
        erase(upload_id=key, at=at, actor="privacy.deletion", reason="The person's record was deleted")
    return len(keys)
