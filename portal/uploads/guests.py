"""People without an account who may look at certain files: an app says who they are, and is asked again for every page.

A guest is a kind and a key, such as `school:12.5`; only the app that named the kind knows what the key means.
"""

from collections.abc import Callable

from portal.models import Upload

MayView = Callable[[str, Upload], bool]
_KINDS: dict[str, MayView] = {}


def use(kind: str, may_view: MayView) -> None:
    """Let `may_view` answer for guests of `kind`: it gets the key and the file."""
    _KINDS[kind] = may_view


def may_view(guest: str, upload: Upload) -> bool:
    """Tell whether `guest` may see the page images of `upload` now; nobody of an unknown kind may."""
    kind, _, key = guest.partition(":")
    answer = _KINDS.get(kind)
    return answer is not None and answer(key, upload)
