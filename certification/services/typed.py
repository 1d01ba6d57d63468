"""What was typed on the pages of a draft and not saved as an answer yet: page → field → text, or texts of a date's parts."""

from collections.abc import Mapping

Typed = Mapping[str, str | list[str]]


def with_page(pages: Mapping[str, object], page: str, typed: Typed) -> dict[str, object]:
    """Return `pages` with what stands on one of them now; a page on which everything is empty was not begun."""
    begun = {page: dict(typed)} if any("".join(value).strip() for value in typed.values()) else {}
    return {**without(pages, page), **begun}


def without(pages: Mapping[str, object], page: str) -> dict[str, object]:
    """Return `pages` without one of them."""
    return {name: typed for name, typed in pages.items() if name != page}
