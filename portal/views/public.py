"""Pages for everybody, without an account and without the database."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal import retention


def _page(template: str) -> Callable[[HttpRequest], HttpResponse]:
    """Return a public view that shows `template`."""

    @login_not_required
    @require_safe
    def view(request: HttpRequest) -> HttpResponse:
        return render(request, template)

    return view


landing = _page("portal/landing.html")
help_page = _page("portal/help.html")
contact = _page("portal/contact.html")
accessibility = _page("portal/accessibility.html")

terms = _page("portal/terms.html")
site_map = _page("portal/site_map.html")


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Say what is kept; the table of how long is the one that the portal carries out."""
    return render(request, "portal/privacy.html", {"rules": retention.table.rules.values()})
