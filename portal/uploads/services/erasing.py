"""Making uploaded bytes unreadable for good, once nobody may need them."""

from datetime import datetime

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
def erase(upload: Upload, *, at: datetime, actor: str, reason: str) -> bool:
    """Make the bytes and pictures of an upload unreadable and forget its name; returns False when that was done before.

    The row stays. The key is destroyed with the caller's transaction, and the files are deleted once it is committed.
    Raises `StillCheckingError`.
    """
    locked = Upload.objects.select_for_update().get(pk=upload.pk)
    if locked.in_progress:
        raise StillCheckingError
    if locked.erased_at is not None and not locked.original_name:
        return False
    audit.record("uploads.erased", actor=actor, subject=locked, at=at, reason=reason)
    locked.erased_at = locked.erased_at or at
    locked.data_key = locked.original_name = ""
    locked.save(update_fields=["erased_at", "data_key", "original_name"])
    transaction.on_commit(lambda: store.delete_everything(locked), robust=True)
    return True


def over(before: datetime) -> models.QuerySet[Upload]:
    """Return the files of identity that were checked before `before` and are not erased, or are still called something."""
    purposes = [name for name, purpose in PURPOSES.items() if purpose.kept == KEPT_FOR_IDENTITY]
    return Upload.objects.filter(purpose__in=purposes, checked_at__lt=before).exclude(
        erased_at__isnull=False, original_name=""
    )


def erase_over(before: datetime, most: int) -> int:
    """Erase at most `most` files that are `over` and return how many."""
    due = list(over(before)[:most])
    return sum(erase(upload, at=timezone.now(), actor=ACTOR, reason="Kept for its time") for upload in due)


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
    reason = "The person's record was deleted"
    return sum(erase(upload, at=at, actor="privacy.deletion", reason=reason) for upload in list(uploads))
