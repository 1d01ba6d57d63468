"""A message that was accepted came back: read the delivery status notification (RFC 3464) and say so everywhere."""

from datetime import datetime
from email import message_from_string
from email.message import EmailMessage, Message

from django.db import transaction

from cvs.models import DispatchJob
from cvs.services.moves import lock_request
from cvs.services.sending import stopped
from portal import audit
from portal.models import DELIVERY_MACHINE, DeliveryState


class NotABounceError(Exception):
    """The message is not a notification of a permanent failure for one of our reports."""


def _returned_message_id(part: Message) -> str:
    # As a message of its own: mail servers fold a long Message-ID onto a second line.
    inner = part.get_payload(0) if part.is_multipart() else message_from_string(str(part.get_payload()))
    return str(inner["Message-ID"] or "").strip() if isinstance(inner, Message) else ""


def read_notification(message: EmailMessage) -> tuple[str, str]:
    """Return (Message-ID of the report, what the server said) of a permanent failure. Raises `NotABounceError`."""
    parts: list[Message] = list(message.walk())
    status = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
    returned = next(
        (part for part in parts if part.get_content_type() in {"message/rfc822", "text/rfc822-headers"}), None
    )
    if status is None or returned is None:
        raise NotABounceError("The message has no delivery status and returned message (RFC 3464).")
    fields = {name.lower(): str(value) for block in status.walk() for name, value in block.items()}
    if fields.get("action", "").lower() != "failed":
        raise NotABounceError(f"The delivery has not failed: {fields.get('action', 'no action')}.")
    message_id = _returned_message_id(returned)
    if not message_id:
        raise NotABounceError("The returned message names no Message-ID.")
    return message_id, fields.get("diagnostic-code", fields.get("status", "no reason given"))


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
