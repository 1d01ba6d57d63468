"""Messages that did not arrive: staff send them again or close them; what came back is recorded; nothing happens twice."""

import threading
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from io import BytesIO, TextIOWrapper
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.models import Applicant
from applicants.roles import Role
from portal import mail, undelivered
from portal.models import AuditEvent, DeliveryState, OutgoingEmail
from portal.states import IllegalMoveError
from sandbox.mailbox.client import MailboxControl
from sandbox.mailbox.faults import Fault
from tests.people import browser_of
from tests.support.wake_ups import WakeUp

S = DeliveryState
AT = timezone.now()
LIST = reverse("admin:portal_outgoingemail_changelist")
ACTS = {"send_again": "portal.email_sent_again", "close": "portal.email_closed"}


def message(state: str, **values: Any) -> OutgoingEmail:  # Any: columns of the row
    stored = mail.store_email(
        template="test", to_email="ada@applicants.example", subject="Hello", text="Text.\n", html="<p>", at=AT
    )
    OutgoingEmail.objects.filter(pk=stored.pk).update(state=state, **values)
    return kept(stored)


def kept(email: OutgoingEmail) -> OutgoingEmail:
    return OutgoingEmail.objects.get(pk=email.pk)


def act(client: Client, name: str, *emails: OutgoingEmail, words: str = "Address mended") -> list[str]:
    """Do the act as the page of the reason does; returns what staff are told."""
    posted = {"action": name, "_selected_action": [str(email.pk) for email in emails], "confirmed": "1", "words": words}
    answer = client.post(LIST, posted)
    return [str(told) for told in get_messages(answer.wsgi_request)]


def everything() -> list[Any]:  # Any: columns of rows
    return [*OutgoingEmail.objects.order_by("pk").values(), *AuditEvent.objects.order_by("pk").values()]


def returned(message_id: str) -> TextIOWrapper:
    """A notification that the message under `message_id` came back, as the mail server pipes it."""
    notice = EmailMessage()
    notice["Content-Type"] = 'multipart/report; report-type=delivery-status; boundary="edge"'
    head = notice.as_bytes(policy=policy.SMTP).split(b"\r\n\r\n")[0]
    body = (
        "\r\n\r\n--edge\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        "Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no such mailbox\r\n"
        f"--edge\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id}\r\n\r\n--edge--\r\n"
    )
    return TextIOWrapper(BytesIO(head + body.encode()))


@pytest.mark.django_db(transaction=True)
def test_a_message_that_stopped_is_sent_again_unchanged(mailbox: MailboxControl, enqueued: list[WakeUp]):
    email = message(S.READY)
    mailbox.fail(Fault.RCPT_550)
    mail.deliver(OutgoingEmail.objects.all())
    assert kept(email).state == S.DEAD
    client = browser_of(Role.ADMINISTRATOR)
    enqueued.clear()

    assert act(client, "send_again", email) == ["Done for 1."]

    assert [(one.name, one.ids) for one in enqueued] == [("portal.deliver_email", {"email_id": str(email.pk)})]
    assert mail.deliver(OutgoingEmail.objects.all())
    [arrived] = mailbox.messages()
    assert arrived.message_id == email.message_id
    assert b"Text." in mailbox.raw(arrived.key)
    assert (kept(email).state, kept(email).attempts, kept(email).text) == (S.SENT, 1, "")
    done = AuditEvent.objects.get(event="portal.email_sent_again")
    assert (done.reason, done.facts, done.subject_id) == ("Address mended", {"was": "dead"}, str(email.pk))
    assert done.actor.startswith("user:")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "values"), [(S.DEAD, {}), (S.BOUNCED, {"text": "", "html": ""}), (S.UNCERTAIN, {"resends": 1})]
)
def test_closing_erases_the_text_and_ends_the_work(state: str, values: dict[str, object]):
    email = message(state, **values)
    client = browser_of(Role.ADMINISTRATOR)
    assert b"Messages that did not arrive" in client.get(f"{LIST}?waits=stopped_mail").content
    assert list(OutgoingEmail.objects.filter(undelivered.waits_for_staff())) == [email]

    assert act(client, "close", email, words="Asked by telephone") == ["Done for 1."]

    assert (kept(email).state, kept(email).text, kept(email).html) == (S.CLOSED, "", "")
    assert not OutgoingEmail.objects.filter(undelivered.waits_for_staff()).exists()
    done = AuditEvent.objects.get(event="portal.email_closed")
    assert (done.reason, done.facts) == ("Asked by telephone", {"was": state})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "values", "act_of", "told"),
    [
        (S.BOUNCED, {"text": ""}, "send_again", "Its text is erased"),
        (S.DEAD, {"text": ""}, "send_again", "Its text is erased"),
        (S.DEAD, {"works_until": AT}, "send_again", "The link in it no longer works"),
        (S.UNCERTAIN, {}, "send_again", "The portal itself sends it once more"),
        (S.UNCERTAIN, {}, "close", "The portal itself sends it once more"),
        (S.READY, {}, "close", "It is on its way"),
        (S.HELD, {}, "send_again", "It is on hold"),
        (S.SENT, {"sent_at": AT}, "send_again", "It was sent"),
        (S.CLOSED, {}, "close", "It was closed"),
    ],
)
def test_what_cannot_be_done_says_why_and_changes_nothing(
    state: str, values: dict[str, object], act_of: str, told: str, enqueued: list[WakeUp]
):
    email = message(state, **values)
    client = browser_of(Role.ADMINISTRATOR)
    before = everything()

    [said] = act(client, act_of, email)

    assert told in said
    assert everything() == before
    assert enqueued == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", ACTS)
def test_whoever_may_not_or_says_no_reason_does_nothing(name: str):
    email = message(S.DEAD)
    before = everything()

    act(browser_of(Role.AUDITOR), name, email)
    assert act(browser_of(Role.ADMINISTRATOR), name, email, words=" ") == []

    assert everything() == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("enqueued")
@pytest.mark.parametrize(("first", "second"), [("send_again", "send_again"), ("close", "send_again")])
def test_of_two_at_once_one_does_it_and_the_other_is_told(first: str, second: str):
    email = message(S.DEAD)
    together, told = threading.Barrier(2), []

    def do(name: str) -> None:
        together.wait()
        try:
            getattr(undelivered, name)(email_id=email.pk, reason="Mended", actor="user:1", at=timezone.now())
        except undelivered.NotPossibleError as error:
            told.append(str(error))
        connection.close()

    threads = [threading.Thread(target=do, args=[name]) for name in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    [said] = told
    assert said in {undelivered.WHY_NOT[S.READY], undelivered.WHY_NOT[S.CLOSED]}
    [done] = AuditEvent.objects.filter(event__in=ACTS.values())
    assert kept(email).state == (S.CLOSED if done.event == ACTS["close"] else S.READY)


@pytest.mark.django_db
def test_a_link_that_is_too_old_is_not_sent_again(client: Client, applicant: Applicant):
    client.post(reverse("account_reset_password"), {"email": applicant.user.email})
    email = OutgoingEmail.objects.get()
    OutgoingEmail.objects.update(state=S.DEAD)
    late = AT + timedelta(hours=2)

    with pytest.raises(undelivered.NotPossibleError, match="no longer works"):
        undelivered.send_again(email_id=email.pk, reason="Mended", actor="user:1", at=late)

    assert kept(email).state == S.DEAD
    undelivered.send_again(email_id=email.pk, reason="Mended", actor="user:1", at=email.created_at)
    assert kept(email).state == S.READY


@pytest.mark.django_db
@pytest.mark.parametrize("state", [S.SENT, S.UNCERTAIN])
def test_what_comes_back_waits_for_staff_without_its_text(monkeypatch: pytest.MonkeyPatch, state: str):
    email = message(state, sent_at=AT)

    for _ in range(2):
        monkeypatch.setattr("sys.stdin", returned(email.message_id))
        call_command("receive_bounce", stdout=None)

    bounced = kept(email)
    assert (bounced.state, bounced.last_error, bounced.text) == (S.BOUNCED, "smtp; 550 no such mailbox", "")
    assert list(OutgoingEmail.objects.filter(undelivered.waits_for_staff())) == [bounced]
    assert AuditEvent.objects.filter(event="portal.email_bounced").count() == 1


@pytest.mark.django_db
def test_what_was_never_sent_does_not_come_back(monkeypatch: pytest.MonkeyPatch):
    email = message(S.READY)
    before = everything()

    with pytest.raises(IllegalMoveError):
        undelivered.record_bounce(message_id=email.message_id, detail="550", at=AT)
    for message_id in (email.message_id, "<unknown@commission.example>"):
        monkeypatch.setattr("sys.stdin", returned(message_id))
        with pytest.raises(CommandError):
            call_command("receive_bounce")

    assert everything() == before
