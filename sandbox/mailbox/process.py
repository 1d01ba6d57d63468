"""Start the mailbox as a process of its own and stop it again."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.mailbox.client import MailboxControl
from sandbox.process import start_child, wait_for_line


@contextmanager
def running_mailbox(
    maildir: Path, *, smtp_port: int = 0, http_port: int = 0, limit: int = 20_000
) -> Iterator[MailboxControl]:
    """Run a mailbox on 127.0.0.1 for the length of a `with` block; port 0 chooses a free one.

    Messages go to `maildir`, the log to a file beside it. `limit` messages are kept; then 452 is answered. The mailbox
    ends with this process, even when that is killed. Raises `ProcessError` when it does not start.
    """
    maildir.parent.mkdir(parents=True, exist_ok=True)
    ports = ["--smtp-port", str(smtp_port), "--http-port", str(http_port)]
    child = start_child(
        [sys.executable, "-m", "sandbox.mailbox", *ports, "--maildir", maildir, "--limit", str(limit)],
        name="mailbox",
        log_path=maildir.with_name(f"{maildir.name}.log"),
        cwd=Path(__file__).resolve().parents[2],
    )
    try:
        found = wait_for_line(child, r"^listening smtp=(\d+) http=(\d+)$")
        yield MailboxControl(f"http://127.0.0.1:{found[2]}", int(found[1]))
    finally:
        child.stop()
