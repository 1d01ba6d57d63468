"""Hands one message to the mail server, and tells exactly how far it got.

The hand-off protocol (RFC 5321): MAIL and RCPT are asked first; then the caller commits that the message is about to be
handed over; only then comes DATA. Whatever fails before that commit left nothing with the server.
"""

import smtplib
import ssl
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from enum import Enum

from django.conf import settings
from django.utils.encoding import punycode


class Outcome(Enum):
    """What became of one attempt to hand a message over."""

    ACCEPTED = "accepted"
    NOT_NOW = "not now"
    REFUSED = "refused"
    LEASE_LOST = "lease lost"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class HandOver:
    """Outcome of one attempt, with the server's `code` (0 when it gave none) and its words."""

    outcome: Outcome
    code: int
    reply: str


# RFC 5321: 250 requested mail action completed, 251 user not local but forwarded.
OKAY = 250
FORWARDED = 251
PERMANENT = 500


def _answer(code: int, reply: bytes | str) -> HandOver:
    words = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    if code == OKAY:
        return HandOver(Outcome.ACCEPTED, code, f"{code} {words}"[:500])
    outcome = Outcome.REFUSED if code >= PERMANENT else Outcome.NOT_NOW
    return HandOver(outcome, code, f"{code} {words}"[:500])


def _reach() -> smtplib.SMTP:
    if settings.SMTP_SECURITY == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(
            settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=settings.EMAIL_TIMEOUT, context=context
        )
    return smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=settings.EMAIL_TIMEOUT)


def _connect() -> smtplib.SMTP:
    server = _reach()
    try:
        if settings.SMTP_SECURITY == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.EMAIL_HOST_USER:
            server.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
    except BaseException:
        # Without TLS or a sign-in nobody will use, or close, this connection.
        server.close()
        raise
    return server


def _open_envelope(server: smtplib.SMTP, sender: str, recipient: str) -> HandOver | None:
    try:
        server.ehlo_or_helo_if_needed()
        code, reply = server.mail(sender)
        if code == OKAY:
            code, reply = server.rcpt(recipient)
    except (smtplib.SMTPException, OSError) as error:
        return HandOver(Outcome.NOT_NOW, 0, f"Mail server broke off: {type(error).__name__}")
    return None if code in {OKAY, FORWARDED} else _answer(code, reply)


def _send_data(server: smtplib.SMTP, message: EmailMessage) -> HandOver:
    try:
        code, reply = server.data(message.as_bytes(policy=policy.SMTP))
    except smtplib.SMTPDataError as error:
        return _answer(error.smtp_code, error.smtp_error)
    except (smtplib.SMTPException, OSError) as error:
        return HandOver(Outcome.UNKNOWN, 0, f"No answer after DATA: {type(error).__name__}")
    return _answer(code, reply)


def ascii_address(address: str) -> str:
    """Return `address` as mail servers without SMTPUTF8 (RFC 6531) take it: a domain with other letters by its ASCII name.

    Raises UnicodeError (a ValueError) for other letters before the @, which have no ASCII form.
    """
    local_part, at, domain = address.rpartition("@")
    address = f"{local_part}{at}{punycode(domain)}"
    address.encode("ascii")
    return address


def hand_over(message: EmailMessage, *, sender: str, recipient: str, before_data: Callable[[], bool]) -> HandOver:
    """Send `message` to the one `recipient`; `before_data` commits the hand-off and says whether to go on.

    Returns `NOT_NOW` for everything that may be repeated safely (no connection, TLS or sign-in trouble, 4xx), `REFUSED`
    for 5xx, `LEASE_LOST` when `before_data` said no, `UNKNOWN` when the server's last answer never came. Raises nothing
    for trouble with the mail server or the address.
    """
    try:
        address = ascii_address(recipient)
    except UnicodeError:
        return HandOver(Outcome.REFUSED, 0, "The address has letters that mail servers do not take.")
    if address != recipient:
        message.replace_header("To", address)
    try:
        server = _connect()
    except (smtplib.SMTPException, OSError) as error:
        return HandOver(Outcome.NOT_NOW, 0, f"Mail server not reached: {type(error).__name__}")
    # Closed without a polite QUIT, which may wait for a server that stopped answering: the outcome is known by then.
    with closing(server):
        refusal = _open_envelope(server, sender, address)
        if refusal:
            return refusal
        if not before_data():
            return HandOver(Outcome.LEASE_LOST, 0, "The lease was lost before the message was handed over.")
        return _send_data(server, message)
