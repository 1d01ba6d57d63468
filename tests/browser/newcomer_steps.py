"""The first steps of a person with nothing but a browser: registration, a passkey, the passport, and the check by staff."""

import email
import re
from datetime import date
from email.policy import default

from playwright.sync_api import Page, expect

from applicants.models import Applicant, IdentityCheck, User
from applicants.numbers import format_identification_number
from portal.audit import actor_label
from tests.browser.identity_steps import check_the_file, review, send_passport
from tests.browser.passkeys import set_up_first_passkey, sign_in_with_passkey, sign_out
from tests.browser.support import CALIFORNIA, Site, go_to_payment_page, heading, pay_by_card, press_continue, tick
from tests.factories.applicants import PASSWORD as STAFF_PASSWORD
from tests.support.sign_in import recovery_codes

ADDRESS = "ama.asante@example.org"
PASSWORD = "seven quiet herons by the river"
BORN = date(1994, 3, 27)
NAME_OF_RECORD = "Ama Adwoa Asantéwaa-Ofori"
SCHOOL = "University of Ghana Medical School"


def register(page: Page, site: Site, work_off) -> str:
    """Answer one topic a page and open the link of the mailbox; returns the number that the last page shows."""
    page.goto("/")
    page.get_by_role("link", name="Create an account").first.click()
    page.locator("main").get_by_role("link", name="Start").click()
    say_who(page)
    page.get_by_label("E-mail address").fill(ADDRESS)
    page.get_by_role("button", name="Send the link").click()
    expect(heading(page)).to_have_text("Check your e-mail")
    assert not User.objects.filter(is_staff=False).exists()

    work_off()
    page.goto(link_to_confirm(site))
    page.get_by_role("button", name="Confirm and go on").click()
    expect(heading(page)).to_have_text("Choose a password")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    save(page)
    return open_account(page)


def save(page: Page) -> None:
    """Press the button below a topic."""
    page.get_by_role("button", name="Save and continue").click()


def say_who(page: Page) -> None:
    """Answer the topics before the e-mail address."""
    expect(heading(page)).to_have_text("Did you have a number before?")
    page.locator("label", has_text=re.compile("^No")).click()
    save(page)
    page.get_by_label("Family name").fill("Asantéwaa-Ofori")
    page.get_by_label("Given names").fill("Ama Adwoa")
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Asantéwaa-Ofori")
    page.get_by_role("button", name="Yes, this is my name").click()
    for label, value in {"Day": BORN.day, "Month": BORN.month, "Year": BORN.year}.items():
        page.get_by_label(label, exact=True).fill(str(value))
    page.get_by_label("Country of birth").select_option("GH")
    page.get_by_label("Citizenship").select_option("GH")
    save(page)
    page.get_by_label("Medical school").fill(SCHOOL)
    page.get_by_label("Country of the school").select_option("GH")
    page.get_by_label("Year of graduation").fill("2020")
    save(page)


def link_to_confirm(site: Site) -> str:
    """Return the link of the only message that has come."""
    (message,) = site.mailbox.messages()
    assert message.envelope_to == (ADDRESS,)
    body = email.message_from_bytes(site.mailbox.raw(message.key), policy=default).get_body(("plain",))
    assert body is not None
    (link,) = re.findall(rf"{re.escape(site.base_url)}/register/confirm/\S+", body.get_content())
    return str(link)


def open_account(page: Page) -> str:
    """Check the answers, agree, and return the number."""
    expect(heading(page)).to_have_text("Check your answers")
    expect(page.locator("dl.summary")).to_contain_text("Asantéwaa-Ofori")
    for text in ("My answers are true", "I agree to the terms"):
        page.locator("label", has_text=text).click()
    page.get_by_role("button", name="Open my account").click()
    expect(heading(page)).to_have_text("Your account is open")
    shown = page.locator("main .ref").inner_text()
    person = Applicant.objects.get()
    assert shown == format_identification_number(person.identification_number)
    assert person.identity_checked_on is None
    return shown


def sign_in_and_add_a_passkey(page: Page, number: str) -> None:
    """Sign in with number and password, set a passkey up, and sign in once more with it alone."""
    page.locator("main").get_by_role("link", name="Sign in").click()
    page.get_by_label("identification number").fill(number)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Set it up now").click()
    set_up_first_passkey(page, "My laptop")
    sign_out(page)
    sign_in_with_passkey(page)
    expect(page).to_have_url(re.compile(r"/dashboard/$"))


def show_passport(page: Page) -> None:
    """From the dashboard, which offers this in place of an order, send the passport."""
    expect(page.get_by_role("link", name="Order status reports")).to_have_count(0)
    page.get_by_role("link", name="Confirm who you are").first.click()
    send_passport(page)
    check_the_file()
    page.goto("/account/identity/")
    expect(heading(page)).to_have_text("We are checking your document")


def come_in_as_staff(page: Page, account: User) -> None:
    """Sign in at the staff door with both factors."""
    page.goto("/staff/")
    expect(page).to_have_url(re.compile(r"/staff/sign-in/"))
    page.get_by_label("E-mail address").fill(account.email)
    page.get_by_label("Password", exact=True).fill(STAFF_PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Code", exact=True).fill(recovery_codes(account)[0])
    page.get_by_role("button", name="Continue").click()


def accept(page: Page, reviewer: User) -> None:
    """In a browser of their own, staff come in by their own door and accept the passport."""
    come_in_as_staff(page, reviewer)
    review(page, BORN)
    assert IdentityCheck.objects.get().decided_by == actor_label(reviewer)


def order(page: Page, site: Site) -> str:
    """Confirm the contact information, choose an authority, and pay; returns the reference of the order."""
    page.goto("/dashboard/")
    page.get_by_role("link", name="Order status reports").first.click()
    complete_contact_details(page)
    expect(heading(page)).to_have_text("Are these contact details correct?")
    expect(page.locator("dl.summary")).to_contain_text(NAME_OF_RECORD)
    page.get_by_role("button", name="Yes, continue").click()
    tick(page, CALIFORNIA)
    press_continue(page)
    go_to_payment_page(page, site)
    pay_by_card(page)
    expect(heading(page)).to_have_text("Payment received")
    assert site.charged_cents() == [6600]
    return page.locator(".panel .ref").inner_text()


def complete_contact_details(page: Page) -> None:
    """Add to the confirmed e-mail address what the registration did not ask."""
    expect(page.get_by_label("E-mail address")).to_have_value(ADDRESS)
    page.get_by_label("Phone number").fill("+233 30 250 0000")
    page.get_by_label("Street address").fill("14 Example Street")
    page.get_by_label("City").fill("Accra")
    page.get_by_label("Country", exact=True).select_option("GH")
    page.get_by_role("button", name="Save and continue").click()
