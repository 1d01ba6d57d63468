"""What browser tests share: the running site, a strict page, and the steps every order begins with."""

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.conf import settings
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response, expect

from applicants.models import Applicant, User
from applicants.numbers import parse_identification_number
from sandbox.environment import uploads_origin
from sandbox.mailbox.client import MailboxControl
from sandbox.process import PATIENCE_SECONDS
from sandbox.stripe_double.process import StripeDoubleProcess
from tests.factories.applicants import PASSWORD
from tests.support.orders import make_physician
from tests.support.processes import ROOT, process_environment
from tests.support.sign_in import add_authenticators, recovery_codes

CARD = "4242424242424242"
DECLINED_CARD = "4000000000000002"
BUYER = "buyer@example.org"
BANK_ROUTING = "110000000"
BANK_ACCOUNT = "000123456789"
CALIFORNIA = "Medical Board of California"
TEXAS = "Texas Medical Board"
KNOWS_NOT_CERTIFIED = "I know the reports will say I am not certified"
CONSENTS = "You may release my certification status to these authorities"
ARIZONA = "Arizona Medical Board"
# Chromium's own words for a response with an error status; the status is judged by `Watch` itself.
_FAILED_LOAD = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")


@dataclass(frozen=True)
class Site:
    """The running portal at `base_url` with the stand-ins it speaks to."""

    base_url: str
    double: StripeDoubleProcess
    mailbox: MailboxControl

    @property
    def hosts(self) -> set[str]:
        """The only hosts that a page may ask: the portal under its two names, and the payment provider."""
        return {
            urlsplit(address).netloc for address in (self.base_url, uploads_origin(self.base_url), self.double.base_url)
        }

    @property
    def environment(self) -> dict[str, str]:
        """What a process of this site needs to know besides the database."""
        return {
            "BASE_URL": self.base_url,
            "UPLOADS_ORIGIN": uploads_origin(self.base_url),
            "STRIPE_API_BASE": self.double.base_url,
            "SMTP_PORT": str(self.mailbox.smtp_port),
        }

    def charged_cents(self) -> list[int]:
        """What the payment provider has really taken, in cents, one amount per successful charge."""
        asked = urllib.request.Request(
            f"{self.double.base_url}/v1/charges", headers={"Authorization": f"Bearer {settings.STRIPE_SECRET_KEY}"}
        )
        with urllib.request.urlopen(asked, timeout=PATIENCE_SECONDS) as answer:
            return [charge["amount"] for charge in json.load(answer)["data"] if charge["status"] == "succeeded"]

    def work_off(self) -> str:
        """Do what workers and beat do, in a process of its own as the driver's event loop forbids sealing in this one.

        Returns the command's output. Raises `AssertionError` with its errors when it fails.
        """
        done = subprocess.run(
            [sys.executable, "manage.py", "drain"],
            cwd=ROOT,
            env=process_environment(**self.environment),
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@dataclass
class Watch:
    """Collects what pages of one browser do that none should; `allowed` are error statuses that the test expects."""

    hosts: set[str]
    allowed: set[int] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    def follow(self, context: BrowserContext) -> None:
        """Watch every page of `context`, those opened later included."""
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(f"script error: {error.error}"))
        context.on("request", self._request)
        context.on("response", self._response)
        # Chromium also reports a violation on the console, but not always: the event comes for every one.
        context.add_init_script(
            "document.addEventListener('securitypolicyviolation', (event) => console.error("
            "`policy ${event.effectiveDirective} blocks ${event.blockedURI}`))"
        )

    def _console(self, message: ConsoleMessage) -> None:
        failed = _FAILED_LOAD.search(message.text)
        if message.type in {"error", "warning"} and not (failed and int(failed[1]) in self.allowed):
            self.complaints.append(f"console {message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob", "about"} and parts.netloc not in self.hosts:
            self.complaints.append(f"request to elsewhere: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.allowed:
            self.complaints.append(f"{response.status} {response.url}")


def make_person(number: int, password_hash: str, **names: str) -> Applicant:
    """Return a physician with contact information who signs in with `number` and `PASSWORD`, not certified."""
    applicant = make_physician(number, **names)
    applicant.user.password = password_hash
    applicant.user.save(update_fields=["password"])
    add_authenticators([applicant.user])
    return applicant


def sign_in(page: Page, number: str, password: str = PASSWORD) -> None:
    """Sign in on the sign-in page with `number` as typed, and arrive at the dashboard."""
    page.goto("/accounts/login/")
    fill_sign_in(page, number, password)
    expect(page).to_have_url(re.compile(r"/dashboard/$"))


def fill_sign_in(page: Page, number: str, password: str = PASSWORD) -> None:
    """Fill the sign-in form that is open and the second step after it, and press their buttons."""
    page.get_by_label("identification number").fill(number)
    page.get_by_label("Password", exact=True).fill(password)
    page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    fill_code(page, number)


def fill_code(page: Page, number: str) -> None:
    """Fill in a recovery code of the person: another one each time, where an app's code works once in 30 seconds."""
    user = User.objects.get(username=parse_identification_number(number))
    page.get_by_label("Code", exact=True).fill(recovery_codes(user)[0])
    page.locator("main").get_by_role("button", name="Continue").click()


def confirm_details(page: Page) -> None:
    """Step 1 of an order: say that the contact details are right."""
    page.goto("/reports/new/details/")
    page.get_by_role("button", name="Yes, continue").click()
    expect(page).to_have_url(re.compile(r"/reports/new/authorities/$"))


def tick(page: Page, *names: str) -> None:
    """Tick the boxes of these licensing authorities."""
    for name in names:
        row(page, name).get_by_role("checkbox").check()


def row(page: Page, name: str):
    """The row of the list that shows the licensing authority of exactly this name."""
    return page.locator("label.picker__row", has=page.locator("b", has_text=re.compile(f"^{re.escape(name)}$")))


def press_continue(page: Page) -> None:
    """Press the Continue button of the selection."""
    page.get_by_role("complementary").get_by_role("button", name="Continue").click()


def agree(page: Page) -> None:
    """Tick everything that the review asks of a person who is not certified."""
    # The box itself lies outside the screen: its label draws it, and is what people click.
    for text in (KNOWS_NOT_CERTIFIED, CONSENTS):
        page.locator("label", has_text=text).click()
        expect(page.get_by_label(text)).to_be_checked()


def order_up_to_review(page: Page, number: str, names: Iterable[str]) -> None:
    """Sign in, confirm the details, choose `names`, and arrive at the review."""
    sign_in(page, number)
    confirm_details(page)
    tick(page, *names)
    press_continue(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your order before you pay")


def go_to_payment_page(page: Page, site: Site) -> None:
    """Agree, press Pay, and arrive at the payment provider's page on its own origin."""
    agree(page)
    page.get_by_role("button", name="Pay $").click()
    expect(page).to_have_url(re.compile(f"^{re.escape(site.double.base_url)}/"))


def pay_by_card(page: Page, card: str = CARD) -> None:
    """Fill the payment page with a test card and press Pay."""
    values = {
        "E-mail": BUYER,
        "Card number": card,
        "Expiry": "12 / 34",
        "Security code": "123",
        "Name on card": "Test Buyer",
    }
    for label, value in values.items():
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name="Pay").click()


def pay_by_bank(page: Page) -> None:
    """Fill the payment page with the test bank account that pays later and press Pay."""
    page.get_by_label("US bank account").check()
    values = {
        "E-mail": BUYER,
        "Routing number": BANK_ROUTING,
        "Account number": BANK_ACCOUNT,
        "Account holder": "Test Buyer",
    }
    for label, value in values.items():
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name="Pay").click()


def heading(page: Page):
    """The first heading of the page."""
    return page.get_by_role("heading", level=1)
