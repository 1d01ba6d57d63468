"""The main job step by step; each step ends on something a person can see."""

import email
import hashlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from django.apps import apps

from portal.sealing.check import check_seal, load_roots
from sandbox.authenticator import code_of
from sandbox.demo.visitor import Field, Page, PageError, Visitor
from sandbox.mailbox.client import MailboxControl
from sandbox.mailbox.store import StoredMessage
from sandbox.stack import Stack

AUTHORITY = "Medical Board of California"
GENUINE = "This report is genuine"
CARD = {
    "method": "card",
    "email": "physician@example.org",
    "card_number": "4242 4242 4242 4242",
    "card_expiry": "12 / 34",
    "card_cvc": "123",
    "card_name": "Test Physician",
}
_REPORT_SECONDS = 90.0
_PAID_SECONDS = 30.0
_POLL_SECONDS = 0.1

Found = TypeVar("Found")


class JourneyError(RuntimeError):
    """A step did not end as it should; `log` names the process whose log is worth reading."""

    def __init__(self, text: str, log: str) -> None:
        super().__init__(text)
        self.log = log


@dataclass
class Result:
    """What the journey produced; filled step by step."""

    order: str = ""
    report_number: str = ""
    pdf: str = ""
    eml: str = ""
    sha256: str = ""
    verify_url: str = ""


@dataclass
class Journey:
    """One order by the person with this number and password; files go to `folder`."""

    stack: Stack
    username: str
    password: str
    folder: Path
    visitor: Visitor = field(default_factory=Visitor)
    result: Result = field(default_factory=Result)
    pdf: bytes = b""
    message: EmailMessage = field(default_factory=EmailMessage)
    _seen: int = 0

    @property
    def steps(self) -> list[tuple[str, Callable[[], str]]]:
        """Every step with what it does in a few words; each returns what it led to."""
        return [
            ("sign in", self.sign_in),
            ("confirm contact information", self.confirm_contact),
            (f"choose {AUTHORITY}", self.choose_authority),
            ("review and accept", self.review),
            ("pay on the hosted page", self.pay),
            ("payment confirmed", self.wait_until_paid),
            ("report rendered, sealed and mailed", self.receive),
            ("seal checked", self.check_seal),
            ("records compared", self.compare),
            ("verify page asked", self.verify),
        ]

    def sign_in(self) -> str:
        """Sign in with the identification number and a code of the authenticator app, and land on the dashboard."""
        self._seen = max((message.number for message in self._mailbox.messages()), default=0)
        page = self.visitor.open(f"{self.stack.base_url}/accounts/login/")
        page = self.visitor.submit(page.form_with("password"), {"login": self.username, "password": self.password})
        code = code_of(self.username, time.time())
        self._expect(self.visitor.submit(page.form_with("code"), {"code": code}), "/dashboard/")
        return f"as {self.username}"

    def confirm_contact(self) -> str:
        """Step 1 of the order: the contact information on file is right."""
        page = self._unfinished_or_new()
        self._expect(self.visitor.submit(page.form_with("contact")), "/reports/new/authorities/")
        return "details are right"

    def choose_authority(self) -> str:
        """Step 2: tick the box of the authority and go on."""
        form = self.visitor.page.form_with("authority")
        box = next((item for item in form.fields if AUTHORITY in item.label and _is_box(item)), None)
        if box is None:
            raise PageError(f"No box for {AUTHORITY} on {self.visitor.page.url}.")
        self._expect(self.visitor.submit(form, {"authority": box.value, "continue": "1"}), "/orders/review/")
        return f"box {box.value}"

    def review(self) -> str:
        """Step 3: agree to everything asked, and be led to the payment page."""
        form = self.visitor.page.form_with("consent")
        agreed = {item.name: item.value for item in form.fields if _is_box(item) and item.name != "use_credit"}
        page = self.visitor.submit(form, agreed)
        if not page.url.startswith(self.stack.stripe_url):
            raise PageError(f"Expected the payment page, got {page.url} ({page.status}): {page.excerpt()}")
        return f"agreed to {', '.join(sorted(agreed))}"

    def pay(self) -> str:
        """Type the test card into the hosted page and come back."""
        page = self.visitor.submit(self.visitor.page.form_with("card_number"), CARD)
        if not page.url.startswith(self.stack.base_url) or page.status != 200:
            raise PageError(f"Expected to be back at the portal, got {page.url} ({page.status}): {page.excerpt()}")
        found = re.search(r"/orders/([^/]+)/confirmation/", page.url)
        if found is None:
            raise PageError(f"No order number in {page.url}.")
        self.result.order = found[1]
        return f"order {found[1]}"

    def wait_until_paid(self) -> str:
        """Ask our own record until the webhook, or the return page, has made the order paid."""
        orders = apps.get_model("payments", "Order")._default_manager
        self._wait(
            lambda: orders.filter(reference=self.result.order, state="paid").first(),
            _PAID_SECONDS,
            f"Order {self.result.order} was not paid",
            log="worker-payments",
        )
        return "paid"

    def receive(self) -> str:
        """Wait for the authority's message, and keep it and the PDF in it."""
        stored = self._wait(self._arrived, _REPORT_SECONDS, "No report arrived in the mailbox", log="worker-render")
        raw = self._mailbox.raw(stored.key)
        self.message = email.message_from_bytes(raw, policy=default)
        self.pdf = self._mailbox.attachment(stored, _pdf_of(stored))
        self.folder.mkdir(parents=True, exist_ok=True)
        pdf = self.folder / stored.attachments[_pdf_of(stored)].filename
        eml = self.folder / f"{pdf.stem}.eml"
        pdf.write_bytes(self.pdf)
        eml.write_bytes(raw)
        self.result.pdf, self.result.eml = str(pdf), str(eml)
        self.result.sha256 = hashlib.sha256(self.pdf).hexdigest()
        return f"{len(self.pdf) // 1024} KB to {', '.join(stored.envelope_to)}"

    def check_seal(self) -> str:
        """Check the seal as anybody can, with the root certificate alone."""
        root = Path(self.stack.environment["SEAL_CHAIN_PATH"]).with_name("root.pem")
        check = check_seal(self.pdf, load_roots(root))
        if not check.genuine:
            raise JourneyError(f"The seal of {self.result.pdf} does not hold: {check}", "worker-render")
        return check.signer

    def compare(self) -> str:
        """The bytes that arrived are those on record, and those that the message names."""
        reports = apps.get_model("cvs", "IssuedReport")._default_manager
        report = reports.filter(
            sha256=self.result.sha256, request__order_line__order__reference=self.result.order
        ).first()
        if report is None:
            raise JourneyError(
                f"No report of order {self.result.order} has the SHA-256 of the attachment.", "worker-mail"
            )
        named = str(self.message["X-SHA256"]).strip()
        if named != self.result.sha256:
            raise JourneyError(
                f"The message names SHA-256 {named}, its attachment has {self.result.sha256}.", "worker-mail"
            )
        self.result.report_number = report.number
        self.result.verify_url = f"{self.stack.base_url}/v/{report.url_code}/"
        return f"SHA-256 {self.result.sha256[:16]}… three times the same"

    def verify(self) -> str:
        """Check the report as the authority does, without signing in: typed from the message, and by the QR code."""
        told = dict(re.findall(r"^(Report date|Verification code|Check it at): (.+)$", self._body(), re.MULTILINE))
        if len(told) != 3:
            raise JourneyError(f"The message does not say how the report is checked: {self._body()}", "worker-mail")
        authority = Visitor()
        form = authority.open(told["Check it at"]).form_with("code")
        typed = authority.submit(form, {"code": told["Verification code"], "date": told["Report date"]})
        for page in (typed, authority.open(self.result.verify_url)):
            if page.status != 200 or GENUINE not in page.text or self.result.report_number not in page.text:
                raise JourneyError(f"{page.url} ({page.status}) says: {page.excerpt()}", "web")
        return "genuine by code and by QR address"

    def _body(self) -> str:
        body = self.message.get_body(("plain",))
        return str(body.get_content()) if body else ""

    @property
    def _mailbox(self) -> MailboxControl:
        return MailboxControl(self.stack.mailbox_url, self.stack.ports.smtp)

    def _unfinished_or_new(self) -> Page:
        page = self.visitor.open("/reports/new/details/")
        if "contact" not in {name for form in page.forms for name in form.names()}:
            raise PageError(f"Expected the contact information, got {page.url} ({page.status}): {page.excerpt()}")
        return page

    def _expect(self, page: Page, path: str) -> None:
        if page.status != 200 or urlsplit(page.url).path != path:
            raise PageError(f"Expected {path}, got {page.url} ({page.status}): {page.excerpt()}")

    def _arrived(self) -> StoredMessage | None:
        with_pdf = (message for message in self._mailbox.messages(self._seen) if _has_pdf(message))
        return next(with_pdf, None)

    def _wait(self, probe: Callable[[], Found | None], seconds: float, what: str, *, log: str) -> Found:
        deadline = time.monotonic() + seconds
        while (found := probe()) is None:
            if time.monotonic() > deadline:
                raise JourneyError(f"{what} within {seconds:g} s.", log)
            time.sleep(_POLL_SECONDS)
        return found


def _is_box(item: Field) -> bool:
    return item.kind == "checkbox"


def _has_pdf(message: StoredMessage) -> bool:
    return (
        any(item.content_type == "application/pdf" for item in message.attachments)
        and "report" in message.subject.lower()
    )


def _pdf_of(message: StoredMessage) -> int:
    return next(item.position for item in message.attachments if item.content_type == "application/pdf")
