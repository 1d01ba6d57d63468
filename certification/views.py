"""Public pages of certification."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from certification.forms import EligibilityForm
from certification.services.eligibility import check_schools


@login_not_required
@require_safe
def eligibility(request: HttpRequest) -> HttpResponse:
    """Ask for school and graduation year, and answer; a link with both in it shows the answer at once."""
    asked = "school" in request.GET or "year" in request.GET
    form = EligibilityForm(request.GET if asked else None)
    context: dict[str, object] = {"form": form}
    if form.is_bound and form.is_valid():
        year = form.cleaned_data["year"]
        context |= {"year": year, "answers": check_schools(form.cleaned_data["school"], year)}
    return render(request, "certification/eligibility.html", context)
