"""A typed client for a running mailbox, for tests and the demo."""

import hashlib
import http.client
import json
import time
from urllib.parse import urlsplit

from sandbox.mailbox.faults import Fault
from sandbox.mailbox.store import Attachment, StoredMessage
from sandbox.process import PATIENCE_SECONDS

_POLL_SECONDS = 0.05


class MailboxError(RuntimeError):
    """The mailbox refused a command; the text is its answer."""


class MailboxControl:
    """Reads and commands the mailbox whose page is at `page_url`; `smtp_port` is where it takes mail on 127.0.0.1."""

    def __init__(self, page_url: str, smtp_port: int) -> None:
        self.page_url = page_url.rstrip("/")
        self.smtp_port = smtp_port

    def messages(self, after: int = 0) -> list[StoredMessage]:
        """Accepted messages, oldest first; with `after`, those that arrived after the message of that number."""
        return [_message(entry) for entry in json.loads(self._call("GET", f"/control/messages?after={after}"))]

    def wait_for_messages(self, count: int, timeout_seconds: float = PATIENCE_SECONDS) -> list[StoredMessage]:
        """Wait until at least `count` messages were accepted and return all. Raises `TimeoutError`."""
        deadline = time.monotonic() + timeout_seconds
        while len(found := self.messages()) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(found)} of {count} messages arrived within {timeout_seconds:g} s.")
            time.sleep(_POLL_SECONDS)
        return found

    def raw(self, key: str) -> bytes:
        """The bytes of a message, with the envelope in front as X-Envelope-From and X-Envelope-To."""
        return self._call("GET", f"/messages/{key}/raw")

    def attachment(self, message: StoredMessage, position: int = 0) -> bytes:
        """The bytes of an attachment. Raises `MailboxError` when they are not those that were accepted."""
        content = self._call("GET", f"/messages/{message.key}/attachments/{position}")
        if hashlib.sha256(content).hexdigest() != message.attachments[position].sha256:
            raise MailboxError(f"Attachment {position} of {message.key} has changed.")
        return content

    def fail(self, fault: Fault, *, recipient: str = "*", count: int | None = 1) -> None:
        """Act out `fault` for the next `count` recipients or messages that match the pattern; for good when None."""
        self._post("/control/faults", fault=fault, recipient=recipient, count=count)

    def delay(self, delay_ms: int) -> None:
        """Take `delay_ms` milliseconds over each answer to DATA."""
        self._post("/control/delay", delay_ms=delay_ms)

    def refuse_connections(self) -> None:
        """Close the SMTP port, as a server that is down."""
        self._post("/control/refusing", refusing=True)

    def accept_connections(self) -> None:
        """Open the SMTP port again."""
        self._post("/control/refusing", refusing=False)

    def clear_faults(self) -> None:
        """Behave well from now on and break stalled connections; messages stay."""
        self._post("/control/clear-faults")

    def reset(self) -> None:
        """Delete all messages and behave well from now on."""
        self._post("/control/reset")

    def _post(self, path: str, **values: object) -> None:
        self._call("POST", path, json.dumps(values))

    def _call(self, method: str, path: str, body: str | None = None) -> bytes:
        connection = http.client.HTTPConnection(urlsplit(self.page_url).netloc, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        if response.status != http.client.OK:
            raise MailboxError(f"{response.status} {content.decode('utf-8', 'replace')}")
        return content


def _message(entry: dict[str, object]) -> StoredMessage:
    # JSON knows no tuples and no classes, and mypy not what it held: the server makes it from these very classes.
    attachments = tuple(Attachment(**attachment) for attachment in entry.pop("attachments"))  # type: ignore[attr-defined]
    return StoredMessage(**entry | {"envelope_to": tuple(entry["envelope_to"]), "attachments": attachments})  # type: ignore[arg-type]
