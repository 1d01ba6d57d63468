"""The one script of our own, in a real browser: focus, menu, list of authorities, password, single submit."""

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

# The fixtures of the browser plugin are written in a way that pytest 10 will refuse; nothing of ours.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore:Session-scoped fixtures defined as instance methods"),
]

ERRORS = """
<div role="alert" tabindex="-1" data-error-summary><ul>
  <li><a href="#phone">Enter your phone number</a></li><li><a href="#by">Select how</a></li>
</ul></div>
<input id="phone"><div id="by"><input type="radio" id="by_0"><input type="radio" id="by_1"></div>
"""
MENU = """
<button data-menu aria-expanded="false" aria-controls="nav">Menu</button><nav id="nav"></nav>
"""
PICKER = """
<form data-picker data-fee-cents="6600">
  <input type="search" name="q"><p role="status" data-live>3 authorities</p>
  <div class="picker__list">
    <p class="picker__group" data-group="us">United States</p>
    <label class="picker__row" data-in="us"><input type="checkbox" name="authority" value="AZ"><b>Arizona Medical Board</b></label>
    <label class="picker__row" data-in="us" data-search="Sacramento"><input type="checkbox" name="authority" value="CA" checked>
      <b>Medical Board of California</b></label>
    <p class="picker__group" data-group="br">Brazil</p>
    <label class="picker__row" data-in="br"><input type="checkbox" name="authority" value="BR"><b>Conselho de São Paulo</b></label>
    <p class="picker__none" hidden>No authority matches.</p>
  </div>
  <aside data-basket><h2 tabindex="-1">Your selection</h2><span data-count></span>
    <p data-zero>Nothing selected yet.</p><ul class="chosen"></ul><span data-total></span></aside>
</form>
"""
PASSWORD = """
<input id="password" type="password"><button type="button" data-show="password" aria-pressed="false">Show password</button>
"""
PAYMENT = """
<form target="frame" action="about:blank"><button data-once="Opening payment…">Pay $66.00</button></form>
<iframe name="frame"></iframe>
"""
# Sends the form as a click would and tells whether the script let it go.
SUBMIT = """() => document.querySelector("form").dispatchEvent(
    new SubmitEvent("submit", { submitter: document.querySelector("button"), bubbles: true, cancelable: true }))"""


def show(page: Page, html: str) -> None:
    """Show `html` with our script, as the server would send it."""
    page.set_content(html)
    page.add_script_tag(path=settings.BASE_DIR / "static/js/portal.js")


def visible_names(page: Page) -> list[str]:
    return page.locator(".picker__row:visible b").all_inner_texts()


def test_error_summary_takes_the_focus_and_leads_to_the_field(page):
    show(page, ERRORS)

    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("link", name="Enter your phone number").click()
    expect(page.locator("#phone")).to_be_focused()


def test_error_link_to_a_group_focuses_its_first_option(page):
    show(page, ERRORS)

    page.get_by_role("link", name="Select how").click()

    expect(page.locator("#by_0")).to_be_focused()


def test_menu_opens_and_closes(page):
    show(page, MENU)
    button = page.get_by_role("button", name="Menu")

    button.click()
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#nav")).to_have_class("is-open")
    button.click()

    expect(button).to_have_attribute("aria-expanded", "false")
    expect(page.locator("#nav")).to_have_class("")


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("sao paulo", ["Conselho de São Paulo"]),
        ("MEDICAL board", ["Arizona Medical Board", "Medical Board of California"]),
        ("sacramento", ["Medical Board of California"]),
        ("california medical", ["Medical Board of California"]),
    ],
)
def test_search_finds_every_word_without_accents_in_names_and_places(page, words, names):
    show(page, PICKER)

    page.get_by_role("searchbox").fill(words)

    assert visible_names(page) == names


def test_search_hides_empty_groups_and_says_how_many_are_shown(page):
    show(page, PICKER)

    page.get_by_role("searchbox").fill("arizona")

    assert page.locator(".picker__group:visible").all_inner_texts() == ["United States"]
    expect(page.get_by_role("status")).to_have_text("1 authority shown")


def test_search_without_a_match_says_so(page):
    show(page, PICKER)

    page.get_by_role("searchbox").fill("atlantis")

    expect(page.get_by_text("No authority matches.")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("0 authorities shown")


def test_choice_made_before_is_counted_on_arrival(page):
    show(page, PICKER)

    assert page.locator("[data-count]").inner_text() == "1"
    assert page.locator("[data-total]").inner_text() == "$66.00"
    expect(page.locator("[data-zero]")).to_be_hidden()


def test_choice_that_the_server_filtered_out_stays_counted_and_listed(page):
    kept = '<input type="hidden" name="authority" value="TX">'
    item = (
        '<ul class="chosen"><li><span>Texas Medical Board</span><button name="remove" value="TX">Remove</button></li>'
    )
    show(page, PICKER.replace("<aside", f"{kept}<aside").replace('<ul class="chosen">', item))

    page.get_by_label("Arizona Medical Board").check()

    names = ["Texas Medical Board", "Arizona Medical Board", "Medical Board of California"]
    assert page.locator(".chosen li > span").all_inner_texts() == names
    assert page.locator("[data-total]").inner_text() == "$198.00"


def test_choosing_adds_to_the_list_and_to_the_total(page):
    show(page, PICKER)

    page.get_by_label("Arizona Medical Board").check()

    assert page.locator("[data-total]").inner_text() == "$132.00"
    assert page.locator(".chosen li > span").all_inner_texts() == [
        "Arizona Medical Board",
        "Medical Board of California",
    ]


def test_choice_survives_a_search_that_hides_it(page):
    show(page, PICKER)

    page.get_by_role("searchbox").fill("arizona")

    assert page.locator("[data-count]").inner_text() == "1"
    assert page.locator("input:checked").get_attribute("value") == "CA"


def test_removing_the_last_choice_moves_the_focus_to_the_heading(page):
    show(page, PICKER)

    page.get_by_role("button", name="Remove Medical Board of California").click()

    expect(page.get_by_role("heading", name="Your selection")).to_be_focused()
    expect(page.get_by_text("Nothing selected yet.")).to_be_visible()
    assert page.locator("[data-total]").inner_text() == "$0.00"
    assert page.locator("input:checked").count() == 0


def test_password_is_shown_and_hidden_again(page):
    show(page, PASSWORD)

    page.get_by_role("button", name="Show password").click()
    assert page.locator("#password").get_attribute("type") == "text"
    page.get_by_role("button", name="Hide password").click()

    assert page.locator("#password").get_attribute("type") == "password"


def test_second_click_on_pay_sends_nothing(page):
    show(page, PAYMENT)
    button = page.get_by_role("button")

    first_goes, second_goes = page.evaluate(SUBMIT), page.evaluate(SUBMIT)

    assert (first_goes, second_goes) == (True, False)
    expect(button).to_have_text("Opening payment…")
    expect(button).to_have_attribute("aria-disabled", "true")


def test_pay_works_again_after_the_back_button(page):
    show(page, PAYMENT)
    page.evaluate(SUBMIT)

    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")

    expect(page.get_by_role("button")).to_have_text("Pay $66.00")
    assert page.evaluate(SUBMIT) is True
