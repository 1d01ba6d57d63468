"""What a state of a page is, and the steps that many begin with."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

Steps = Callable[[Page], None]
NOBODY = ""


def stay(page: Page) -> None:
    """Do nothing: the state is there as soon as the page is."""


@dataclass(frozen=True)
class State:
    """One state of a page: `who` has a session in the world, `path` may name parts of it in braces.

    `status` is what the last document is answered with; `says` must be readable on the page, so that a state that was
    not reached is noticed.
    """

    name: str
    path: str
    says: str
    who: str = NOBODY
    steps: Steps = stay
    status: int = 200


def press_button(name: str) -> Steps:
    def press(page: Page) -> None:
        page.get_by_role("button", name=name, exact=True).locator("visible=true").first.click()

    return press
