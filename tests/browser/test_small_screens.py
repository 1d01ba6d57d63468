"""Pages under settings that people choose: 320 pixels, wider spacing, forced colors, less motion, a keyboard on a phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.seeding import CERTIFIED, NOT_CERTIFIED, World, make_world
from tests.browser.state import NOBODY
from tests.browser.support import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# WCAG 2.2, success criterion 1.4.12: the spacing that a text must bear.
TEXT_SPACING = """
* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-bottom: 2em !important; }
"""
SCROLL_WIDTH = "document.documentElement.scrollWidth"
# Texts that are cut off by their own box; what is hidden for eyes on purpose is one pixel wide.
CUT_OFF = """
[...document.querySelectorAll('main a, main button, main h1, main h2, main p, main label, main td, main th')]
  .filter(one => one.clientWidth > 1 && getComputedStyle(one).overflow === 'hidden'
    && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1))
  .map(one => one.outerHTML.slice(0, 120))
"""
ENDLESS_MOTION = """
document.getAnimations().filter(one => one.effect.getComputedTiming().activeDuration > 10).length
"""
# Whether the bar at the bottom of the window lies over the element that has the focus.
FOCUS_UNDER_BAR = """
() => {
  const bar = document.querySelector('.bar');
  const one = document.activeElement;
  if (bar.contains(one) || one === document.body) return null;
  const box = one.getBoundingClientRect();
  const top = bar.getBoundingClientRect().top;
  return box.bottom > top + 1 && box.top < bar.getBoundingClientRect().bottom
    ? `${one.outerHTML.slice(0, 90)} ends at ${box.bottom}, the bar begins at ${top}` : null;
}
"""
PAGES = {
    "landing": (NOBODY, "/"),
    "verify": (NOBODY, "/verify/"),
    "dashboard": (NOT_CERTIFIED, "/dashboard/"),
    "authorities": (NOT_CERTIFIED, "/reports/new/authorities/"),
    "review": (NOT_CERTIFIED, "/orders/review/"),
    "tracking": (CERTIFIED, "/reports/{sent}/"),
}


@pytest.fixture
def world(site: Site) -> World:
    """The running portal with people and orders in every state."""
    return make_world(site)


def opened(world: World, browser: Browser, width: int) -> Iterator[tuple[str, Page]]:
    """Give name and page of each of the main pages, `width` pixels wide."""
    for name, (who, path) in PAGES.items():
        page = open_as(world, browser, who, width)
        page.goto(world.base_url + path.format(**world.names))
        yield name, page
        page.context.close()


def open_as(world: World, browser: Browser, who: str, width: int) -> Page:
    """Return an empty page of a browser in which `who` is signed in."""
    context = browser.new_context(viewport={"width": width, "height": 700})
    if who:
        session = {"name": "session", "value": world.sessions[who], "url": world.base_url}
        context.add_cookies([session])  # type: ignore[list-item]  # a SetCookieParam
    return context.new_page()


def test_main_pages_fit_320_pixels_and_bear_more_spacing(world: World, browser: Browser):
    widths: dict[str, list[int]] = {}
    cut_off: dict[str, list[str]] = {}

    for name, page in opened(world, browser, 320):
        before = page.evaluate(SCROLL_WIDTH)
        # The page's policy refuses styles from elsewhere; a person's own style sheet comes from the browser.
        page.evaluate(
            "text => { const sheet = new CSSStyleSheet(); sheet.replaceSync(text);"
            " document.adoptedStyleSheets = [sheet]; }",
            TEXT_SPACING,
        )
        widths[name] = [before, page.evaluate(SCROLL_WIDTH)]
        cut_off[name] = page.evaluate(CUT_OFF)

    assert widths == {name: [320, 320] for name in PAGES}
    assert cut_off == {name: [] for name in PAGES}


def test_forced_colors_keep_buttons_visible_and_less_motion_is_granted(world: World, browser: Browser):
    borderless: dict[str, list[str]] = {}
    moving: dict[str, int] = {}

    for name, page in opened(world, browser, 390):
        page.emulate_media(forced_colors="active", reduced_motion="reduce")
        page.reload()
        borderless[name] = page.evaluate(
            "[...document.querySelectorAll('main .usa-button:not(.usa-button--unstyled)')].filter(one => one.offsetWidth"
            " && getComputedStyle(one).borderTopWidth === '0px' && getComputedStyle(one).outlineStyle === 'none')"
            ".map(one => one.textContent)"
        )
        moving[name] = page.evaluate(ENDLESS_MOTION)

    assert borderless == {name: [] for name in PAGES}
    assert moving == dict.fromkeys(PAGES, 0)


def test_bar_of_the_phone_hides_nothing_that_has_the_focus(world: World, browser: Browser):
    page = open_as(world, browser, NOT_CERTIFIED, 390)
    page.goto(world.base_url + "/reports/new/authorities/")
    assert page.get_by_role("heading", level=1).text_content() == "Which licensing authorities should get your report?"
    stops = page.locator("main").locator("a:visible, input:visible, button:visible").count()

    hidden = []
    for _ in range(min(stops, 40)):
        page.keyboard.press("Tab")
        hidden.append(page.evaluate(FOCUS_UNDER_BAR))

    reached = page.evaluate("document.activeElement.closest('main') !== null")
    page.context.close()
    assert stops > 20
    assert reached
    assert [found for found in hidden if found] == []
