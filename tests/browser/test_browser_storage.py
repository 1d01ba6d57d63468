"""What a browser keeps once a person is done: cookies that are named, and nothing about anybody."""

import json

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from tests.browser.support import (
    CALIFORNIA,
    go_to_payment_page,
    heading,
    order_up_to_review,
    pay_by_card,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

COOKIES = {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.DEVICE_COOKIE_NAME, "messages"}
KEPT = """async () => ({
  local: Object.entries(localStorage),
  session: Object.entries(sessionStorage),
  databases: (await indexedDB.databases()).map((one) => one.name),
  caches: await caches.keys(),
  workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""
# htmx notes the address of the page that it polls; an address holds no name, number or birth date.
OF_HTMX = {"htmx-current-path-for-history"}


def expect_nothing_personal(page: Page) -> None:
    # What scripts of the portal could find again in this browser.
    found = page.evaluate(KEPT)
    assert (found["local"], found["databases"], found["caches"], found["workers"]) == ([], [], [], 0)
    assert {key for key, _ in found["session"]} <= OF_HTMX
    said = json.dumps(found)
    assert not any(word in said for word in ("Testperson", "4821375", "0-482-137-5", "1990"))
    cookies = page.context.cookies(page.url)
    assert {cookie["name"] for cookie in cookies} <= COOKIES
    assert all(cookie["httpOnly"] for cookie in cookies)


def test_after_an_order_the_browser_keeps_nothing_but_named_cookies(watched_page, site, person):
    page = watched_page
    order_up_to_review(page, person.identification_number, [CALIFORNIA])
    expect_nothing_personal(page)
    go_to_payment_page(page, site)
    pay_by_card(page)
    expect(heading(page)).to_have_text("Payment received")
    expect_nothing_personal(page)

    page.get_by_role("link", name="Track this order").click()
    expect(page.locator("#order-status")).to_be_visible()
    expect_nothing_personal(page)
    page.get_by_role("navigation", name="Main").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()

    expect_nothing_personal(page)
