"""Accepted messages in a Maildir, with a list of them in memory."""

import hashlib
import mailbox
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path


@dataclass(frozen=True)
class Attachment:
    """One attached document: its place among the attachments, name, media type, bytes and their SHA-256 (hex)."""

    position: int
    filename: str
    content_type: str
    size: int
    sha256: str


@dataclass(frozen=True)
class StoredMessage:
    """What the list knows of one message; `number` counts up from 1 in order of arrival."""

    number: int
    key: str
    message_id: str
    envelope_from: str
    envelope_to: tuple[str, ...]
    sender: str
    to: str
    subject: str
    date: str
    attachments: tuple[Attachment, ...]

    def as_json(self) -> dict[str, object]:
        """The fields as plain JSON values."""
        return asdict(self)


class MailboxFullError(RuntimeError):
    """The mailbox holds as many messages as it may."""


class MessageStore:
    """Keeps up to `limit` messages below `folder`, a Maildir that any mail reader can open."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._limit = limit
        self._maildir = mailbox.Maildir(folder)
        self._messages: dict[str, StoredMessage] = {}
        self._last_number = 0
        for key in self._keys_by_arrival():
            self._remember(key, self.raw(key))

    def add(self, content: bytes, envelope_from: str, envelope_to: list[str]) -> StoredMessage:
        """Write a message to the disk and return its list entry. Raises `MailboxFullError` at the limit."""
        if len(self._messages) >= self._limit:
            raise MailboxFullError(f"The mailbox holds {self._limit} messages already.")
        envelope = f"X-Envelope-From: {envelope_from}\r\nX-Envelope-To: {', '.join(envelope_to)}\r\n"
        raw = envelope.encode() + content
        key = self._maildir.add(raw)
        # The Maildir made the file durable; its name is only durable once the folder is.
        _flush_folder(self._folder / "new")
        return self._remember(key, raw)

    def raw(self, key: str) -> bytes:
        """The bytes of a message, envelope headers first. Raises `KeyError` for an unknown key."""
        return self._maildir.get_bytes(key)

    def parsed(self, key: str) -> EmailMessage:
        """The message as an object. Raises `KeyError` for an unknown key."""
        return _parse(self.raw(key))

    def after(self, number: int = 0) -> list[StoredMessage]:
        """Messages that arrived after the one with `number`, oldest first."""
        return [message for message in self._messages.values() if message.number > number]

    def newest(self, page: int, per_page: int) -> list[StoredMessage]:
        """One page (from 1) of the list, newest first."""
        start = (page - 1) * per_page
        return list(reversed(self._messages.values()))[start : start + per_page]

    def find(self, key: str) -> StoredMessage:
        """The list entry of a message. Raises `KeyError` for an unknown key."""
        return self._messages[key]

    def clear(self) -> None:
        """Delete all messages."""
        self._maildir.clear()
        self._messages.clear()

    def __len__(self) -> int:
        return len(self._messages)

    def _keys_by_arrival(self) -> list[str]:
        def arrived(key: str) -> tuple[int, str]:
            return (self._folder / "new" / key).stat().st_mtime_ns, key

        names = [path.name for path in (self._folder / "new").iterdir()]
        return sorted(names, key=arrived)

    def _remember(self, key: str, raw: bytes) -> StoredMessage:
        message = _parse(raw)
        self._last_number += 1
        entry = StoredMessage(
            number=self._last_number,
            key=key,
            message_id=_header(message, "Message-ID"),
            envelope_from=_header(message, "X-Envelope-From"),
            envelope_to=tuple(_header(message, "X-Envelope-To").split(", ")),
            sender=_header(message, "From"),
            to=_header(message, "To"),
            subject=_header(message, "Subject"),
            date=_header(message, "Date"),
            attachments=tuple(_describe(position, part) for position, part in enumerate(attachment_parts(message))),
        )
        self._messages[key] = entry
        return entry


def attachment_parts(message: EmailMessage) -> Iterator[EmailMessage]:
    """The parts of `message` that a mail reader offers as attachments, in order."""
    for part in message.walk():
        if part.get_content_disposition() == "attachment" and isinstance(part, EmailMessage):
            yield part


def content_of(part: EmailMessage) -> bytes:
    """The decoded bytes of a part; for an attached message, its own bytes."""
    if part.get_content_type() == "message/rfc822":
        return bytes(part.get_content())
    decoded = part.get_payload(decode=True)
    return decoded if isinstance(decoded, bytes) else b""


def _describe(position: int, part: EmailMessage) -> Attachment:
    content = content_of(part)
    return Attachment(
        position=position,
        filename=part.get_filename() or "unnamed",
        content_type=part.get_content_type(),
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _parse(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


def _header(message: EmailMessage, name: str) -> str:
    # A long value that was folded right behind the colon begins with the blank of its second line.
    return str(message.get(name, "")).strip()


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
