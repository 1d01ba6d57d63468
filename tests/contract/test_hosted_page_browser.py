"""The hosted page in a real browser: accessible, without requests to elsewhere, and working without JavaScript."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.contract.orders import order, read

pytestmark = [pytest.mark.contract, pytest.mark.browser]


@pytest.fixture(scope="session")
def base_url():
    """No base address. pytest-playwright's own fixture of this name warns about itself, and warnings are errors."""


@pytest.fixture
def complaints(page):
    """What the browser complains about while a test runs: blocked styles, failed requests."""
    lines: list[str] = []
    page.on("console", lambda message: lines.append(message.text))
    page.on("requestfailed", lambda request: lines.append(request.url))
    return lines


def findings(page):
    """The ids of the accessibility rules that the page breaks."""
    return [violation["id"] for violation in Axe().run(page).response["violations"]]


def fill_card(page, number):
    """Type a card into the form and press Pay."""
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Expiry").fill("12 / 34")
    page.get_by_label("Security code").fill("123")
    page.get_by_label("Name on card").fill("Test Buyer")
    page.get_by_role("button", name="Pay").click()


@pytest.mark.parametrize("width", [320, 1280])
def test_every_page_is_accessible(page, client, double, complaints, width):
    page.set_viewport_size({"width": width, "height": 800})
    session = order(client, double)

    page.goto(session.url)
    page.get_by_text("Test cards and bank accounts").click()
    found = {"form": findings(page)}
    assert complaints == []
    page.get_by_label("US bank account").check()
    found["bank"] = findings(page)
    page.get_by_role("button", name="Pay").click()
    found["errors"] = findings(page)
    page.get_by_label("Card", exact=True).check()
    fill_card(page, "4000002500003155")
    found["authentication"] = findings(page)
    page.get_by_role("button", name="Fail").click()
    found["declined"] = findings(page)
    client.v1.checkout.sessions.expire(session.id)
    page.goto(session.url)
    found["expired"] = findings(page)

    assert found == {name: [] for name in found}
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_only_the_fields_of_the_chosen_method_show(page, client, double):
    page.goto(order(client, double).url)

    assert page.get_by_label("Card number").is_visible()
    assert page.get_by_label("Routing number").is_hidden()
    page.get_by_label("US bank account").check()

    assert page.get_by_label("Card number").is_hidden()
    assert page.get_by_label("Routing number").is_visible()


def test_card_pays_without_javascript(browser, client, double):
    session = order(client, double)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.route("https://portal.example/**", lambda route: route.fulfill(body="thank you"))

    page.goto(session.url)
    fill_card(page, "4242424242424242")
    page.wait_for_url("https://portal.example/**")

    assert page.url == f"https://portal.example/paid?session={session.id}"
    assert read(client, session.id).payment_status == "paid"
    context.close()
