"""What comes out of a printer, and how much a person with a slow connection has to wait for."""

import gzip
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

from cvs import emails
from cvs.models import IssuedReport, ReportRequest
from payments.models import Order
from portal.models import OutgoingEmail
from tests.browser.seeding import CERTIFIED, NOT_CERTIFIED, World, make_world
from tests.browser.state import NOBODY
from tests.browser.support import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
EASTERN = ZoneInfo("America/New_York")
KILOBYTE = 1024
MOST_BYTES, MOST_REQUESTS = 90 * KILOBYTE, 10
MOST_STYLE_BYTES, MOST_SCRIPT_BYTES, MOST_EMAIL_BYTES = 30 * KILOBYTE, 5 * KILOBYTE, 12 * KILOBYTE
ONLY_ON_SCREEN = ("Menu", "Sign out", "Skip to main content")


@pytest.fixture
def world(site: Site) -> World:
    """The running portal with people and orders in every state."""
    return make_world(site)


def open_as(world: World, browser: Browser, who: str) -> Page:
    """Return an empty page of a browser that has loaded nothing yet, signed in as `who`."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    if who:
        session = {"name": "session", "value": world.sessions[who], "url": world.base_url}
        context.add_cookies([session])  # type: ignore[list-item]  # a SetCookieParam
    return context.new_page()


def printed(page: Page, address: str) -> str:
    """Return the text on paper of the page at `address`."""
    page.goto(address)
    pages = PdfReader(BytesIO(page.pdf(format="Letter"))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_paper_has_number_total_and_date_and_no_navigation(world: World, browser: Browser):
    reference = world.names["sent"]
    paid_at = Order.objects.get(reference=reference).paid_at
    # As the confirmation writes days, in Eastern Time or the physician's: both may be a day behind UTC.
    days = {f"{day:%B} {day.day}, {day.year}" for day in (paid_at, paid_at.astimezone(EASTERN))}
    page = open_as(world, browser, CERTIFIED)

    papers = {
        path: printed(page, world.base_url + path)
        for path in (
            f"/orders/{reference}/confirmation/",
            f"/payments/{reference}/receipt/",
            f"/reports/{reference}/",
        )
    }

    page.context.close()
    for path, text in papers.items():
        assert reference in text, path
        assert "$132.00" in text, path
        assert any(day in text for day in days), f"{path}: {text}"
        assert [words for words in ONLY_ON_SCREEN if words in text] == [], path


def cold_load(world: World, browser: Browser, who: str, path: str) -> tuple[int, list[str]]:
    """Return the bytes that came over the wire and the addresses asked for when `path` is opened for the first time."""
    page = open_as(world, browser, who)
    protocol = page.context.new_cdp_session(page)
    sizes: list[int] = []
    addresses: list[str] = []
    protocol.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    protocol.on("Network.requestWillBeSent", lambda event: addresses.append(event["request"]["url"]))
    protocol.send("Network.enable")
    page.goto(world.base_url + path, wait_until="networkidle")
    page.context.close()
    return sum(sizes), addresses


PAGES = {
    "landing": (NOBODY, "/"),
    "dashboard": (NOT_CERTIFIED, "/dashboard/"),
    "authorities": (NOT_CERTIFIED, "/reports/new/authorities/"),
    "tracking": (CERTIFIED, "/reports/{sent}/"),
}


def test_first_visits_are_light_and_ask_nobody_else(world: World, browser: Browser):
    host = urlsplit(world.base_url).netloc

    loads = {name: cold_load(world, browser, who, path.format(**world.names)) for name, (who, path) in PAGES.items()}

    for name, (size, addresses) in loads.items():
        own = [address for address in addresses if not address.startswith("data:")]
        assert len(own) > 1, name
        assert 0 < size <= MOST_BYTES, f"{name} sends {size} bytes"
        assert len(own) <= MOST_REQUESTS, f"{name} asks for {own}"
        assert {urlsplit(address).netloc for address in own} == {host}, name


def compressed(*files: Path) -> int:
    """Return how many bytes these files take as one, compressed as a web server does."""
    return len(gzip.compress(b"".join(file.read_bytes() for file in files)))


def test_style_sheet_and_scripts_are_small():
    scripts = sorted((ROOT / "static" / "js").glob("*.js"))

    assert 0 < compressed(ROOT / "static" / "build" / "css" / "portal.css") <= MOST_STYLE_BYTES
    assert scripts
    assert compressed(*scripts) <= MOST_SCRIPT_BYTES


def test_every_email_about_a_report_is_light(world: World):
    now = timezone.now()
    request = ReportRequest.objects.get(pk=world.names["request"])
    tell: list[Callable[..., None]] = [emails.tell_sent, emails.tell_opened, emails.tell_problem]

    for say in tell:
        say(request, at=now)
    covering = emails.to_authority(IssuedReport.objects.get(short_code=world.names["genuine"]))

    sizes = {row.template: len(f"{row.text}{row.html}".encode()) for row in OutgoingEmail.objects.all()}
    sizes["to_authority"] = len("".join(covering[1:]).encode())
    assert sizes.keys() >= {"payment_received", "report_sent", "report_acknowledged", "delivery_problem"}
    assert {name: size for name, size in sizes.items() if size > MOST_EMAIL_BYTES} == {}
