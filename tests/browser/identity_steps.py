"""How a passport goes from a physician to a reviewer: the steps of both, and of the worker between them."""

import io
from datetime import date

from django.utils import timezone
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from portal.models import Upload
from portal.uploads.services import checking
from tests.browser.support import heading

EXPIRES = date(timezone.now().year + 5, 5, 1)
CHECKS = "/staff/applicants/identitycheck/"


def picture() -> FilePayload:
    """A picture in the size of the page of a passport."""
    target = io.BytesIO()
    Image.new("RGB", (800, 560), (238, 232, 220)).save(target, "PNG")
    return {"name": "passport.png", "mimeType": "image/png", "buffer": target.getvalue()}


def send_passport(page: Page) -> None:
    """Fill the form and send it."""
    page.get_by_label("Passport number").fill("G 765 4321")
    page.get_by_label("Country that issued the passport").select_option("GH")
    for label, value in {"Day": EXPIRES.day, "Month": EXPIRES.month, "Year": EXPIRES.year}.items():
        page.get_by_label(label, exact=True).fill(str(value))
    page.get_by_label("Picture of the passport page").set_input_files(picture())
    page.get_by_role("button", name="Send for checking").click()
    expect(heading(page)).to_have_text("We are checking your file")


def check_the_file() -> None:
    """Do what a worker of uploads does."""
    assert checking.check(Upload.objects.all())
    assert Upload.objects.get().state == "clean"


def review(page: Page, birth_date: date) -> None:
    """As staff, look at the picture, read it, and accept; a wrong birth date is refused first."""
    page.goto(CHECKS)
    page.locator("#result_list tbody a").first.click()
    picture = page.get_by_alt_text("Page 1 of the file")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    page.get_by_role("button", name="Review this").click()
    page.get_by_label("Birth date", exact=True).fill("1999-01-01")
    for box in page.locator("#id_checks [name=checks]").all():
        box.check()
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("The birth date in the document differs from the record")).to_be_visible()
    page.get_by_label("Birth date", exact=True).fill(birth_date.isoformat())
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("Accepted. The person was told")).to_be_visible()
