"""Notifications that a report came back: which are believed, and what they change."""

from email import message_from_string, policy

import pytest
from django.utils import timezone

from cvs.models import DispatchJob, ReportRequest
from cvs.services import bounces, dispatch
from cvs.services.bounces import record_bounce
from cvs.states import RequestState
from portal.models import AuditEvent, DeliveryState, OutgoingEmail
from portal.returned_mail import NotABounceError, Notification, read_notification
from portal.states import IllegalMoveError
from sandbox.mailbox.client import MailboxControl
from tests.support.orders import make_authority, make_physician, pay_with_credit

MESSAGE_ID = "<report-6f1d7d3e-6f0e-4b4e-9a53-9f0f5a4d2c11@commission.example>"
STATUS = """\
Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; board1@boards.example
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 mailbox unavailable
"""
REPORT = """\
From: MAILER-DAEMON@mx.example
To: reports@commission.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce@mx.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="edge"

--edge
Content-Type: text/plain

Sorry. Message-ID: <forged@mx.example>
--edge
Content-Type: message/delivery-status

{status}
--edge
Content-Type: {returned_type}

{returned}
--edge--
"""
WHOLE = (
    f"From: reports@commission.example\nMessage-ID: {MESSAGE_ID}\nSubject: Report\n\nMessage-ID: <forged@mx.example>\n"
)
FOLDED = f"From: reports@commission.example\nmessage-id:\n {MESSAGE_ID}\nSubject: Report\n"


def notification(*, action: str = "failed", returned: str = WHOLE, returned_type: str = "message/rfc822"):
    text = REPORT.format(status=STATUS.format(action=action), returned=returned, returned_type=returned_type)
    return message_from_string(text, policy=policy.default)


@pytest.fixture
def sent(transactional_db: None, seal_keys: object, enqueued: object, mailbox: MailboxControl) -> DispatchJob:
    """The job of a report that the authority's mail server took."""
    pay_with_credit(make_physician(1), [make_authority(1)])
    dispatch.prepare(DispatchJob.objects.all())
    dispatch.send(DispatchJob.objects.all())
    return DispatchJob.objects.get(state=DeliveryState.SENT)


@pytest.mark.parametrize(
    ("returned", "returned_type"),
    [(WHOLE, "message/rfc822"), (FOLDED, "message/rfc822"), (FOLDED, "text/rfc822-headers")],
)
def test_a_permanent_failure_is_read_whatever_part_of_the_report_came_back(returned: str, returned_type: str):
    read = read_notification(notification(returned=returned, returned_type=returned_type))

    assert read == Notification(MESSAGE_ID, "smtp; 550 5.1.1 mailbox unavailable")


COMPLAINT = f"""\
From: feedback@mx.example
Content-Type: multipart/report; report-type=feedback-report; boundary="edge"

--edge
Content-Type: message/feedback-report

Feedback-Type: KIND
User-Agent: Mailbox/1.0
Version: 1

--edge
Content-Type: message/rfc822

{WHOLE}
--edge--
"""


def test_a_complaint_is_read_and_a_compliment_is_none():
    read = read_notification(message_from_string(COMPLAINT.replace("KIND", "abuse"), policy=policy.default))

    assert read == Notification(MESSAGE_ID, "Complaint: abuse", is_complaint=True)
    with pytest.raises(NotABounceError, match="wanted"):
        read_notification(message_from_string(COMPLAINT.replace("KIND", "not-spam"), policy=policy.default))


def test_a_failure_for_now_is_told_from_one_for_good():
    text = REPORT.format(
        status=STATUS.format(action="failed").replace("5.1.1", "4.4.7"), returned=WHOLE, returned_type="message/rfc822"
    )

    assert not read_notification(message_from_string(text, policy=policy.default)).is_permanent


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_what_is_no_failure_is_no_bounce(action: str):
    with pytest.raises(NotABounceError, match=f"not failed: {action}"):
        read_notification(notification(action=action))


def test_a_bounce_without_the_returned_message_id_is_no_bounce():
    with pytest.raises(NotABounceError, match="names no Message-ID"):
        read_notification(notification(returned="Subject: Report\n", returned_type="text/rfc822-headers"))


@pytest.mark.parametrize(
    "text",
    ["Subject: Out of office\n\nI am away.\n", "", f"Message-ID: {MESSAGE_ID}\nSubject: 550\n\nfailed\n"],
)
def test_an_ordinary_message_is_no_bounce(text: str):
    with pytest.raises(NotABounceError, match="RFC 3464"):
        read_notification(message_from_string(text, policy=policy.default))


def test_an_unknown_message_id_changes_nothing(sent: DispatchJob):
    with pytest.raises(NotABounceError, match="No report was sent"):
        record_bounce(message_id="<stranger@mx.example>", detail="550", at=timezone.now())

    assert DispatchJob.objects.get().state == DeliveryState.SENT
    assert not AuditEvent.objects.filter(event="cvs.bounced").exists()


def test_a_bounce_tells_staff_and_physician_once(sent: DispatchJob):
    for _ in range(2):
        record_bounce(message_id=sent.message_id, detail="550 5.1.1 mailbox unavailable", at=timezone.now())

    job = DispatchJob.objects.get()
    assert (job.state, job.last_error) == (DeliveryState.BOUNCED, "550 5.1.1 mailbox unavailable")
    request = ReportRequest.objects.get()
    assert request.state == RequestState.DELIVERY_PROBLEM
    assert request.problem == "The authority’s mail server sent the report back."
    for template in ("staff_alert", "delivery_problem"):
        assert OutgoingEmail.objects.filter(template=template).count() == 1
    assert AuditEvent.objects.filter(event="cvs.bounced").count() == 1


@pytest.mark.parametrize("state", [DeliveryState.READY, DeliveryState.DEAD])
def test_what_was_not_sent_cannot_come_back(sent: DispatchJob, state: DeliveryState):
    DispatchJob.objects.update(state=state)

    with pytest.raises(IllegalMoveError):
        bounces.record_bounce(message_id=sent.message_id, detail="550", at=timezone.now())

    assert DispatchJob.objects.get().state == state
    assert not AuditEvent.objects.filter(event="cvs.bounced").exists()
    assert ReportRequest.objects.get().state == RequestState.DISPATCHED
