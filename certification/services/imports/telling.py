"""Tells people that a result of theirs arrived; what it is stands on their pages alone."""

import time
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from applicants.models import Applicant
from certification.models import FileImport, FileImportRow
from certification.states.imports import ImportState, RowOutcome
from portal import audit, inbox

ACTOR = "imports.tell"
BATCH = 50
SLICE_SECONDS = 15.0


def tell(import_id: int) -> bool:
    """Tell the next people of a written file, for a while; returns whether others are left."""
    until = time.monotonic() + SLICE_SECONDS
    while _tell_batch(import_id, at=timezone.now()):
        if time.monotonic() > until:
            return True
    return False


@transaction.atomic(durable=True)
def _tell_batch(import_id: int, *, at: datetime) -> bool:
    """Tell at most a batch of people; where it stopped is written in the same transaction. False when nobody is left."""
    untold = FileImport.objects.filter(state=ImportState.APPLIED, tells_people=True, told_at__isnull=True)
    file_import = untold.select_for_update(skip_locked=True).filter(pk=import_id).first()
    if file_import is None:
        return False
    written = FileImportRow.objects.filter(
        file_import=file_import,
        outcome__in=[RowOutcome.NEW, RowOutcome.CHANGED],
        applicant__gt=file_import.told_through,
    )
    keys = list(written.order_by("applicant").values_list("applicant", flat=True).distinct()[:BATCH])
    for person in Applicant.objects.filter(pk__in=keys).select_related("user").order_by("pk"):
        inbox.notify(
            user=person.user,
            template="result_arrived",
            context={"page_url": settings.BASE_URL + reverse("dashboard")},
            at=at,
            subject_object=file_import,
        )
        audit.record(
            "certification.result_arrived",
            actor=ACTOR,
            subject=file_import,
            person=person.pk,
            at=at,
            kind=str(file_import.kind),
        )
    if len(keys) < BATCH:
        file_import.told_at = at
    else:
        file_import.told_through = keys[-1]
    file_import.save(update_fields=["told_at", "told_through"])
    return len(keys) == BATCH
