"""Mail servers with a certificate that proves nothing: no word is said to them."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pytest_django import Settings

from portal import smtp
from portal.smtp import HandOver, Outcome
from tests.support.processes import free_port


def certificate(folder: Path, name: str, *, days: int) -> Path:
    """A file with a key and a certificate for `name` that only the key itself vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    end = datetime.now(UTC) + timedelta(days=days)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=90))
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}-{days}.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + made.public_bytes(Encoding.PEM))
    return file


class Heard:
    """What a mail server was told."""

    def __init__(self) -> None:
        self.words: list[str] = []

    async def handle_MAIL(  # noqa: N802 - aiosmtpd looks for this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take every sender, and note it."""
        self.words.append(address)
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd looks for this name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take every message, and note its text."""
        self.words.append(str(envelope.content))
        return "250 OK"


@contextmanager
def mail_server(security: str, pem: Path, settings: Settings) -> Iterator[Heard]:
    """A mail server with the key and certificate of `pem`, to which the settings point."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    how = {"ssl_context": context} if security == "tls" else {"tls_context": context, "require_starttls": True}
    heard = Heard()
    controller = Controller(heard, hostname="127.0.0.1", port=free_port(), **how)
    controller.start()
    settings.SMTP_SECURITY, settings.EMAIL_HOST, settings.EMAIL_PORT = security, "localhost", controller.port
    yield heard
    controller.stop()


def hand_over() -> tuple[HandOver, list[str]]:
    """Send a message; what came of it, and how often it was said that it is about to leave."""
    message, said = EmailMessage(), []
    message["From"], message["To"], message["Subject"] = "portal@commission.example", "ada@applicants.example", "Hello"
    message.set_content("Text.\n")

    def before_data() -> bool:
        said.append("about to leave")
        return True

    sender, recipient = "portal@commission.example", "ada@applicants.example"
    return smtp.hand_over(message, sender=sender, recipient=recipient, before_data=before_data), said


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_server_whose_certificate_is_vouched_for_gets_the_message(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, security: str
):
    pem = certificate(tmp_path, "localhost", days=30)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))

    with mail_server(security, pem, settings) as heard:
        result, said = hand_over()

    assert (result.outcome, said) == (Outcome.ACCEPTED, ["about to leave"])
    assert heard.words[0] == "portal@commission.example"
    assert "Text." in heard.words[1]


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize(
    ("name", "days", "is_vouched_for"),
    [("localhost", 30, False), ("mail.elsewhere.example", 30, True), ("localhost", -1, True)],
    ids=["nobody vouches for it", "another name", "its time is over"],
)
def test_a_server_whose_certificate_proves_nothing_is_told_nothing(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, security: str, name: str, days: int,
    is_vouched_for: bool,
):  # fmt: skip
    pem = certificate(tmp_path, name, days=days)
    if is_vouched_for:
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))

    with mail_server(security, pem, settings) as heard:
        result, said = hand_over()

    assert (result.outcome, result.reply) == (Outcome.NOT_NOW, "Mail server not reached: SSLCertVerificationError")
    assert said == []
    assert heard.words == []
