"""Pages for everybody, without an account, and shown when the database does not answer."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal import promises, retention


def _page(template: str) -> Callable[[HttpRequest], HttpResponse]:
    """Return a public view that shows `template`."""

    @login_not_required
    @require_safe
    def view(request: HttpRequest) -> HttpResponse:
        return render(request, template)

    return view


def _page_with_times(template: str) -> Callable[[HttpRequest], HttpResponse]:
    """Return a public view that shows `template` with the numbers of `portal.promises`."""

    @login_not_required
    @require_safe
    def view(request: HttpRequest) -> HttpResponse:
        return render(request, template, {"promises": promises.current(at=timezone.now())})

    return view


landing = _page_with_times("portal/landing.html")
help_page = _page_with_times("portal/help.html")
contact = _page("portal/contact.html")
accessibility = _page("portal/accessibility.html")

terms = _page("portal/terms.html")
site_map = _page("portal/site_map.html")


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Say what is kept; the table of how long is the one that the portal carries out."""
    return render(request, "portal/privacy.html", {"rules": retention.table.rules.values()})
