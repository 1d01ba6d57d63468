"""What every page does whose answers are kept while they are typed: the Application for Certification, and Pathways."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from certification.forms.typed import KeepsTyped
from certification.services.typed import Typed

LATER, KEEP, DISCARD = "later", "keep", "discard"


def kept(request: HttpRequest, form: KeepsTyped, keep: Callable[[Typed], object], *, home: str) -> HttpResponse | None:
    """Keep what stands in a form that is not answered, and return where to; None for the page with its faults.

    A script of the page asks for nothing but that while the person types. Whoever wants to finish later may stop anywhere.
    """
    keep(form.typed())
    if KEEP in request.POST:
        return HttpResponse(status=204)
    if LATER in request.POST:
        messages.success(request, "Saved as you typed it. Complete this part when you go on.")
        return redirect(home)
    return None


def discarded(request: HttpRequest, discard: Callable[[], object]) -> HttpResponse | None:
    """Forget what was typed and not saved, when that is asked for, and show the page as it is on record."""
    if request.method != "POST" or DISCARD not in request.POST:
        return None
    discard()
    messages.success(request, "What you typed was discarded.")
    return redirect(request.path)
