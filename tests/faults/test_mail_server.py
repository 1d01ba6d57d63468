"""The mail server is down, busy, refuses, or changes its mind later (faults 24 and 25), with real workers."""

import subprocess
import sys
from email.message import EmailMessage, Message

import pytest
from django.core.management import call_command
from django.utils import timezone

from cvs.models import DispatchAttempt, DispatchJob, LicensingAuthority, ReportRequest
from cvs.services import staff
from cvs.states import RequestState
from portal.models import AuditEvent, DeliveryState, OutgoingEmail
from sandbox.mailbox.client import MailboxControl
from sandbox.mailbox.faults import Fault
from sandbox.process import PATIENCE_SECONDS
from tests.faults.scenes import (
    funded,
    job_of,
    reports_in,
    start_worker,
    sweep_until_sent,
    wait_for_state,
    wait_until,
    wake,
)
from tests.people import senior
from tests.support.processes import ROOT, Processes, process_environment

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.usefixtures("seal_keys")]


def wait_for_failures(requests: list[ReportRequest], attempts: int) -> list[DispatchJob]:
    """Wait until the send of each request has failed `attempts` times; returns the jobs in the same order."""
    wait_until(
        lambda: (
            DispatchJob.objects.filter(
                request__in=requests, state=DeliveryState.READY, attempts=attempts, step="send"
            ).count()
            == len(requests)
        ),
        f"{attempts} failures each",
    )
    return [job_of(request) for request in requests]


def try_now(requests: list[ReportRequest]) -> None:
    """Let the waiting time of every job pass and wake a worker for each."""
    DispatchJob.objects.update(not_before=timezone.now())
    for request in requests:
        wake(request)


def bounce_of(message_id: str, recipient: str) -> bytes:
    """A delivery status notification as a mail server makes it (RFC 3464, RFC 6522)."""
    notification = EmailMessage()
    notification["From"] = "MAILER-DAEMON@mx.example"
    notification["To"] = "reports@commission.example"
    notification["Subject"] = "Undelivered Mail Returned to Sender"
    notification["Message-ID"] = "<bounce-1@mx.example>"
    notification.set_content("The message could not be delivered.")
    notification.make_mixed()
    notification.replace_header("Content-Type", "multipart/report; report-type=delivery-status")
    parts = notification.get_payload()
    assert isinstance(parts, list)
    parts += [_status(recipient), _returned(message_id, recipient)]
    return notification.as_bytes()


def _status(recipient: str) -> Message:
    about_server, about_recipient = Message(), Message()
    about_server["Reporting-MTA"] = "dns; mx.example"
    about_recipient["Final-Recipient"] = f"rfc822; {recipient}"
    about_recipient["Action"] = "failed"
    about_recipient["Status"] = "5.1.1"
    about_recipient["Diagnostic-Code"] = "smtp; 550 5.1.1 mailbox unavailable"
    status = Message()
    status["Content-Type"] = "message/delivery-status"
    status.set_payload([about_server, about_recipient])
    return status


def _returned(message_id: str, recipient: str) -> Message:
    headers = Message()
    headers["Content-Type"] = "text/rfc822-headers"
    headers.set_payload(
        f"From: reports@commission.example\nTo: {recipient}\nMessage-ID:\n {message_id}\nSubject: Certification\n"
    )
    return headers


def receive_bounce(content: bytes) -> subprocess.CompletedProcess[bytes]:
    """Pipe a message into the command, as a mail server does."""
    return subprocess.run(
        [sys.executable, "manage.py", "receive_bounce"],
        input=content,
        capture_output=True,
        check=False,
        cwd=ROOT,
        env=process_environment(),
        timeout=PATIENCE_SECONDS,
    )


def test_a_mail_server_that_is_down_or_busy_delays_reports_and_loses_none(
    processes: Processes, mailbox: MailboxControl
):
    requests = funded(authorities=2)
    mailbox.refuse_connections()
    worker = start_worker(processes)

    down = wait_for_failures(requests, attempts=1)
    mailbox.accept_connections()
    mailbox.fail(Fault.RCPT_451, recipient="board1@*")
    mailbox.fail(Fault.DATA_451, recipient="board2@*")
    try_now(requests)
    busy = wait_for_failures(requests, attempts=2)

    assert [job.last_error for job in down] == ["Mail server not reached: ConnectionRefusedError"] * 2
    assert [job.last_error for job in busy] == ["451 4.3.0 Try again later"] * 2
    assert [job.handoff_at for job in down + busy] == [None] * 4
    assert all(job.not_before > timezone.now() for job in busy)
    assert mailbox.messages() == []
    assert set(ReportRequest.objects.values_list("state", flat=True)) == {RequestState.FUNDED}
    try_now(requests)
    sweep_until_sent(requests)
    assert sorted(message.envelope_to for message in reports_in(mailbox)) == [
        ("board1@boards.example",),
        ("board2@boards.example",),
    ]
    assert worker.is_running
    call_command("check_invariants")


def test_refused_address_is_mended_by_staff_and_a_later_bounce_is_taken_from_the_mail_server(
    processes: Processes, mailbox: MailboxControl
):
    [request] = funded()
    mailbox.fail(Fault.RCPT_550, recipient="board1@*", count=None)
    start_worker(processes)
    refused = wait_for_state(request, DeliveryState.DEAD)
    LicensingAuthority.objects.update(email="new@boards.example")
    resent = staff.resend(request_id=request.pk, reason="Address corrected", actor=senior(), at=timezone.now())
    wait_until(lambda: DispatchJob.objects.filter(pk=resent.pk, state=DeliveryState.SENT).exists(), "the resend")
    resent.refresh_from_db()

    unknown = receive_bounce(bounce_of("<stranger@mx.example>", "new@boards.example"))
    assert unknown.returncode != 0
    assert b"No report was sent under this Message-ID." in unknown.stderr
    assert not AuditEvent.objects.filter(event="cvs.bounced").exists()
    assert DispatchJob.objects.get(pk=resent.pk).state == DeliveryState.SENT
    taken = receive_bounce(bounce_of(resent.message_id, "new@boards.example"))

    assert refused.last_error == "550 5.1.1 No such mailbox"
    assert taken.returncode == 0, taken.stderr
    assert taken.stdout.decode() == f"Recorded for dispatch job {resent.pk}.\n"
    bounced = DispatchJob.objects.get(pk=resent.pk)
    assert (bounced.state, bounced.version) == (DeliveryState.BOUNCED, 2)
    assert bounced.last_error == "smtp; 550 5.1.1 mailbox unavailable"
    request.refresh_from_db()
    assert request.state == RequestState.DELIVERY_PROBLEM
    assert AuditEvent.objects.filter(event="cvs.bounced").count() == 1
    assert OutgoingEmail.objects.filter(template="staff_alert").count() == 2
    assert OutgoingEmail.objects.filter(template="delivery_problem").count() == 2
    assert [message.envelope_to for message in reports_in(mailbox)] == [("new@boards.example",)]
    assert DispatchAttempt.objects.filter(step="send").count() == 2
    call_command("check_invariants")
