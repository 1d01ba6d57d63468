"""The warning two minutes before a session ends, and what happens to what was being written."""

import re
import time
from importlib import import_module

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from applicants.models import CorrectionRequest
from applicants.session_clock import SEEN
from tests.browser.support import fill_sign_in, heading, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
STATEMENT = "My graduation date is one year off."


def leave_seconds(page: Page, seconds: int) -> None:
    """Let the page's session have so many seconds left, as the server sees it."""
    [cookie] = [one for one in page.context.cookies() if one["name"] == settings.SESSION_COOKIE_NAME]
    session = import_module(settings.SESSION_ENGINE).SessionStore(cookie["value"])
    session[SEEN] = int(time.time()) - settings.SESSION_IDLE_SECONDS + seconds
    session.save()


def open_form(page: Page, number: str) -> None:
    page.clock.install()
    sign_in(page, number)
    page.goto("/account/corrections/new/")
    page.locator("[name=topic]").last.dispatch_event("click")
    page.locator("[name=statement]").fill(STATEMENT)


def test_a_person_is_warned_and_stays_signed_in(watched_page, person):
    page = watched_page
    open_form(page, person.identification_number)
    dialog = page.get_by_role("dialog", name="Are you still there?")
    page.clock.fast_forward("01:30:00")
    expect(dialog).to_be_hidden()

    leave_seconds(page, 110)
    page.clock.fast_forward("28:10")
    expect(dialog).to_contain_text("Your session ends in two minutes.")
    dialog.get_by_role("button", name="Stay signed in").click()

    expect(dialog).to_be_hidden()
    expect(page.locator("[name=statement]")).to_have_value(STATEMENT)
    page.locator("main").get_by_role("button").last.click()
    expect(page).to_have_url(re.compile("/account/corrections/$"))
    assert CorrectionRequest.objects.get().statement == STATEMENT


def test_what_was_sent_too_late_waits_for_the_person(watched_page, watch, person):
    page = watched_page
    open_form(page, person.identification_number)
    leave_seconds(page, -5)
    page.clock.fast_forward("02:00:10")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Your session has ended")
    dialog.get_by_role("button", name="Back to the page").click()
    page.locator("main").get_by_role("button").last.click()
    expect(page).to_have_url(re.compile("/accounts/login/"))
    assert not CorrectionRequest.objects.exists()

    fill_sign_in(page, person.identification_number)

    expect(heading(page)).to_contain_text("your answers were kept")
    expect(page.locator("main")).to_contain_text(STATEMENT)
    page.get_by_role("button", name="Send these answers now").click()
    expect(page).to_have_url(re.compile("/account/corrections/$"))
    assert CorrectionRequest.objects.get().statement == STATEMENT
