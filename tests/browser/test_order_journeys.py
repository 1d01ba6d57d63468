"""A physician orders status reports, from sign-in to the confirmation of the authority."""

import email
import re
from email.policy import default

import pytest
from django.conf import settings
from playwright.sync_api import expect

from cvs.models import IssuedReport, ReportRequest
from cvs.states import RequestState
from payments.models import Payment
from payments.states import PaymentState
from tests.browser.support import (
    ARIZONA,
    CALIFORNIA,
    CONSENTS,
    KNOWS_NOT_CERTIFIED,
    TEXAS,
    confirm_details,
    fill_sign_in,
    go_to_payment_page,
    heading,
    pay_by_card,
    press_continue,
    row,
    sign_in,
    tick,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

CHOSEN = {ARIZONA, CALIFORNIA, TEXAS}


def states():
    """Names of the authorities of all requests with the state of each."""
    return dict(ReportRequest.objects.values_list("authority__name", "state"))


def test_three_reports_are_ordered_paid_sent_verified_and_acknowledged(watched_page, site, person, work_off):
    page = watched_page
    sign_in(page, "0-482-137-5")
    page.get_by_role("link", name="Order status reports").first.click()
    page.get_by_role("button", name="Yes, continue").click()

    search_and_choose(page)
    press_continue(page)
    refuse_without_consent(page)
    go_to_payment_page(page, site)
    pay_by_card(page)
    reference = confirmed(page)
    work_off()

    tracked(page, reference)
    said = told(site, received(site, person)[0])
    verified(page, said)
    acknowledged(page, said, reference)


def search_and_choose(page):
    """Find California by the beginning of its name, choose it and two others."""
    page.get_by_label("Find an authority").fill("calif")
    expect(page.locator("label.picker__row:visible")).to_have_count(2)
    expect(page.locator("[data-live]")).to_have_text("2 authorities shown")
    tick(page, CALIFORNIA)
    page.get_by_label("Find an authority").fill("")
    tick(page, ARIZONA, TEXAS)
    expect(page.get_by_role("complementary").locator("[data-count]")).to_have_text("3")
    expect(page.get_by_role("complementary").locator("[data-total]")).to_have_text("$198.00")


def refuse_without_consent(page):
    """Press Pay with nothing agreed to: both errors stand in the summary, which has the focus, and at their fields."""
    page.get_by_role("button", name="Pay $198.00").click()
    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("listitem")).to_have_text(
        [
            "Confirm that you want to send a report that says you are not certified",
            "Confirm that we may release your certification status",
        ]
    )
    at_fields = page.locator("form .usa-error-message").all_inner_texts()
    assert [text.removeprefix("Error:").strip() for text in at_fields] == summary.get_by_role(
        "listitem"
    ).all_inner_texts()
    assert Payment.objects.count() == 0
    assert set(states().values()) == {RequestState.AWAITING_PAYMENT}


def confirmed(page):
    """Return the order number of the confirmation, after comparing page and rows."""
    expect(heading(page)).to_have_text("Payment received")
    payment = Payment.objects.get()
    assert (payment.state, payment.total_cents, payment.due_cents) == (PaymentState.PAID, 19800, 19800)
    assert states() == dict.fromkeys(CHOSEN, RequestState.FUNDED)
    expect(page.locator(".panel .ref")).to_have_text(payment.order.reference)
    expect(page.get_by_role("complementary")).to_contain_text("$198.00")
    return payment.order.reference


def tracked(page, reference):
    """The tracking page shows all three as sent, and so do the rows."""
    page.get_by_role("link", name="Track this order").click()
    expect(page).to_have_url(re.compile(f"/reports/{reference}/$"))
    expect(page.locator("#order-status")).to_have_text("3 of 3 sent")
    expect(page.locator("tbody td[data-label=Status]")).to_have_text(["Sent", "Sent", "Sent"])
    assert states() == dict.fromkeys(CHOSEN, RequestState.DISPATCHED)


def received(site, person):
    """Return the reports' messages: one to each authority with a PDF, none with an attachment to the physician."""
    messages = site.mailbox.messages()
    with_files = [message for message in messages if message.attachments]
    addresses = set(ReportRequest.objects.values_list("authority__email", flat=True))
    assert len(with_files) == 3
    assert {message.envelope_to for message in with_files} == {(address,) for address in addresses}
    assert all(site.mailbox.attachment(message).startswith(b"%PDF-") for message in with_files)
    to_physician = [message for message in messages if message.envelope_to == (person.user.email,)]
    assert to_physician
    assert all(message.attachments == () for message in to_physician)
    return with_files


def told(site, message):
    """What the message of a report says, by the words in front of each colon."""
    body = email.message_from_bytes(site.mailbox.raw(message.key), policy=default).get_body(("plain",))
    lines = body.get_content().splitlines()
    return dict(line.split(": ", 1) for line in lines if ": " in line)


def verified(page, said):
    """Type the code and the date of the message into the verify page: the report is genuine."""
    page.goto("/verify/")
    page.get_by_label("Verification code").fill(said["Verification code"])
    page.get_by_label("date").fill(said["Report date"])
    page.get_by_role("button", name="Verify").click()
    expect(page.locator("main").get_by_role("status")).to_contain_text("This report is genuine")
    expect(page.locator("dl.summary")).to_contain_text(said["Report"])


def acknowledged(page, said, reference):
    """Open the link of the message, confirm; only that authority's row turns to Opened."""
    page.goto(said["Confirm that you received it"])
    expect(heading(page)).to_have_text("Did you receive this report?")
    page.get_by_role("button", name="Yes, we received this report").click()
    expect(heading(page)).to_have_text("You have confirmed this report")

    name = IssuedReport.objects.get(number=said["Report"]).request.authority.name
    page.goto(f"/reports/{reference}/")
    line = page.get_by_role("row", name=name)
    expect(line.locator("td[data-label=Status]")).to_have_text("Opened")
    expect(page.get_by_role("definition").filter(has_text="1 of 3")).to_have_count(1)
    assert states() == dict.fromkeys(CHOSEN, RequestState.DISPATCHED) | {name: RequestState.DELIVERED}


def test_without_javascript_choices_are_kept_removed_and_paid(open_page, site, person):
    page = open_page(java_script_enabled=False)
    sign_in(page, person.identification_number)
    confirm_details(page)

    for words, name in (("calif", CALIFORNIA), ("texas", TEXAS), ("arizona", ARIZONA)):
        page.get_by_label("Find an authority").fill(words)
        page.get_by_role("button", name="Filter list").click()
        expect(page.locator("[data-live]")).to_contain_text(f"match “{words}”")
        tick(page, name)
    page.get_by_role("button", name="Filter list").click()
    chosen = page.locator("ul.chosen li > span")
    expect(chosen).to_have_text([ARIZONA, CALIFORNIA, TEXAS])
    assert states() == dict.fromkeys(CHOSEN, RequestState.AWAITING_PAYMENT)
    page.get_by_role("button", name=f"Remove {TEXAS}").click()
    expect(chosen).to_have_text([ARIZONA, CALIFORNIA])
    press_continue(page)
    expect(page.get_by_role("cell", name="$132.00")).to_be_visible()
    go_to_payment_page(page, site)
    pay_by_card(page)

    expect(heading(page)).to_have_text("Payment received")
    assert Payment.objects.get().total_cents == 13200
    assert states() == dict.fromkeys({ARIZONA, CALIFORNIA}, RequestState.FUNDED)


def press_tab_until(page, wanted, most=12):
    """Press Tab until `wanted` has the focus; fails after `most` times."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    focused = page.evaluate("document.activeElement.outerHTML")
    pytest.fail(f"{wanted} has no focus after {most} times Tab, but {focused}")


def test_keyboard_alone_chooses_agrees_and_reaches_the_payment_page(watched_page, site, person):
    page = watched_page
    sign_in(page, person.identification_number)
    page.goto("/reports/new/details/")
    skip = page.get_by_role("link", name="Skip to main content")

    press_tab_until(page, skip, most=1)
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    press_tab_until(page, page.get_by_role("button", name="Yes, continue"), most=2)
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("Which licensing authorities should get your report?")
    # The address keeps #main through the redirect, so the keyboard is past the navigation already.
    search = page.get_by_label("Find an authority")
    press_tab_until(page, search, most=2)
    page.keyboard.type("medical board of california")
    expect(page.locator("label.picker__row:visible")).to_have_count(2)
    expect(search).to_be_focused()
    box = row(page, CALIFORNIA).get_by_role("checkbox")
    press_tab_until(page, box, most=2)
    page.keyboard.press("Space")
    expect(box).to_be_checked()
    expect(box).to_be_focused()
    press_tab_until(page, page.get_by_role("complementary").get_by_role("button", name="Continue"), most=3)
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("Check your order before you pay")
    agreed_by_keyboard(page)

    expect(page).to_have_url(re.compile(f"^{re.escape(site.double.base_url)}/"))
    assert states() == {CALIFORNIA: RequestState.PAYMENT_PENDING}
    assert Payment.objects.get().state == PaymentState.OPEN


def agreed_by_keyboard(page):
    """Press Pay too early, follow the first error to its box, tick both boxes with Space, and press Pay."""
    pay = page.get_by_role("button", name="Pay $66.00")
    press_tab_until(page, pay, most=20)
    page.keyboard.press("Enter")
    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    press_tab_until(page, summary.get_by_role("link").first, most=1)
    page.keyboard.press("Enter")
    knows = page.get_by_label(KNOWS_NOT_CERTIFIED)
    expect(knows).to_be_focused()
    page.keyboard.press("Space")
    expect(knows).to_be_checked()
    consents = page.get_by_label(CONSENTS)
    press_tab_until(page, consents, most=1)
    page.keyboard.press("Space")
    expect(consents).to_be_checked()
    press_tab_until(page, pay, most=1)
    page.keyboard.press("Enter")


def test_choices_survive_a_session_that_ends_in_mid_form(watched_page, person):
    page = watched_page
    sign_in(page, person.identification_number)
    confirm_details(page)
    tick(page, ARIZONA, TEXAS)

    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    press_continue(page)
    expect(heading(page)).to_have_text("Sign in")
    assert states() == {}
    fill_sign_in(page, person.identification_number)
    expect(heading(page)).to_have_text("Are these contact details correct?")
    page.get_by_role("button", name="Yes, continue").click()

    expect(page.locator("ul.chosen li > span")).to_have_text([ARIZONA, TEXAS])
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(2)
    press_continue(page)
    expect(page.get_by_role("button", name="Pay $132.00")).to_be_visible()
    assert states() == dict.fromkeys({ARIZONA, TEXAS}, RequestState.AWAITING_PAYMENT)
