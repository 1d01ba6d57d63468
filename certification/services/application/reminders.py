"""Drafts that nobody goes on with: a word before they are lost, then they are deleted by the retention table."""

from datetime import datetime, timedelta

from django.db import transaction

from certification.models import Application
from certification.services.application.drafts import keep_for
from certification.services.application.messages import tell
from certification.services.application.moves import note
from certification.states import ApplicationState

BEFORE_LOSS = timedelta(days=14)
ACTOR = "sweep"


def remind(*, at: datetime, limit: int = 500) -> int:
    """Tell people whose draft will be deleted within 14 days, once for each time they left it; returns how many."""
    told = 0
    due = Application.objects.drafts_unchanged_since(at - keep_for() + BEFORE_LOSS).filter(reminded_at__isnull=True)
    for key in list(due.order_by("changed_at").values_list("pk", flat=True)[:limit]):
        told += _remind(key, at=at)
    return told


@transaction.atomic
def _remind(key: int, *, at: datetime) -> bool:
    rows = Application.objects.select_for_update(of=("self",), skip_locked=True).select_related("applicant__user")
    draft = rows.filter(pk=key, state=ApplicationState.DRAFT, reminded_at__isnull=True).first()
    # The person may have gone on with it since the list was read.
    if draft is None or draft.changed_at >= at - keep_for() + BEFORE_LOSS:
        return False
    draft.reminded_at = at
    draft.save(update_fields=["reminded_at"])
    note(draft, "reminded", at=at, actor=ACTOR)
    tell("application_reminder", draft, at=at)
    return True
