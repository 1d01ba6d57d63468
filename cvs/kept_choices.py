"""Choices that survive a session that ended while the person was choosing.

A form sent after the end of the session is answered with the sign-in page, and its values would be lost. The codes of
the chosen authorities (public names, nothing of the person) then travel in a short-lived signed cookie, and the picker
shows them chosen when the person is back. Nothing is written for anybody before that person presses a button again.
"""

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from cvs.forms import SelectionForm

SALT = "cvs.kept_choices"
KEPT_SECONDS = 30 * 60
# Browsers drop cookies of more than 4096 bytes.
MOST_CHARACTERS = 3000


def cookie_name() -> str:
    """Return the name of the cookie; with TLS browsers take it from this host alone (RFC 6265bis 4.1.3.2)."""
    return f"{settings.COOKIE_PREFIX}kept_choices"


def keep(request: HttpRequest, response: HttpResponseBase) -> None:
    """Put the authorities chosen in the form of `request` into a cookie of `response`, unless they are malformed."""
    form = SelectionForm(request.POST)
    value = json.dumps(form.codes, separators=(",", ":")) if form.is_valid() else ""
    if not 2 < len(value) <= MOST_CHARACTERS:
        return
    response.set_signed_cookie(
        cookie_name(),
        value,
        salt=SALT,
        max_age=KEPT_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def kept(request: HttpRequest) -> list[str]:
    """Return the kept codes; none when there is no cookie, or it is too old, or not ours."""
    value = request.get_signed_cookie(cookie_name(), default="", salt=SALT, max_age=KEPT_SECONDS)
    codes: list[str] = json.loads(value) if value else []
    return codes


def forget(response: HttpResponseBase) -> None:
    """Delete the cookie."""
    response.delete_cookie(cookie_name(), samesite="Lax")


class SignInAgainMiddleware(LoginRequiredMiddleware):
    """Django's rule that every page needs a sign-in; keeps the choices of views that have `keeps_choices`.

    A page that polls is told to load itself again, so that the sign-in page is not put into its middle.
    """

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[Any, ...],  # Any: whatever the address carries
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        """Let signed-in people through; answer others with the way to the sign-in page, and the choices in a cookie."""
        response = super().process_view(request, view_func, view_args, view_kwargs)
        if response is None:
            return None
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        if request.method == "POST" and getattr(view_func, "keeps_choices", False):
            keep(request, response)
        return response
