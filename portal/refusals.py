"""Methods that no page of the portal knows, and what is written down when somebody signed in is turned away."""

from collections.abc import Callable
from http import HTTPStatus

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

# RFC 9110, 9.3.8: TRACE says a request back with all that it carries. Nothing here needs the other methods either.
METHODS = ("GET", "HEAD", "POST", "OPTIONS")
REFUSALS = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})

logger = structlog.stdlib.get_logger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]


class KnownMethodsMiddleware:
    """Answers 405 to every method but the four that browsers use here, before any view is asked."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Hand on `request` if its method is a known one."""
        return self.get_response(request) if request.method in METHODS else HttpResponseNotAllowed(METHODS)


class RefusalsMiddleware:
    """Logs who was refused where: the account's key and the route, never the address, which may hold a link's secret."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`; refusals of strangers are left to the log of accesses, as nobody could be named."""
        # Asked first, because the view may sign the person out.
        account = request.user.pk
        response = self.get_response(request)
        if account is not None and response.status_code in REFUSALS:
            route = request.resolver_match.route if request.resolver_match else ""
            logger.warning("refused", account=account, method=request.method, route=route, status=response.status_code)
        return response
