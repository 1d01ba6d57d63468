"""Limits of requests: one counter a client and window in the cache, and one page that says when to try again.

Windows are fixed, so twice the number may pass around the turn of one. While Redis does not answer, each process counts by
itself (`portal.cache`): a limit then becomes as many times wider as there are processes, and no page closes for lack of
a cache. That is right for everything limited here, which guards against load and against trying out. What must be exact
counts its own rows instead: look-ups of reports (`cvs.services.verification`) and exports of one's own data.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import structlog
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template import loader

from portal.clients import client_key

logger = structlog.get_logger(__name__)
Rest = ParamSpec("Rest")
Asked = TypeVar("Asked", bound=HttpRequest)
View = Callable[Concatenate[Asked, Rest], HttpResponseBase]


@dataclass(frozen=True)
class RateLimit:
    """At most `most` requests of one client in each window of `per`; `name` is part of the counter's key."""

    name: str
    most: int
    per: timedelta


class TooManyRequestsError(Exception):
    """The client has used up its requests; `retry_at` is when it may ask again."""

    def __init__(self, retry_at: datetime) -> None:
        super().__init__(retry_at.isoformat())
        self.retry_at = retry_at


def spend(limit: RateLimit, client: str, *, at: datetime) -> None:
    """Count one request of `client`, a text without personal data. Raises TooManyRequestsError when it is one too many."""
    seconds = int(limit.per.total_seconds())
    window = int(at.timestamp()) // seconds
    key = f"rate:{limit.name}:{client}:{window}"
    if _count(key, seconds) > limit.most:
        logger.warning("rate_limited", limit=limit.name)
        raise TooManyRequestsError(datetime.fromtimestamp((window + 1) * seconds, UTC))


def _count(key: str, seconds: int) -> int:
    cache.add(key, 0, timeout=seconds)
    try:
        return cache.incr(key)
    except ValueError:
        # The window ended, or Redis came back, between the two calls.
        cache.set(key, 1, timeout=seconds)
        return 1


def by_network(request: HttpRequest) -> str:
    """Return who asks by a keyed hash of the network's address."""
    return client_key(request, purpose="portal.rate_limits")


def by_account(request: HttpRequest) -> str:
    """Return who asks by account, or by network where nobody is signed in."""
    return f"user-{request.user.pk}" if request.user.is_authenticated else by_network(request)


def limited(
    limit: RateLimit,
    *,
    by: Callable[[HttpRequest], str] = by_network,
    counts: Callable[[HttpRequest], bool] = lambda request: request.method == "POST",
) -> Callable[[View[Asked, Rest]], View[Asked, Rest]]:
    """Return a decorator that answers 429 beyond `limit`, before the view does anything.

    `by` names the client, `counts` tells which requests count (by default those that are sent).
    """

    def decorate(view: View[Asked, Rest]) -> View[Asked, Rest]:
        @wraps(view)
        def guarded(request: Asked, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
            if counts(request):
                try:
                    spend(limit, by(request), at=datetime.fromtimestamp(time.time(), UTC))
                except TooManyRequestsError as error:
                    return too_many_requests(request, retry_at=error.retry_at)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def too_many_requests(request: HttpRequest, *, retry_at: datetime) -> HttpResponse:
    """Return the page 429 that says from when on it works again, for a person and for a program (RFC 9110 10.2.3)."""
    values = {"retry_at": retry_at, "reference": getattr(request, "request_id", "")}
    response = HttpResponse(loader.render_to_string("429.html", values, request), status=429)
    response["Retry-After"] = str(max(int(retry_at.timestamp() - time.time()) + 1, 1))
    response["Cache-Control"] = "no-store"
    return response
