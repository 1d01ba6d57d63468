"""The origin of uploads: a host of its own, where page images are and nothing else, and where nobody is signed in.

Whatever a stranger managed to smuggle into a file would run there, if at all: without our cookies, pages or scripts.
"""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port

from portal.uploads.services import viewing

GetResponse = Callable[[HttpRequest], HttpResponse]
ADDRESS = re.compile(r"/(pages|originals)/([A-Za-z0-9_:-]{20,400})", re.ASCII)
HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    # The pages that show them are on another host, which may be another site to the browser.
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "private, no-store",
}


class UploadsOriginMiddleware:
    """Answers every request for the host of UPLOADS_ORIGIN itself; no other part of the portal can be reached there."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer for the host of uploads, or hand the request on."""
        host = split_domain_port(request.get_host())[0]
        if host != urlsplit(settings.UPLOADS_ORIGIN).hostname:
            return self.get_response(request)
        response = answer(request)
        for name, value in HEADERS.items():
            response[name] = value
        return response


def answer(request: HttpRequest) -> HttpResponse:
    """Return the picture or file that the address names; 404 for everything else, without a reason."""
    address = ADDRESS.fullmatch(request.path_info)
    if address is None or request.method not in {"GET", "HEAD"}:
        return _nothing()
    try:
        return {"pages": _page, "originals": _original}[address[1]](address[2])
    except viewing.NotShownError:
        return _nothing()


def _page(token: str) -> HttpResponse:
    # A name of ours for whoever saves it; the one the stranger gave is nowhere in the answer.
    headers = {"Content-Disposition": 'inline; filename="page.jpg"'}
    return HttpResponse(viewing.page_image(token), content_type="image/jpeg", headers=headers)


def _original(token: str) -> HttpResponse:
    file = viewing.original(token)
    # Saved, never opened: to the browser it is bytes of no known kind.
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return HttpResponse(file.data, content_type="application/octet-stream", headers=headers)


def _nothing() -> HttpResponse:
    return HttpResponse("Not found.\n", status=404, content_type="text/plain; charset=utf-8")
