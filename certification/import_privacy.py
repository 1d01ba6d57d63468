"""What file imports hold of a person, and for how long."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from certification.models import FileImport
from certification.services.imports.receiving import erase
from certification.states.imports import ImportState
from portal.personal_data import Holding
from portal.retention import Rule

KEPT_FOR = timedelta(days=90)

HOLDINGS = (
    Holding(
        model="certification.FileImportRow",
        topic="certification",
        what="Rows about you in files of results, as they were checked before they were written",
        owner="applicant__user",
        left_out={"file_import": "Technical", "key": "Technical", "target_id": "Technical"},
    ),
)


def _over(before: datetime) -> models.QuerySet[models.Model]:
    over = Q(applied_at__lt=before) | Q(state=ImportState.FAULTY, checked_at__lt=before)
    return FileImport.objects.filter(over, erased_at__isnull=True)


def _purge(before: datetime, most: int) -> int:
    at = timezone.now()
    done = 0
    for file_import in FileImport.objects.filter(pk__in=_over(before).values("pk")).select_for_update()[:most]:
        if file_import.state == ImportState.FAULTY:
            file_import.state = ImportState.DISCARDED
            file_import.save(update_fields=["state"])
        erase(file_import, at=at)
        done += 1
    return done


RULES = (
    Rule(
        key="file_imports",
        what="Files of results and reference data that staff imported, and what was read of them",
        covers=("certification.FileImport", "certification.FileImportRow"),
        period=KEPT_FOR,
        since="the day a file was written, or found to have faults",
        why="A mistake in a file is found within weeks; every record says for good which file and line it came from",
        due=_over,
        purge=_purge,
    ),
)
