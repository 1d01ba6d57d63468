"""The public question: is my school eligible for my graduation year."""

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from certification.forms.eligibility import EligibilityForm
from certification.services.eligibility import check_schools
from portal.rate_limits import RateLimit, limited

# A person tries a few spellings a minute; a program copies the directory.
SEARCHES = RateLimit("school-search", most=60, per=timedelta(minutes=5))


def _asked(request: HttpRequest) -> bool:
    return "school" in request.GET or "year" in request.GET


@login_not_required
@require_safe
@limited(SEARCHES, counts=_asked)
def eligibility(request: HttpRequest) -> HttpResponse:
    """Ask for school and graduation year, and answer; a link with both in it shows the answer at once."""
    form = EligibilityForm(request.GET if _asked(request) else None)
    context: dict[str, object] = {"form": form}
    if form.is_bound and form.is_valid():
        year = form.cleaned_data["year"]
        context |= {"year": year, "answers": check_schools(form.cleaned_data["school"], year)}
    return render(request, "certification/eligibility.html", context)
