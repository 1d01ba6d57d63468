"""Pages for what went wrong. They say what happened, whether anything was lost or charged, and what to do."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.views.decorators.csrf import requires_csrf_token


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the browser sent something that we do not understand."""
    return _page(request, "400.html", status=400)


@requires_csrf_token
def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: signed in, but not allowed. Keeps the header of the signed-in person, and leads back to their own pages."""
    values = {"reference": _reference(request)}
    return HttpResponse(loader.render_to_string("403.html", values, request), status=403)


@requires_csrf_token
def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such page, or a record of somebody else. Keeps the header of the signed-in person."""
    values = {"reference": _reference(request)}
    return HttpResponse(loader.render_to_string("404.html", values, request), status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a fault of ours."""
    return _page(request, "500.html", status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without a valid token: usually a page that was open for too long."""
    return _page(request, "403_csrf.html", status=403)


def _page(request: HttpRequest, template: str, *, status: int) -> HttpResponse:
    """Render without a request, so that nothing on the page asks for the session or the database."""
    values = {"organization": settings.ORGANIZATION, "reference": _reference(request)}
    return HttpResponse(loader.render_to_string(template, values), status=status)


def _reference(request: HttpRequest) -> str:
    """What a person quotes to us: the request's id, as in our logs."""
    return str(getattr(request, "request_id", ""))
