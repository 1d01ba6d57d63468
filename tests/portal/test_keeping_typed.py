"""What is typed into a form is kept by our script: one request at a time, and again after a refusal; in a real browser."""

from collections.abc import Callable

import pytest
from django.conf import settings
from playwright.sync_api import Page, Route, expect

# The fixtures of the browser plugin are written in a way that pytest 10 will refuse; nothing of ours.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore:Session-scoped fixtures defined as instance methods"),
]
ADDRESS = "http://portal.example/form/"
FORM = """<!doctype html><title>Form</title>
<form method="post" data-keeps><label>Title <input name="title"></label><label>Copy <input type="file" name="copy"></label>
<p role="status" data-kept="Kept." data-lost="Not kept."></p><button>Save</button></form>"""
A_SECOND, A_WHILE = 1_100, 5_100


class Server:
    """Shows the form, and keeps each request of the script until the test answers it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.waiting: list[Route] = []
        self.texts: list[str] = []
        self.saved = 0

    def take(self, route: Route) -> None:
        body = route.request.post_data or ""
        if route.request.method == "GET":
            route.fulfill(content_type="text/html", body=FORM)
        elif 'name="keep"' not in body:
            self.saved += 1
            route.fulfill(content_type="text/html", body="Saved")
        else:
            self.waiting.append(route)
            self.texts.append(body)

    def answers(self, status: int) -> None:
        self.waiting.pop(0).fulfill(status=status)

    def comes(self, count: int) -> None:
        """Wait until `count` requests have come."""
        self.until(lambda: len(self.texts) >= count)
        assert len(self.texts) == count

    def until(self, is_so: Callable[[], bool]) -> None:
        for _ in range(500):
            if is_so():
                return
            self.page.wait_for_function("() => true")
        assert is_so()


@pytest.fixture
def server(page: Page) -> Server:
    """The form, shown to somebody whose clock stands still."""
    found = Server(page)
    page.route("**/*", found.take)
    page.clock.install()
    page.goto(ADDRESS)
    page.add_script_tag(path=settings.BASE_DIR / "static/js/portal.js")
    return found


def types(page: Page, words: str) -> None:
    page.get_by_label("Title").fill(words)
    page.clock.run_for(A_SECOND)


@pytest.mark.parametrize("refusal", [403, 500])
def test_what_the_server_refused_is_sent_again_until_it_is_kept(page: Page, server: Server, refusal: int):
    types(page, "Médico Cirujano")
    server.comes(1)
    server.answers(refusal)
    expect(page.get_by_role("status")).to_have_text("Not kept.")

    page.clock.run_for(A_WHILE)
    server.comes(2)
    server.answers(204)

    expect(page.get_by_role("status")).to_have_text("Kept.")
    assert "Médico Cirujano" in server.texts[1]
    page.clock.run_for(A_WHILE)
    assert len(server.texts) == 2


def test_what_the_server_refused_is_sent_again_when_the_page_is_left(page: Page, server: Server):
    types(page, "Médico")
    server.comes(1)
    server.answers(500)
    expect(page.get_by_role("status")).to_have_text("Not kept.")

    asks = "() => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }))"
    assert page.evaluate(asks) is True
    page.evaluate("() => window.dispatchEvent(new Event('pagehide'))")

    server.comes(2)
    assert "Médico" in server.texts[1]


def test_a_newer_text_waits_for_the_older_one(page: Page, server: Server):
    types(page, "Old")
    server.comes(1)
    types(page, "Newer")
    types(page, "Newest")
    assert len(server.texts) == 1

    server.answers(204)
    expect(page.get_by_role("status")).to_have_text("Kept.")
    page.clock.run_for(A_SECOND)
    server.comes(2)

    assert ("Old" in server.texts[0], "Newest" in server.texts[1]) == (True, True)


@pytest.mark.parametrize("leaves", [True, False])
def test_an_older_text_is_broken_off_when_the_page_is_left_or_saved(page: Page, server: Server, leaves: bool):
    broken_off: list[str] = []
    page.on("requestfailed", lambda request: broken_off.append(request.post_data or ""))
    types(page, "Old")
    server.comes(1)
    page.get_by_label("Title").fill("Newest")

    if leaves:
        page.evaluate("() => window.dispatchEvent(new Event('pagehide'))")
        server.comes(2)
        assert "Newest" in server.texts[1]
    else:
        page.get_by_role("button", name="Save").click()
        server.until(lambda: server.saved == 1)
        assert len(server.texts) == 1
    server.until(lambda: bool(broken_off))
    assert "Old" in broken_off[0]


def test_files_are_not_sent_while_it_is_typed(page: Page, server: Server):
    page.get_by_label("Copy").set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"})
    types(page, "Médico")

    server.comes(1)
    assert ("%PDF" in server.texts[0], "Médico" in server.texts[0]) == (False, True)
