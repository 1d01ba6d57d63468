"""When a session ends: after a while without a request, sooner for staff, and after its lifetime whatever happens."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from applicants import drafts
from applicants.models import User

BEGAN = "began_at"
SEEN = "seen_at"
# Not every request is written down, so that reading pages does not write a row each time.
NOTED_EVERY_SECONDS = 60


def begin(request: HttpRequest, user: User, **_: object) -> None:
    """Start the clock of a session in which somebody has just signed in (receiver of `user_logged_in`)."""
    request.session[BEGAN] = request.session[SEEN] = int(time.time())
    drafts.note(request, user)


def extend(request: HttpRequest) -> None:
    """Let the time without a request begin anew."""
    request.session[SEEN] = int(time.time())


def idle_seconds(user: User) -> int:
    """Return for how long a session of `user` may go without a request."""
    return int(settings.STAFF_IDLE_SECONDS if user.is_staff else settings.SESSION_IDLE_SECONDS)


def seconds_left(request: HttpRequest) -> int:
    """Return how many seconds a signed-in person's session has left if no other request comes; below 1 it is over."""
    now = int(time.time())
    began = request.session.setdefault(BEGAN, now)
    seen = request.session.setdefault(SEEN, now)
    user = request.user
    assert isinstance(user, User)
    return int(min(seen + idle_seconds(user), began + settings.SESSION_LIFETIME_SECONDS) - now)


class SessionClockMiddleware:
    """Ends sessions whose time is over before anything is answered in them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`, as a stranger's when the session is over."""
        if isinstance(request.user, User):
            if seconds_left(request) <= 0:
                request.ended_for = request.user  # type: ignore[attr-defined]  # read below
                logout(request)
            else:
                self._note(request)
                request.seconds_left = seconds_left(request)  # type: ignore[attr-defined]  # printed by pages
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: object, kwargs: object
    ) -> None:
        """Keep a form that came too late. What another site forged was refused before."""
        user = getattr(request, "ended_for", None)
        # The picker of authorities has its own way of keeping what was chosen.
        keeps = getattr(view, "login_required", True) and not getattr(view, "keeps_choices", False)
        if user is not None and request.method == "POST" and keeps:
            drafts.keep(request, user)

    def _note(self, request: HttpRequest) -> None:
        # Asking how long the session lasts does not make it longer.
        asks = request.method == "GET" and request.path == reverse("session_clock")
        if not asks and int(time.time()) - request.session[SEEN] >= NOTED_EVERY_SECONDS:
            extend(request)
