"""What every request carries: an id to quote, a path that can be looked up, and a rule about personal pages."""

import re
import secrets
import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template import loader
from django.utils import timezone
from django.utils.cache import patch_cache_control

from portal.eastern import EASTERN

# What a proxy in front of us may hand on; anything else would let a stranger write into our logs.
ACCEPTED_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}", re.ASCII)
REQUEST_ID_HEADER = "X-Request-ID"
KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT"})

logger = structlog.stdlib.get_logger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]


class IdentifiedRequest(HttpRequest):
    """A request after `RequestIdMiddleware`."""

    request_id: str


class RequestIdMiddleware:
    """Gives each request an id, for the answer's header, every log line and the pages that report a problem.

    It also writes the log of accesses: the route and not the address, because addresses hold the keys of mailed links
    and what people search for.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request` with its id bound to the log lines written meanwhile."""
        request_id = request_id_of(request)
        request.request_id = request_id  # type: ignore[attr-defined]  # declared by IdentifiedRequest
        began = time.monotonic()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            logger.info(
                "answered",
                method=request.method if request.method in KNOWN_METHODS else "other",
                route=request.resolver_match.route if request.resolver_match else "",
                status=response.status_code,
                milliseconds=round((time.monotonic() - began) * 1000),
            )
        response[REQUEST_ID_HEADER] = request_id
        return response


def request_id_of(request: HttpRequest) -> str:
    """The id that came with the request if it is well formed, else a new one."""
    given = request.headers.get(REQUEST_ID_HEADER, "")
    return given if ACCEPTED_REQUEST_ID.fullmatch(given) else new_request_id()


def new_request_id() -> str:
    """Twelve random hexadecimal digits in groups of four, short enough to read out on the telephone."""
    digits = secrets.token_hex(6)
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:]}"


STAFF_DOOR = "/staff/"


class StaffHostMiddleware:
    """With `STAFF_HOST` set, staff pages exist under that host alone."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`; a staff page of another host is one that does not exist."""
        host = settings.STAFF_HOST
        if host and request.path.startswith(STAFF_DOOR) and request.get_host().partition(":")[0] != host:
            return HttpResponse(
                loader.render_to_string("404.html", {"organization": settings.ORGANIZATION}), status=404
            )
        return self.get_response(request)


class PersonalPagesMiddleware:
    """Forbids browsers and proxies to keep any page that was made for a signed-in person."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`, marked `no-store, private` if somebody was signed in before or after it."""
        was_signed_in = request.user.is_authenticated
        response = self.get_response(request)
        if was_signed_in or request.user.is_authenticated:
            patch_cache_control(response, no_store=True, private=True)
        return response


class SpeakablePathMiddleware:
    """Answers 404 for a path with a null byte: PostgreSQL takes none in a text, so no address can hold one."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Hand on `request`. Raises Http404 for a path with a null byte."""
        if "\x00" in request.path_info:
            raise Http404
        return self.get_response(request)


class StaffTimeMiddleware:
    """Staff pages read and write times in Eastern Time, the time of the organization, and not in UTC as we store them."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`, in Eastern Time behind the staff door."""
        if not request.path.startswith(STAFF_DOOR):
            return self.get_response(request)
        with timezone.override(EASTERN):
            return self.get_response(request)
