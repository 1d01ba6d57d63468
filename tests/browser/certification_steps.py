"""What a physician does on the way to a certificate and a report: the application, credentials, a Pathway, an order."""

import io
import re
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload, Page, expect

from portal.eastern import eastern_date
from portal.models import Upload
from portal.uploads.services import checking
from tests.browser.newcomer_steps import NAME_OF_RECORD, SCHOOL, complete_contact_details, save
from tests.browser.support import CALIFORNIA, CONSENTS, Site, heading, pay_by_card, press_continue, tick

DEGREE = "Bachelor of Medicine and Bachelor of Surgery (MB ChB)"
BEGAN, GRADUATED, PRINTED = date(2014, 9, 1), date(2020, 7, 15), date(2020, 9, 1)
APPLICATION_CENTS, PATHWAY_CENTS, REPORT_CENTS = 16000, 92500, 6600
DIPLOMA, TRANSCRIPT = "Final medical diploma", "Final transcript"
LICENSED_BY = "Medical and Dental Council of Ghana"


def scan(title: str) -> FilePayload:
    """A picture of a paper with `title` and a seal on it."""
    image = Image.new("RGB", (850, 1100), (252, 250, 244))
    draw = ImageDraw.Draw(image)
    for line, text in enumerate((SCHOOL, title, DEGREE, PRINTED.isoformat())):
        draw.text((120, 160 + 90 * line), text, fill="black", font_size=26)
    draw.ellipse((560, 820, 740, 1000), outline=(140, 20, 20), width=8)
    target = io.BytesIO()
    image.save(target, "PNG")
    return {"name": f"{title.lower().replace(' ', '-')}.png", "mimeType": "image/png", "buffer": target.getvalue()}


def fill_day(page: Page, question: str, day: date) -> None:
    """Fill the three fields of one date."""
    parts = page.get_by_role("group", name=question)
    for label, value in {"Day": day.day, "Month": day.month, "Year": day.year}.items():
        parts.get_by_label(label, exact=True).fill(str(value))


def choose(page: Page, question: str, answer: str) -> None:
    """Choose one of the answers of a question with radio buttons, whose boxes lie outside the screen."""
    page.get_by_role("group", name=question).locator("label", has_text=re.compile(f"^{re.escape(answer)}")).click()


def tick_label(page: Page, text: str) -> None:
    """Tick a box by its words, which is what people see and click."""
    page.locator("main").locator("label", has_text=text).click()


def apply(page: Page, site: Site) -> None:
    """Answer the Application for Certification one topic a page, from the dashboard to the paid fee."""
    page.goto("/dashboard/")
    page.get_by_role("link", name="Go to your application").click()
    page.get_by_role("button", name="Start the application").click()
    expect(page.locator("dl.summary")).to_contain_text(NAME_OF_RECORD)
    page.get_by_role("button", name="Yes, this is right").click()
    list_school(page)
    tell_degree(page)
    tick_label(page, "I have read the information booklet")
    save(page)
    tick_label(page, "I confirm all of this")
    page.get_by_label("Your full name, as your signature").fill(NAME_OF_RECORD)
    page.get_by_role("button", name="Sign and continue").click()
    expect(heading(page)).to_have_text("Check your application")
    expect(page.locator("main")).not_to_contain_text("not found in our list")
    page.get_by_role("button", name="Go on to payment").click()
    pay(page, site, APPLICATION_CENTS)
    page.goto("/dashboard/")
    expect(page.locator("li.task", has_text="Eligible medical school")).to_contain_text("Waiting for us")


def list_school(page: Page) -> None:
    """Type half of the school's name, and choose it from the list that is offered."""
    page.get_by_role("link", name="Add a medical school").click()
    page.get_by_label("Medical school", exact=True).fill("Ghana Medical School")
    page.get_by_label("Country of the school").select_option("GH")
    fill_day(page, "First day", BEGAN)
    fill_day(page, "Last day", GRADUATED)
    page.get_by_label("Credit years earned at this school").fill("6")
    choose(page, "Did or will this school give you your medical degree?", "Yes")
    choose(page, "Did you pass every course there whose credit you use?", "Yes")
    choose(page, "Was the credit for a pre-medical phase only?", "No")
    page.get_by_role("button", name="Save this school").click()
    page.get_by_role("button", name=f"{SCHOOL}, Accra, Ghana").click()
    expect(page.get_by_role("row", name=SCHOOL)).to_contain_text("Gives the degree")
    tick_label(page, "This is every medical school that I attended")
    save(page)


def tell_degree(page: Page) -> None:
    """Title and days of the degree."""
    expect(heading(page)).to_have_text("Your medical degree")
    choose(page, "Have you graduated?", "Yes")
    page.get_by_label("Title of the degree").fill(DEGREE)
    fill_day(page, "Graduation date", GRADUATED)
    fill_day(page, "Date on the diploma", PRINTED)
    save(page)


def pay(page: Page, site: Site, cents: int) -> None:
    """From the order with nothing else in it, pay by card at the payment provider."""
    expect(heading(page)).to_have_text("Check your order before you pay")
    page.get_by_role("button", name=f"Pay ${cents / 100:,.2f}").click()
    expect(page).to_have_url(re.compile(f"^{re.escape(site.double.base_url)}/"))
    pay_by_card(page)
    expect(heading(page)).to_have_text("Payment received")
    assert site.charged_cents()[0] == cents


def check_files() -> None:
    """Do what a worker of uploads does."""
    while checking.check(Upload.objects.all()):
        pass


def send_credential(page: Page, kind: str) -> None:
    """Upload one document of the school, say what is printed on it, and send it when it was checked."""
    page.goto("/credentials/")
    page.get_by_role("link", name=kind, exact=True).click()
    page.locator("#missing").get_by_role("link", name=re.compile("^Upload")).click()
    page.get_by_label("Institution that issued it").fill(SCHOOL)
    page.get_by_label("Your document").set_input_files(scan(kind))
    page.get_by_role("button", name="Upload document").click()
    expect(heading(page)).to_have_text(kind)
    check_files()
    page.reload()
    tell_what_is_printed(page, kind)
    page.get_by_role("button", name="Send for review").click()
    expect(page.get_by_text("Your document waits for a reviewer now.")).to_be_visible()


def tell_what_is_printed(page: Page, kind: str) -> None:
    """Name, title, day and language as they stand on the document."""
    page.get_by_role("link", name="Change what is printed on the document").click()
    expect(page.get_by_label("Your name on the document")).to_have_value(NAME_OF_RECORD)
    if kind == DIPLOMA:
        page.get_by_label("Title of the degree").fill(DEGREE)
    fill_day(page, "Date of issue", PRINTED)
    page.get_by_label("Language of the document").select_option("en")
    page.get_by_role("button", name="Save").click()


def apply_for_pathway(page: Page, site: Site) -> int:
    """Apply on a license, pay, and return the season."""
    page.goto("/dashboard/")
    page.get_by_role("link", name="Go to Pathways").click()
    page.get_by_role("link", name="Apply for a Pathway").click()
    choose(page, "Do you hold, or did you ever hold", "Yes")
    page.get_by_role("button", name="Continue", exact=True).click()
    describe_license(page)
    check_files()
    page.reload()
    expect(page.get_by_text("Something is missing")).to_have_count(0)
    (season,) = re.findall(r"Pathway 1, season (\d{4})", page.locator("main").inner_text())
    tick_label(page, "What I entered is true and complete")
    page.get_by_role("button", name="Send and go to the fee").click()
    pay(page, site, PATHWAY_CENTS)
    return int(season)


def describe_license(page: Page) -> None:
    """The license, with its copy."""
    page.get_by_label("Licensing authority").fill(LICENSED_BY)
    page.get_by_label("Country of the license").select_option("GH")
    page.get_by_label("License or registration number").fill("MDC/RN/04417")
    choose(page, "What kind of license is it?", "Full license or registration")
    choose(page, "Does it permit you to practice without supervision?", "Yes")
    choose(page, "Have you met all requirements to practice", "Yes")
    choose(page, "Was there ever a disciplinary action", "No")
    fill_day(page, "Valid from", eastern_date(timezone.now()) - timedelta(days=1400))
    page.get_by_label("Copy of the license").set_input_files(scan("License"))
    save(page)
    expect(heading(page)).to_have_text("Check and send")


def order_report(page: Page, site: Site) -> None:
    """Order a status report to one authority, and pay."""
    page.goto("/dashboard/")
    page.get_by_role("link", name="Order status reports").first.click()
    complete_contact_details(page)
    page.get_by_role("button", name="Yes, continue").click()
    tick(page, CALIFORNIA)
    press_continue(page)
    tick_label(page, CONSENTS)
    pay(page, site, REPORT_CENTS)


@dataclass(frozen=True)
class ShownCertificate:
    """A certificate as the person's page shows it."""

    number: str
    issued_on: str
    valid_through: str


def wait_for_certificate(page: Page) -> None:
    """Read that everything is met, and what happens now."""
    page.goto("/dashboard/")
    expect(page.get_by_text("7 of 8 requirements met")).to_be_visible()
    page.get_by_role("link", name="See what happens now").click()
    expect(page.get_by_text("Two members of our staff check your record once more.")).to_be_visible()


def see_certificate(page: Page) -> ShownCertificate:
    """From the dashboard, on which everything is met, go to the certificate."""
    page.goto("/dashboard/")
    expect(page.get_by_text("8 of 8 requirements met")).to_be_visible()
    page.locator("li.task", has_text="Certificate").get_by_role("link", name="See it").click()
    expect(heading(page)).to_have_text("Your certificate")
    rows = page.locator("dl.summary dd")
    return ShownCertificate(*(rows.nth(place).inner_text() for place in range(3)))


def download_certificate(page: Page) -> bytes:
    """Get the sealed PDF."""
    with page.expect_download() as started:
        page.get_by_role("link", name="Download your certificate (PDF)").click()
    return started.value.path().read_bytes()


def verify_certificate(page: Page, number: str, issued_on: str) -> None:
    """As anybody, without an account, type what is printed on the certificate."""
    page.goto("/verify/certificate/")
    page.get_by_label("Certificate number").fill(number)
    page.get_by_label("Issue date").fill(issued_on)
    page.get_by_role("button", name="Verify", exact=True).click()
    expect(page.get_by_text("We issued this certificate and it is valid")).to_be_visible()
