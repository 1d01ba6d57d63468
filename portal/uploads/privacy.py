"""What is held of people in files they uploaded, and how long."""

from collections.abc import Iterator
from datetime import timedelta

from portal import retention
from portal.models import Upload, UploadState
from portal.personal_data import AfterDeletion, FileSource, Holding, Topic, registry
from portal.uploads import store
from portal.uploads.purposes import KEPT_FOR_IDENTITY
from portal.uploads.services import erasing

LEFTOVERS_AFTER = timedelta(days=1)


def _files(user_id: int) -> Iterator[tuple[str, bytes]]:
    """Give the files of a person as they sent them; those alone that passed the check (invariant 22)."""
    checked = Upload.objects.filter(owner_id=user_id, state=UploadState.CLEAN, erased_at=None).order_by("received_at")
    for upload in checked:
        yield f"{upload.purpose}-{upload.pk}.{upload.detected_type}", store.read_original(upload)


registry.add(
    Topic("uploads", "Files that you uploaded"),
    Holding(
        model="portal.Upload",
        topic="uploads",
        what="Each file, and what our check said of it",
        owner="owner",
        left_out={
            "storage_name": "Technical: where the file lies",
            "data_key": "Secret: the key that opens the file",
            "pages_name": "Technical: where the pictures of its pages lie",
            "page_sizes": "Technical",
            "not_before": "Technical",
            "attempts": "Technical",
            "token": "Technical",
            "lease_until": "Technical",
        },
        after_deletion=AfterDeletion.EMPTIED,
        kept_because="Says that a file was checked, when, and with what result. The file and its name are gone",
        erase=erasing.erase_all_of,
    ),
    FileSource("uploads", "Files as you uploaded them", _files),
)

retention.table.add(
    retention.Rule(
        key="uploads-identity",
        what="Passports and evidence of names that you upload, and the pictures of their pages",
        covers=("portal.Upload",),
        since="our check of the file",
        why="So that a decision about your identity can be looked at again",
        period=KEPT_FOR_IDENTITY,
        ends_with="The file is deleted; that it was checked stays",
        due=erasing.over,
        purge=erasing.erase_over,
    ),
    retention.Rule(
        key="uploads-leftovers",
        what="What is left of an upload that was interrupted",
        covers=("portal.Upload",),
        since="the interruption",
        why="Nobody can read it; it is only in the way",
        period=LEFTOVERS_AFTER,
        due=lambda before: Upload.objects.none(),
        purge=lambda before, most: store.delete_leftovers(before=before, most=most),
    ),
)
