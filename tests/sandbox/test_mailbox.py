"""The mailbox through a real SMTP client: what it keeps, and each way it fails."""

import hashlib
import http.client
import mailbox as maildir_reader
import smtplib
import socket
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sandbox.mailbox.client import MailboxControl, MailboxError
from sandbox.mailbox.faults import Fault
from sandbox.mailbox.process import running_mailbox
from sandbox.mailbox.store import MailboxFullError, MessageStore
from sandbox.process import PATIENCE_SECONDS

PDF = b"%PDF-1.7 sealed bytes \x00\xff"


@pytest.fixture
def control(mailbox_process: MailboxControl) -> Iterator[MailboxControl]:
    mailbox_process.reset()
    yield mailbox_process
    mailbox_process.reset()


def report(to: str = "board@licensing.example") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "reports@commission.example"
    message["To"] = to
    message["Subject"] = "Status report: Łukasz <b>Ünal</b>"
    message["Date"] = "Fri, 20 Nov 2026 10:00:00 +0000"
    message["Message-ID"] = "<report-1@commission.example>"
    message.set_content("A report is attached.\n")
    message.add_alternative("<p>A report is attached.</p><script>alert(1)</script>", subtype="html")
    message.add_attachment(PDF, maintype="application", subtype="pdf", filename="report.pdf")
    return message


def send(control: MailboxControl, message: EmailMessage, timeout: float = 5.0) -> None:
    server = smtplib.SMTP("127.0.0.1", control.smtp_port, local_hostname="portal.example", timeout=timeout)
    try:
        server.send_message(message)
    finally:
        server.close()


def get(control: MailboxControl, path: str, host: str = "127.0.0.1:1") -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection(urlsplit(control.page_url).netloc, timeout=PATIENCE_SECONDS)
    connection.putrequest("GET", path, skip_host=True)
    connection.putheader("Host", host)
    connection.endheaders()
    response = connection.getresponse()
    answer = response.status, dict(response.getheaders()), response.read().decode()
    connection.close()
    return answer


def test_accepted_message_keeps_bytes_envelope_and_identity(control: MailboxControl) -> None:
    message = report()

    send(control, message)

    [stored] = control.messages()
    assert stored.message_id == "<report-1@commission.example>"
    assert stored.envelope_from == "reports@commission.example"
    assert stored.envelope_to == ("board@licensing.example",)
    assert stored.subject == "Status report: Łukasz <b>Ünal</b>"
    assert [attachment.sha256 for attachment in stored.attachments] == [hashlib.sha256(PDF).hexdigest()]
    assert control.attachment(stored) == PDF
    assert control.raw(stored.key).startswith(b"X-Envelope-From: reports@commission.example\r\n")


@pytest.mark.parametrize(
    ("fault", "error", "code"),
    [
        (Fault.RCPT_451, smtplib.SMTPRecipientsRefused, 451),
        (Fault.RCPT_550, smtplib.SMTPRecipientsRefused, 550),
        (Fault.DATA_451, smtplib.SMTPDataError, 451),
        (Fault.DATA_550, smtplib.SMTPDataError, 550),
    ],
)
def test_refusal_is_answered_once_and_stores_nothing(
    control: MailboxControl, fault: Fault, error: type[Exception], code: int
) -> None:
    control.fail(fault)

    with pytest.raises(error, match=str(code)):
        send(control, report())

    assert control.messages() == []
    send(control, report())
    assert len(control.messages()) == 1


def test_standing_fault_hits_only_matching_recipients(control: MailboxControl) -> None:
    control.fail(Fault.RCPT_550, recipient="*@CLOSED.example", count=None)

    for _ in range(2):
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            send(control, report("board@closed.example"))
    send(control, report("board@open.example"))

    assert [message.envelope_to for message in control.messages()] == [("board@open.example",)]


def test_stall_gives_no_answer_and_stores_nothing(control: MailboxControl) -> None:
    control.fail(Fault.STALL)

    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        send(control, report(), timeout=0.3)

    assert control.messages() == []


@pytest.mark.parametrize(("fault", "stored"), [(Fault.DROP_STORED, 1), (Fault.DROP_NOT_STORED, 0)])
def test_dropped_connection_leaves_the_client_without_an_answer(
    control: MailboxControl, fault: Fault, stored: int
) -> None:
    control.fail(fault)

    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionResetError)):
        send(control, report())

    assert len(control.messages()) == stored


def test_refused_connection_and_back(control: MailboxControl) -> None:
    control.refuse_connections()

    with pytest.raises(ConnectionRefusedError):
        send(control, report())
    assert control.messages() == []

    control.accept_connections()
    send(control, report())
    assert len(control.messages()) == 1


def test_delay_holds_back_the_answer(control: MailboxControl) -> None:
    control.delay(300)

    before = time.monotonic()
    send(control, report())

    assert time.monotonic() - before >= 0.3
    assert len(control.messages()) == 1


def test_reset_forgets_messages_and_faults(control: MailboxControl) -> None:
    send(control, report())
    control.fail(Fault.RCPT_550, count=None)

    control.reset()

    assert control.messages() == []
    send(control, report())
    assert len(control.messages()) == 1


def test_messages_after_a_number_are_only_the_new_ones(control: MailboxControl) -> None:
    send(control, report("first@board.example"))
    [first] = control.messages()
    send(control, report("second@board.example"))

    assert [message.to for message in control.messages(after=first.number)] == ["second@board.example"]


def test_unknown_fault_is_refused_and_changes_nothing(control: MailboxControl) -> None:
    with pytest.raises(MailboxError, match="400"):
        control.fail("explode")  # type: ignore[arg-type]  # the server's own check is under test

    send(control, report())
    assert len(control.messages()) == 1


def test_empty_list_says_so_under_a_test_banner(control: MailboxControl) -> None:
    status, headers, page = get(control, "/")

    assert status == 200
    assert "<strong>TEST</strong> mailbox" in page
    assert "No message has arrived yet." in page
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")


def test_page_shows_a_message_without_running_it(control: MailboxControl) -> None:
    send(control, report())
    [stored] = control.messages()

    _, _, listing = get(control, "/")
    _, _, detail = get(control, f"/messages/{stored.key}")
    _, html_headers, html = get(control, f"/messages/{stored.key}/html")

    assert "Łukasz &lt;b&gt;Ünal&lt;/b&gt;" in listing
    assert hashlib.sha256(PDF).hexdigest() in detail
    assert "<iframe sandbox " in detail
    assert "<script>" not in detail
    assert "<script>" in html
    assert html_headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")


def test_list_is_paged_newest_first(control: MailboxControl) -> None:
    for number in range(51):
        send(control, report(f"board{number}@licensing.example"))

    _, _, first = get(control, "/")
    _, _, second = get(control, "/?page=2")

    assert first.index("board50@") < first.index("board1@")
    assert "board0@" not in first
    assert "board0@" in second
    assert 'href="/?page=2"' in first
    assert 'href="/?page=1"' in second


def test_foreign_host_name_is_turned_away(control: MailboxControl) -> None:
    status, _, _ = get(control, "/", host="attacker.example:80")

    assert status == 421


def test_command_from_a_plain_form_is_refused(control: MailboxControl) -> None:
    send(control, report())
    connection = http.client.HTTPConnection(urlsplit(control.page_url).netloc, timeout=PATIENCE_SECONDS)

    connection.request("POST", "/control/reset", "{}", {"Content-Type": "text/plain"})
    status = connection.getresponse().status
    connection.close()

    assert status == 415
    assert len(control.messages()) == 1


def test_unknown_message_is_not_found(control: MailboxControl) -> None:
    assert get(control, "/messages/nothing")[0] == 404


@pytest.mark.slow
def test_full_mailbox_answers_452_and_a_restart_keeps_what_it_held(tmp_path: Path) -> None:
    maildir = tmp_path / "maildir"
    with running_mailbox(maildir, limit=1) as control:
        send(control, report())
        with pytest.raises(smtplib.SMTPDataError, match="452"):
            send(control, report())
        before = control.messages()

    with running_mailbox(maildir, limit=1) as restarted:
        after = restarted.messages()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", control.smtp_port), timeout=1)

    assert after == before
    assert len(list(maildir_reader.Maildir(maildir))) == 1


def test_store_refuses_beyond_its_limit_and_writes_nothing(tmp_path: Path) -> None:
    store = MessageStore(tmp_path / "maildir", limit=1)
    store.add(report().as_bytes(), "a@example.org", ["b@example.org"])

    with pytest.raises(MailboxFullError):
        store.add(report().as_bytes(), "a@example.org", ["b@example.org"])

    assert len(list((tmp_path / "maildir" / "new").iterdir())) == 1
