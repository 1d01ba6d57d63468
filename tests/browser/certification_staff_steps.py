"""What staff and the school's official do so that a physician can be certified."""

import email
import re
from datetime import timedelta
from email.policy import default

from django.utils import timezone
from playwright.sync_api import Page, expect

from certification.services.imports import working
from portal.eastern import eastern_date
from tests.browser.certification_steps import scan
from tests.browser.support import Site

OFFICIAL, OFFICIAL_ADDRESS = "Efua Owusu", "registrar@school.example"


def open_first(page: Page, queue: str) -> None:
    """Open the record of a queue that has waited longest."""
    page.goto(f"/staff/certification/{queue}/")
    page.locator("#result_list tbody a").first.click()


def take_and_check(page: Page) -> None:
    """Take the record that is open and tick every check."""
    page.get_by_role("button", name="Review this").click()
    boxes = page.locator("#id_checks input")
    assert boxes.count()
    for box in boxes.all():
        box.check()


def accept_application(page: Page) -> None:
    """Decide about the Application for Certification."""
    open_first(page, "application")
    take_and_check(page)
    page.get_by_role("button", name="Accept", exact=True).click()
    expect(page.get_by_text("Accepted. The degree is on record, and the person was told.")).to_be_visible()


def accept_credential(page: Page, kind: str) -> None:
    """Compare a document with the record and have it sent to the school."""
    page.goto("/staff/certification/credential/")
    page.get_by_role("row", name=kind).get_by_role("link").first.click()
    picture = page.get_by_alt_text("Page 1 of the file")
    expect(picture).to_be_visible()
    page.get_by_role("button", name="Review this").click()
    for box in page.locator("#id_checks .review-box input:not(#id_title_by_hand)").all():
        box.check()
    page.get_by_role("button", name="Accept for verification with the school").click()
    expect(page.get_by_text("the request to the school is prepared")).to_be_visible()


def put_official_on_list(page: Page) -> None:
    """From the request that nobody of the school can answer yet, put the registrar on the school's list."""
    open_first(page, "verificationrequest")
    page.get_by_role("link", name="Add somebody").click()
    page.get_by_label("Name:").fill(OFFICIAL)
    page.get_by_label("Title:").fill("Registrar")
    page.get_by_label("Email:").fill(OFFICIAL_ADDRESS)
    page.get_by_label("Where the school told us:").fill("Letter of the dean, with the seal of the school")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()


def links_of_official(site: Site) -> list[str]:
    """The links in the messages to the official, in the order of the requests, as the messages may come in any."""
    found = []
    for message in sorted(site.mailbox.messages(), key=lambda one: one.subject):
        if message.envelope_to == (OFFICIAL_ADDRESS,):
            body = email.message_from_bytes(site.mailbox.raw(message.key), policy=default).get_body(("plain",))
            assert body is not None
            found += re.findall(rf"{re.escape(site.base_url)}/school/answer/\S+", body.get_content())
    return found


def answer_for_school(page: Page, link: str, *, transcript: bool) -> None:
    """As the official, without an account, open the request and confirm it; the transcript comes with the diploma."""
    page.goto(link)
    page.get_by_role("button", name="Open the request").click()
    expect(page.get_by_alt_text("Page 1 of the document")).to_be_visible()
    for question in page.get_by_role("group").filter(has=page.get_by_label("Yes", exact=True)).all():
        question.locator("label", has_text="Yes").first.click()
    page.locator("label", has_text="Yes, our school confirms it").click()
    if transcript:
        page.get_by_label("Final transcript").set_input_files(scan("Transcript sent by the school"))
    page.locator("label", has_text="I am this person, and I may answer for the school").click()
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")


def accept_answer(page: Page) -> None:
    """Decide about the answer of the school that has waited longest."""
    page.goto("/staff/certification/verificationrequest/?state__exact=answered")
    page.locator("#result_list tbody a").first.click()
    page.get_by_label(re.compile("^Reason, or question to the school")).fill("Signatory and seal agree with the list")
    page.get_by_role("button", name="Accept the answer").click()
    expect(page.get_by_text("Accepted: the document is verified.")).to_be_visible()


def import_results(page: Page, number: str) -> None:
    """Import what the examining bodies sent: a dry run, then the whole file."""
    today = eastern_date(timezone.now())
    step_1, step_2, oet = (today - timedelta(days=days) for days in (900, 500, 160))
    month = timedelta(days=28)
    usmle = (
        "identification_number,examination,taken_on,reported_on,result\n"
        f"{number},step_1,{step_1},{step_1 + month},pass\n"
        f"{number},step_2_ck,{step_2},{step_2 + month},pass\n"
    )
    english = (
        "identification_number,taken_on,listening,reading,speaking,writing,released_on\n"
        f"{number},{oet},390,380,400,360,{oet + month}\n"
    )
    import_file(page, "USMLE results", usmle, rows=2)
    import_file(page, "OET Medicine results", english, rows=1)


def import_file(page: Page, kind: str, text: str, *, rows: int) -> None:
    """Upload one file, look at what the check found, and accept it; between them, do what a worker of imports does."""
    page.goto("/staff/certification/fileimport/add/")
    page.get_by_label(kind).check()
    page.get_by_label("File", exact=True).set_input_files(
        {"name": "results.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )
    page.get_by_role("button", name="Upload and check").click()
    working.work_off(at=timezone.now())
    page.reload()
    expect(page.get_by_role("row", name="New")).to_contain_text(str(rows))
    page.get_by_role("button", name="Accept the whole file").click()
    working.work_off(at=timezone.now())
    page.reload()
    expect(page.get_by_text("Written", exact=True)).to_be_visible()


def confirm_license(page: Page) -> None:
    """Ask the licensing authority, and note its answer."""
    open_first(page, "pathwayapplication")
    page.get_by_role("button", name="Asked today").click()
    page.get_by_label("How and from whom the answer came, or what is asked").fill("Letter of the council, by post")
    page.get_by_role("button", name="It confirmed").click()
    expect(page.get_by_text("Nothing stands in the way of acceptance.")).to_be_visible()


def accept_pathway(page: Page) -> None:
    """Decide about the application for a Pathway."""
    take_and_check(page)
    page.get_by_role("button", name="Accept", exact=True).click()
    expect(page.get_by_text("Accepted. The person was told.")).to_be_visible()


def issue(page: Page, says: str) -> None:
    """As one of two, say that the certificate may be issued to the only person on the list."""
    page.goto("/staff/certification/issuecandidate/")
    page.locator("#result_list tbody input[type=checkbox]").check()
    page.get_by_label("Action:").select_option(label="Issue certificate (two people)")
    page.get_by_role("button", name="Go", exact=True).click()
    page.get_by_label("Why it may be issued").fill("Compared with the record")
    page.get_by_role("button", name="Issue certificate (two people)").click()
    expect(page.get_by_text(says)).to_be_visible()
