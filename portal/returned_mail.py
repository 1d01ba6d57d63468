"""Reads what mail servers send back: delivery status notifications (RFC 3464) and complaints of readers (RFC 5965)."""

from dataclasses import dataclass
from email import message_from_string
from email.message import EmailMessage, Message


class NotABounceError(Exception):
    """The message is not a notification of a failure, or a complaint, about one of our messages."""


@dataclass(frozen=True)
class Notification:
    """What is said about the message sent under `message_id`: that it failed (for good or for now), or a complaint."""

    message_id: str
    detail: str
    is_permanent: bool = True
    is_complaint: bool = False


def _returned_message_id(part: Message) -> str:
    # As a message of its own: mail servers fold a long Message-ID onto a second line.
    inner = part.get_payload(0) if part.is_multipart() else message_from_string(str(part.get_payload()))
    return str(inner["Message-ID"] or "").strip() if isinstance(inner, Message) else ""


def _fields(part: Message) -> dict[str, str]:
    blocks = part.walk() if part.is_multipart() else [message_from_string(str(part.get_payload()))]
    return {name.lower(): str(value) for block in blocks for name, value in block.items()}


def read_notification(message: EmailMessage) -> Notification:
    """Return what `message` says about one of our messages. Raises `NotABounceError`."""
    parts: list[Message] = list(message.walk())
    complaint = _first(parts, {"message/feedback-report"})
    status = _first(parts, {"message/delivery-status"})
    returned = _first(parts, {"message/rfc822", "text/rfc822-headers"})
    if returned is None or (status is None and complaint is None):
        raise NotABounceError("The message has no delivery status and returned message (RFC 3464).")
    message_id = _returned_message_id(returned)
    if complaint is not None:
        return _complaint(_fields(complaint), message_id)
    fields = {name.lower(): str(value) for block in status.walk() for name, value in block.items()} if status else {}
    if fields.get("action", "").lower() != "failed":
        raise NotABounceError(f"The delivery has not failed: {fields.get('action', 'no action')}.")
    _require(message_id)
    # RFC 3463: 5 is permanent, 4 persistent but transient.
    is_permanent = not fields.get("status", "").strip().startswith("4")
    return Notification(
        message_id, fields.get("diagnostic-code", fields.get("status", "no reason given")), is_permanent
    )


def _complaint(fields: dict[str, str], message_id: str) -> Notification:
    kind = fields.get("feedback-type", "").lower()
    if kind == "not-spam":
        raise NotABounceError("The reader says that the message is wanted.")
    _require(message_id)
    return Notification(message_id, f"Complaint: {kind or 'no kind given'}"[:100], is_complaint=True)


def _require(message_id: str) -> None:
    if not message_id:
        raise NotABounceError("The returned message names no Message-ID.")


def _first(parts: list[Message], types: set[str]) -> Message | None:
    return next((part for part in parts if part.get_content_type() in types), None)
