"""A report that was accepted came back: say so everywhere."""

from datetime import datetime

from django.db import transaction

from cvs.models import DispatchJob
from cvs.services.moves import lock_request
from cvs.services.sending import stopped
from portal import audit
from portal.models import DELIVERY_MACHINE, DeliveryState
from portal.returned_mail import NotABounceError


@transaction.atomic
def record_bounce(*, message_id: str, detail: str, at: datetime) -> DispatchJob:
    """Record that the report sent under `message_id` came back, tell staff and the physician; returns its job.

    A second notification for the same message changes nothing. Raises `NotABounceError` for an unknown Message-ID.
    """
    found = DispatchJob.objects.filter(message_id=message_id).first()
    if found is None:
        raise NotABounceError("No report was sent under this Message-ID.")
    request = lock_request(found.request_id)
    job = DispatchJob.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if job.state == DeliveryState.BOUNCED:
        return job
    DELIVERY_MACHINE.check(job.state, DeliveryState.BOUNCED)
    DispatchJob.objects.filter(pk=job.pk).update(state=DeliveryState.BOUNCED, last_error=detail[:500])
    audit.record("cvs.bounced", actor="mail server", subject=request, at=at, reason=detail[:500], job=str(job.pk))
    stopped(request, at=at, problem="The authority’s mail server sent the report back.", detail=detail[:300])
    return job
