"""Pictures of passports and forms are kept for a while after the decision and then erased; the decision stays."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from applicants.models import BirthDateCorrection, IdentityCheck, NameRequest
from portal.models import Upload
from portal.uploads.services.erasing import erase

ACTOR = "retention"
REASON = "Kept long enough after the decision"


def images_due(before: datetime) -> QuerySet[Upload]:
    """Return the files of what was decided before `before`; one that was sent twice waits for the later decision."""
    old, needed = Q(decided_at__lt=before), Q(decided_at__isnull=True) | Q(decided_at__gte=before)
    return (
        Upload.objects.filter(erased_at__isnull=True, checked_at__isnull=False)
        .filter(_named_by(old))
        .exclude(_named_by(needed))
    )


def purge_images(before: datetime, limit: int) -> int:
    """Erase at most `limit` files that are due before `before`; returns how many."""
    due = list(images_due(before).order_by("received_at")[:limit])
    return sum(erase(upload, at=timezone.now(), actor=ACTOR, reason=REASON) for upload in due)


def _named_by(condition: Q) -> Q:
    """Return the condition that a record for which `condition` holds names the upload."""
    checks = IdentityCheck.objects.filter(condition, upload=OuterRef("pk"))
    requests = NameRequest.objects.filter(condition, upload=OuterRef("pk"))
    corrections = BirthDateCorrection.objects.filter(condition, upload=OuterRef("pk"))
    return Q(Exists(checks)) | Q(Exists(requests)) | Q(Exists(corrections))
