"""Passkeys in Chromium: set up before the first order, used in place of the password, removed."""

import re

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page, expect

from applicants.models import Applicant
from portal.models import AuditEvent, OutgoingEmail
from tests.browser.passkeys import add_virtual_authenticator, set_up_first_passkey, sign_in_with_passkey, sign_out
from tests.browser.support import confirm_details, heading, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def without_second_factor(person: Applicant) -> None:
    Authenticator.objects.filter(user=person.user).delete()


def sign_in_with_password(page: Page, person: Applicant) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("identification number").fill(person.identification_number)
    page.get_by_label("Password", exact=True).fill("a long password for tests")
    page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(re.compile(r"/dashboard/$"))


def test_passkey_is_set_up_before_the_first_order_and_signs_in_afterwards(watched_page, person):
    page = watched_page
    without_second_factor(person)
    add_virtual_authenticator(page)
    sign_in_with_password(page, person)
    page.goto("/reports/new/details/")
    set_up_first_passkey(page, "My laptop")
    expect(heading(page)).to_have_text("Are these contact details correct?")
    sign_out(page)
    sign_in_with_passkey(page)
    expect(page).to_have_url(re.compile(r"/dashboard/$"))

    confirm_details(page)
    assert set(Authenticator.objects.values_list("user_id", "type")) == {
        (person.user.pk, "webauthn"),
        (person.user.pk, "recovery_codes"),
    }
    newest = AuditEvent.objects.filter(event="applicants.signed_in", actor=f"user:{person.user.pk}").latest("pk")
    assert newest.facts == {"methods": "webauthn"}
    told = OutgoingEmail.objects.filter(to_email=person.user.email, template="security_notice")
    assert any("passkey was set up" in email.text for email in told)


def test_passkey_takes_the_place_of_the_code_after_the_password_and_can_be_removed(watched_page, person):
    page = watched_page
    add_virtual_authenticator(page)
    sign_in(page, person.identification_number)
    page.goto("/accounts/second-factor/passkeys/add/")
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_text("Your passkey is set up.")).to_be_visible()
    sign_out(page)
    page.goto("/accounts/login/")
    page.get_by_label("identification number").fill(person.identification_number)
    page.get_by_label("Password", exact=True).fill("a long password for tests")
    page.locator("main").get_by_role("button", name="Sign in", exact=True).click()

    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(re.compile(r"/dashboard/$"))
    page.goto("/accounts/second-factor/passkeys/")
    page.get_by_role("link", name="Remove").click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("The passkey was removed.")).to_be_visible()

    assert not Authenticator.objects.filter(type="webauthn").exists()


def test_passkey_of_another_site_is_refused_in_words_and_nobody_is_signed_in(watched_page, person):
    page = watched_page
    add_virtual_authenticator(page)

    sign_in_with_passkey(page)

    expect(page.locator("[data-passkey-problem]")).to_have_text(re.compile("No passkey was used"))
    expect(page).to_have_url(re.compile(r"/accounts/login/$"))


def test_without_javascript_nothing_offers_what_would_not_work(open_page, person):
    page = open_page(java_script_enabled=False)

    page.goto("/accounts/login/")

    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    sign_in(page, person.identification_number)
    page.goto("/accounts/second-factor/passkeys/add/")
    expect(page.get_by_role("button", name="Set up")).to_be_hidden()
    expect(page.get_by_text("Passkeys need JavaScript")).to_be_visible()
