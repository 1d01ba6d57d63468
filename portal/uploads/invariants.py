"""What must never be false about uploads (invariant 22), for the nightly check."""

from django.db.models import Q

from portal.models import Upload, UploadState


def check() -> list[str]:
    """Return a sentence for each upload that breaks a rule; an empty list is good."""
    keys_of_erased = [
        f"Upload {upload.pk} is erased but still has its key."
        for upload in Upload.objects.filter(erased_at__isnull=False).iterator()
        if upload.data_key
    ]
    uneven = [
        f"Upload {upload.pk} has {len(upload.page_sizes)} sizes for {upload.page_count} pages."
        for upload in Upload.objects.filter(state=UploadState.CLEAN).iterator()
        if len(upload.page_sizes) != upload.page_count
    ]
    unerased = Upload.objects.filter(Q(state=UploadState.REFUSED, erased_at=None))
    kept = [f"Upload {key} was refused but not erased." for key in unerased.values_list("pk", flat=True)]
    return keys_of_erased + uneven + kept
