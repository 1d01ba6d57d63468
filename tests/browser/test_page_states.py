"""Every page in every state: accessible, quiet in the console, inside the window, one heading that the title repeats."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page

from sandbox.process import PATIENCE_SECONDS
from tests.browser.credential_states import CREDENTIALS
from tests.browser.seeding import World, make_world
from tests.browser.state import State
from tests.browser.states import STATES
from tests.browser.support import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SCREENSHOTS = Path(__file__).resolve().parents[2] / "var" / "screenshots"
WIDTHS = (1280, 390)
AXE_SCRIPT = Axe().axe_script
WCAG_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN_AXE = "options => axe.run(options).then(results => results.violations)"
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
HEADINGS = "[...document.querySelectorAll('h1')].map(heading => heading.textContent.trim().replace(/\\s+/g, ' '))"


@pytest.fixture
def world(site: Site) -> World:
    """The running portal with people and orders in every state."""
    return make_world(site)


@pytest.fixture
def visitor(world: World, browser: Browser) -> Iterator["Visitor"]:
    """Opens states, one browser context for each person."""
    visitor = Visitor(world, browser)
    yield visitor
    visitor.leave()


class Visitor:
    """Looks at states as the people who can see them, and keeps what the browser complains about."""

    def __init__(self, world: World, browser: Browser, **options: str) -> None:
        self._world = world
        self._browser = browser
        self._contexts: dict[str, BrowserContext] = {}
        self.complaints: list[str] = []

    def open(self, state: State, width: int = WIDTHS[0], **media: str) -> Page:
        """Return a page in `state`; raises Playwright's Error where a step could not be taken."""
        page = self._context(state.who).new_page()
        page.set_viewport_size({"width": width, "height": 900})
        self.complaints = []
        page.on("console", lambda message: self._note(message, state))
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("requestfailed", lambda request: self.complaints.append(f"failed: {request.url}"))
        page.goto(self._world.base_url + state.path.format(**self._world.names))
        state.steps(page)
        page.wait_for_load_state()
        return page

    def _note(self, message: ConsoleMessage, state: State) -> None:
        # Chromium writes a line for every document that is not answered with 200; those that should be are not news.
        expected = state.status != 200 and f"the server responded with a status of {state.status}" in message.text
        if not expected:
            self.complaints.append(message.text)

    def _context(self, who: str) -> BrowserContext:
        if who not in self._contexts:
            context = self._contexts[who] = self._browser.new_context()
            context.set_default_timeout(PATIENCE_SECONDS * 1000)
            # Sent once for a person; half a megabyte sent to each page took longer than the page.
            context.add_init_script(AXE_SCRIPT)
            if who:
                cookie = {"name": "session", "value": self._world.sessions[who], "url": self._world.base_url}
                context.add_cookies([cookie])  # type: ignore[list-item]  # a SetCookieParam
        return self._contexts[who]

    def leave(self) -> None:
        """Close every window."""
        for context in self._contexts.values():
            context.close()


def flaws(page: Page, *, is_staff: bool) -> list[str]:
    """Return what is wrong with the page at its present width."""
    found = [] if page.evaluate(FITS) else ["scrolls sideways"]
    headings, title = page.evaluate(HEADINGS), page.title().removeprefix("Error: ")
    # Django's admin puts the record before the heading, and leaves a header of its tables empty.
    place = title.find(headings[0].rstrip("…")) if len(headings) == 1 else -1
    if place < 0 or (place > 0 and not is_staff):
        found.append(f"headings {headings} under the title {title!r}")
    tags = WCAG_TAGS if is_staff else [*WCAG_TAGS, "best-practice"]
    violations = page.evaluate(RUN_AXE, {"runOnly": {"type": "tag", "values": tags}, "resultTypes": ["violations"]})
    return found + [f"{rule['id']} at {rule['nodes'][0]['target']} ({len(rule['nodes'])})" for rule in violations]


def examine(visitor: Visitor, state: State) -> Iterator[str]:
    """Give what is wrong with `state`, at each width; keeps a picture of each."""
    try:
        page = visitor.open(state)
    except Error as error:
        yield f"{state.name}: not reached: {error.message}"
        return
    if state.says not in page.inner_text("body"):
        yield f"{state.name}: does not say {state.says!r} but {page.inner_text('body')[:300]!r}"
    yield from (f"{state.name}: {text}" for text in visitor.complaints)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=SCREENSHOTS / f"{state.name}-{width}.png", full_page=True)
        yield from (
            f"{state.name} at {width}: {flaw}" for flaw in flaws(page, is_staff=state.name.startswith("staff-"))
        )
    page.close()


def test_every_state_of_every_page_is_accessible_quiet_and_inside_the_window(visitor: Visitor):
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)

    found = [flaw for state in [*STATES, *CREDENTIALS] for flaw in examine(visitor, state)]

    assert found == [], "\n".join(found)
