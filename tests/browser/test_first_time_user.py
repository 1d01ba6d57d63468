"""From nothing but a browser to a report on its way: one person registers, is checked by staff, and orders."""

import re

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page, expect

from applicants.models import Applicant, User
from applicants.numbers import format_identification_number
from applicants.roles import Role
from cvs.models import ReportRequest
from cvs.states import RequestState
from tests.browser.newcomer_steps import ADDRESS, accept, order, register, show_passport, sign_in_and_add_a_passkey
from tests.browser.passkeys import add_virtual_authenticator
from tests.browser.support import Site
from tests.people import staff_in
from tests.support.sign_in import add_authenticators

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def reviewer(site: Site) -> User:
    """Who may check passports and no more, with a second factor: the one account that no browser can open."""
    account = staff_in(Role.CREDENTIAL_REVIEWER)
    add_authenticators([account])
    return account


def test_somebody_with_nothing_but_a_browser_registers_is_checked_and_orders_a_report(
    open_page, site, work_off, reviewer
):
    page = open_page()
    add_virtual_authenticator(page)
    assert not Applicant.objects.exists()

    number = register(page, site, work_off)
    sign_in_and_add_a_passkey(page, number)
    show_passport(page)
    accept(open_page(), reviewer)
    reference = order(page, site)
    work_off()

    track(page, reference)
    received(site)
    only_the_person_and_staff_exist(number)


def track(page: Page, reference: str) -> None:
    """The tracking page shows the report as sent."""
    page.get_by_role("link", name="Track this order").click()
    expect(page).to_have_url(re.compile(f"/reports/{reference}/$"))
    expect(page.locator("tbody td[data-label=Status]")).to_have_text(["Sent"])
    assert ReportRequest.objects.get().state == RequestState.DISPATCHED


def received(site: Site) -> None:
    """The authority has one report; the person has messages without a report and without the number."""
    with_files = [message for message in site.mailbox.messages() if message.attachments]
    (report,) = with_files
    assert report.envelope_to == (ReportRequest.objects.get().authority.email,)
    assert site.mailbox.attachment(report).startswith(b"%PDF-")
    number = Applicant.objects.get().identification_number
    to_person = [message for message in site.mailbox.messages() if message.envelope_to == (ADDRESS,)]
    said = [site.mailbox.raw(message.key).decode() for message in to_person]
    assert said
    assert not any(number in text or format_identification_number(number) in text for text in said)


def only_the_person_and_staff_exist(number: str) -> None:
    """One account came into being, and it opens with a passkey."""
    person = User.objects.get(is_staff=False)
    assert format_identification_number(person.username) == number
    assert set(Authenticator.objects.filter(user=person).values_list("type", flat=True)) == {
        "webauthn",
        "recovery_codes",
    }
    assert Authenticator.objects.exclude(user=person).exists()
