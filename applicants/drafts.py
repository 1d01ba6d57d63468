"""What somebody sends after their session has ended: kept, encrypted, until the same account has signed in again.

The person then sees what was kept, and sends it with one button or leaves it. Nothing is done with it before that.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from applicants.models import User
from portal.encryption import cipher

KEPT_SECONDS = 30 * 60
MOST_BYTES = 64 * 1024
WAITS = "draft_waits_at"
# Secrets are typed again rather than kept.
_SECRET = frozenset({"code", "token", "credential"})
# Said by a page's script or by every page, not by the person.
_OF_THE_PAGE = frozenset({"csrfmiddlewaretoken", "keep"})


def _key(user: User) -> str:
    return f"draft:{user.pk}"


def keep(request: HttpRequest, user: User) -> None:
    """Keep the form of `request` for `user`, unless it is too long, carries files, or holds secrets."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES or request.FILES:
        return
    names = [name for name in request.POST if name not in _OF_THE_PAGE]
    if not names or any(name.lower() in _SECRET or "password" in name.lower() for name in names):
        return
    values = [(name, value) for name in names for value in request.POST.getlist(name)]
    text = json.dumps({"path": request.get_full_path(), "values": values, "came_from": _page_before(request)})
    cache.set(_key(user), cipher().encrypt(text.encode()).decode(), KEPT_SECONDS)


def _page_before(request: HttpRequest) -> str:
    """Return the path of our page that held the form, or that of `request`, which may not answer a GET."""
    referrer = urlsplit(request.headers.get("Referer", ""))
    path = referrer.path if referrer.netloc == request.get_host() else request.path
    # A path with two slashes in front would be another site.
    return path if path.startswith("/") and not path.startswith("//") else request.path


def note(request: HttpRequest, user: User) -> None:
    """Note in a new session of `user` that something of theirs is kept, and for which page."""
    token = cache.get(_key(user))
    if token:
        request.session[WAITS] = json.loads(cipher().decrypt(token.encode()))["path"]


@dataclass(frozen=True)
class Draft:
    """What was sent, name by name, and the page that held the form."""

    values: Sequence[tuple[str, str]]
    came_from: str


def _take(request: HttpRequest, user: User) -> Draft | None:
    """Return what is kept for the page of `request`, if anything is; it is kept no longer."""
    del request.session[WAITS]
    token = cache.get(_key(user))
    if not token:
        return None
    cache.delete(_key(user))
    kept = json.loads(cipher().decrypt(token.encode()))
    return Draft([(str(name), str(value)) for name, value in kept["values"]], str(kept["came_from"]))


class DraftMiddleware:
    """Shows what was kept when the person comes back to the page for which it was meant."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: object, kwargs: object
    ) -> HttpResponse | None:
        """Let `view` answer, or show what was kept for its address."""
        user = request.user
        if not isinstance(user, User) or request.method != "GET":
            return None
        if request.session.get(WAITS) != request.get_full_path():
            return None
        draft = _take(request, user)
        if draft is None:
            return None
        shown = [
            (name.replace("_", " ").capitalize(), value) for name, value in draft.values if not name.startswith("_")
        ]
        return render(request, "account/draft.html", {"draft": draft, "shown": shown})
