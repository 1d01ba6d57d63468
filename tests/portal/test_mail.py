"""The outbox with a real mail server: what is sent, tried again, stopped, or unknown; and that nobody smuggles headers in."""

import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from django.core.mail import EmailMessage as DjangoEmail
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from portal import mail, smtp
from portal.models import DeliveryState, OutgoingEmail
from portal.smtp import HandOver, Outcome
from sandbox.mailbox.client import MailboxControl
from sandbox.mailbox.faults import Fault
from tests.support.wake_ups import WakeUp

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("enqueued")]

ALL = OutgoingEmail.objects.all


def store(**values: Any) -> OutgoingEmail:  # Any: arguments of `store_email`
    texts: dict[str, Any] = {
        "to_email": "ada@applicants.example",
        "subject": "Hello",
        "text": "Text.\n",
        "html": "<p>Text.</p>",
    }
    return mail.store_email(template="test", at=timezone.now(), **(texts | values))


def fresh(email: OutgoingEmail) -> OutgoingEmail:
    return OutgoingEmail.objects.get(pk=email.pk)


def hand_over(recipient: str = "ada@applicants.example", *, go_on: bool = True) -> HandOver:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "portal@commission.example", recipient, "Hello"
    message.set_content("Text.\n")
    return smtp.hand_over(message, sender="portal@commission.example", recipient=recipient, before_data=lambda: go_on)


def test_a_stored_message_is_sent_once_with_both_parts(mailbox: MailboxControl, enqueued: list[WakeUp]):
    email = store()

    assert mail.deliver(ALL()) is True
    assert mail.deliver(ALL()) is False

    [received] = mailbox.messages()
    parsed = message_from_bytes(mailbox.raw(received.key), policy=policy.default)
    assert received.envelope_to == ("ada@applicants.example",)
    assert received.envelope_from == "portal@commission.example"
    assert received.message_id == email.message_id
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert parsed.get_body(("plain",)).get_content().strip() == "Text."
    assert parsed.get_body(("html",)).get_content().strip() == "<p>Text.</p>"
    sent = fresh(email)
    assert (sent.state, sent.attempts, sent.server_reply[:3]) == (DeliveryState.SENT, 1, "250")
    assert sent.sent_at is not None
    # A link in it would open an account to whoever reads the database or a backup.
    assert (sent.text, sent.html, sent.subject) == ("", "", email.subject)
    assert [(one.name, one.ids) for one in enqueued] == [("portal.deliver_email", {"email_id": str(email.pk)})]


@pytest.mark.parametrize("fault", [Fault.RCPT_451, Fault.DATA_451])
def test_a_busy_server_is_asked_again_later_with_the_same_message_id(mailbox: MailboxControl, fault: Fault):
    email = store()
    mailbox.fail(fault)

    mail.deliver(ALL())

    waiting = fresh(email)
    assert (waiting.state, waiting.last_error) == (DeliveryState.READY, "451 4.3.0 Try again later")
    assert waiting.handoff_at is None
    assert waiting.not_before > timezone.now()
    assert mail.deliver(ALL()) is False
    assert mailbox.messages() == []
    ALL().update(not_before=timezone.now())
    mail.deliver(ALL())
    assert [message.message_id for message in mailbox.messages()] == [email.message_id]
    assert fresh(email).attempts == 2


@pytest.mark.parametrize(
    ("fault", "reply"),
    [(Fault.RCPT_550, "550 5.1.1 No such mailbox"), (Fault.DATA_550, "550 5.7.1 Message refused")],
)
def test_a_refusal_stops_the_message(mailbox: MailboxControl, fault: Fault, reply: str):
    email = store()
    mailbox.fail(fault)

    mail.deliver(ALL())

    dead = fresh(email)
    assert (dead.state, dead.last_error, dead.sent_at) == (DeliveryState.DEAD, reply, None)
    ALL().update(not_before=timezone.now())
    assert mail.deliver(ALL()) is False
    assert mailbox.messages() == []


@pytest.mark.parametrize(("fault", "arrived"), [(Fault.DROP_STORED, 1), (Fault.DROP_NOT_STORED, 0)])
def test_an_answer_that_never_came_is_unknown_and_repeated_once(mailbox: MailboxControl, fault: Fault, arrived: int):
    email = store()
    mailbox.fail(fault)

    mail.deliver(ALL())

    assert fresh(email).state == DeliveryState.UNCERTAIN
    assert fresh(email).handoff_at is not None
    assert len(mailbox.messages()) == arrived
    mail.sweep_outbox(at=timezone.now())
    assert mail.deliver(ALL()) is False
    ALL().update(not_before=timezone.now())
    mail.sweep_outbox(at=timezone.now())
    mail.deliver(ALL())
    assert fresh(email).state == DeliveryState.SENT
    assert [message.message_id for message in mailbox.messages()] == [email.message_id] * (arrived + 1)
    repeated = message_from_bytes(mailbox.raw(mailbox.messages()[-1].key), policy=policy.default)
    assert repeated.get_body(("plain",)).get_content().strip() == "Text."


def test_a_server_that_does_not_answer_in_time_leaves_the_outcome_unknown(mailbox: MailboxControl, settings: Settings):
    settings.EMAIL_TIMEOUT = 1
    email = store()
    mailbox.fail(Fault.STALL)

    mail.deliver(ALL())

    assert fresh(email).state == DeliveryState.UNCERTAIN
    assert fresh(email).server_reply == "No answer after DATA: SMTPServerDisconnected"


def test_a_message_after_twelve_failures_stops(mailbox: MailboxControl):
    email = store()
    OutgoingEmail.objects.update(attempts=11)
    mailbox.refuse_connections()

    mail.deliver(ALL())

    assert fresh(email).state == DeliveryState.DEAD
    assert fresh(email).last_error == "Mail server not reached: ConnectionRefusedError"


def test_two_workers_send_one_message_once(mailbox: MailboxControl):
    store()
    mailbox.delay(300)
    outcomes: list[bool] = []
    together = threading.Barrier(2)

    def deliver() -> None:
        together.wait()
        outcomes.append(mail.deliver(ALL()))
        connection.close()

    threads = [threading.Thread(target=deliver) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == [False, True]
    assert len(mailbox.messages()) == 1


def test_nothing_is_handed_over_without_the_lease(mailbox: MailboxControl):
    result = hand_over(go_on=False)

    assert result.outcome is Outcome.LEASE_LOST
    assert mailbox.messages() == []


def test_a_server_that_asks_for_a_sign_in_it_does_not_offer_is_not_reached(mailbox: MailboxControl, settings: Settings):
    settings.EMAIL_HOST_USER = "portal"

    result = hand_over()

    assert (result.outcome, result.code) == (Outcome.NOT_NOW, 0)
    assert mailbox.messages() == []


def test_without_tls_nothing_is_handed_over_where_tls_is_asked_for(mailbox: MailboxControl, settings: Settings):
    settings.SMTP_SECURITY = "starttls"
    email = store()

    mail.deliver(ALL())

    assert mailbox.messages() == []
    waiting = fresh(email)
    assert (waiting.state, waiting.handoff_at) == (DeliveryState.READY, None)
    assert waiting.last_error == "Mail server not reached: SMTPNotSupportedError"


def test_an_address_under_a_domain_with_other_letters_is_reached_by_its_ascii_name(mailbox: MailboxControl):
    email = store(to_email="ada@büro.example")

    mail.deliver(ALL())

    assert fresh(email).state == DeliveryState.SENT
    [received] = mailbox.messages()
    assert received.envelope_to == ("ada@xn--bro-hoa.example",)
    assert received.to == "ada@xn--bro-hoa.example"


def test_an_address_that_mail_servers_cannot_take_is_refused_and_not_tried_for_ever(mailbox: MailboxControl):
    email = store(to_email="jürgen@applicants.example")

    mail.deliver(ALL())

    assert fresh(email).state == DeliveryState.DEAD
    assert mailbox.messages() == []


def test_a_subject_cannot_bring_headers_of_its_own(mailbox: MailboxControl):
    store(subject="Hello\r\nBcc: everybody@victims.example\r\n\r\nForged body")

    mail.deliver(ALL())

    [received] = mailbox.messages()
    parsed = message_from_bytes(mailbox.raw(received.key), policy=policy.default)
    assert parsed["Subject"] == "Hello Bcc: everybody@victims.example Forged body"
    assert parsed["Bcc"] is None
    assert received.envelope_to == ("ada@applicants.example",)


@pytest.mark.parametrize("field", ["to_email", "from_email"])
def test_an_address_cannot_bring_headers_of_its_own(enqueued: list[WakeUp], field: str):
    with pytest.raises(ValueError, match="one line"):
        store(**{field: "ada@applicants.example\nBcc: everybody@victims.example"})

    assert OutgoingEmail.objects.count() == 0
    assert enqueued == []


def test_djangos_own_mail_takes_the_outbox_once_per_recipient(mailbox: MailboxControl):
    message = EmailMultiAlternatives("Reset", "Plain", to=["ada@applicants.example"], bcc=["ben@applicants.example"])
    message.attach_alternative("<p>Rich</p>", "text/html")

    assert message.send() == 1

    stored = OutgoingEmail.objects.order_by("to_email")
    assert [(one.to_email, one.subject, one.text, one.html) for one in stored] == [
        ("ada@applicants.example", "Reset", "Plain", "<p>Rich</p>"),
        ("ben@applicants.example", "Reset", "Plain", "<p>Rich</p>"),
    ]
    assert mailbox.messages() == []


def test_djangos_own_mail_with_an_attachment_is_refused_and_nothing_is_stored(enqueued: list[WakeUp]):
    message = DjangoEmail("Report", "Here", to=["ada@applicants.example"])
    message.attach("report.pdf", b"%PDF-", "application/pdf")

    with pytest.raises(ValueError, match="no attachments"):
        message.send()

    assert OutgoingEmail.objects.count() == 0
    assert enqueued == []


def test_an_alert_goes_to_staff(mailbox: MailboxControl):
    mail.alert_staff(subject="Look here", lines=["Dispatch job 1: stopped."], at=timezone.now())

    mail.deliver(ALL())

    [received] = mailbox.messages()
    assert received.envelope_to == ("alerts@commission.example",)


def test_staff_hear_of_a_message_whose_delivery_stays_unknown(mailbox: MailboxControl):
    at = timezone.now()
    email = store()
    ALL().update(state=DeliveryState.UNCERTAIN, resends=1, not_before=at)

    mail.sweep_outbox(at=at)
    mail.sweep_outbox(at=at)

    alert = OutgoingEmail.objects.get(template="staff_alert")
    assert str(email.pk) in alert.text
    assert fresh(email).state == DeliveryState.UNCERTAIN
