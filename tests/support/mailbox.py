"""The real SMTP server that stands in for all mail servers."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from sandbox.mailbox.client import MailboxControl
from sandbox.mailbox.process import running_mailbox


@pytest.fixture(scope="session")
def mailbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailboxControl]:
    """One mailbox process for the whole run; use `mailbox`, which empties it."""
    with running_mailbox(tmp_path_factory.mktemp("mailbox") / "maildir") as control:
        yield control


@pytest.fixture
def mailbox(mailbox_process: MailboxControl, settings: Settings) -> MailboxControl:
    """An empty, well-behaved mailbox to which the portal's settings point."""
    mailbox_process.reset()
    settings.EMAIL_PORT = mailbox_process.smtp_port
    return mailbox_process
