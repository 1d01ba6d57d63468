"""The public question: is my school eligible for my graduation year."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from certification.forms.eligibility import EligibilityForm
from certification.models import MedicalSchool
from certification.services.eligibility import check_code, check_schools
from certification.views.schools import SEARCHES
from portal.eastern import eastern_date
from portal.rate_limits import limited


def _asked(request: HttpRequest) -> bool:
    return "school" in request.GET or "year" in request.GET


@login_not_required
@require_safe
@limited(SEARCHES, counts=_asked)
def eligibility(request: HttpRequest) -> HttpResponse:
    """Ask for school and graduation, and answer; a link with both in it shows the answer at once.

    `code` in it names one school, whatever its words.
    """
    form = EligibilityForm(request.GET if _asked(request) else None)
    context: dict[str, object] = {"form": form}
    if form.is_bound and form.is_valid():
        today = eastern_date(timezone.now())
        graduation, code = form.cleaned_data["graduated"], request.GET.get("code", "")
        try:
            if code:
                answers = check_code(code, graduation, today=today)
            else:
                answers = check_schools(form.cleaned_data["school"], graduation, today=today)
        except MedicalSchool.DoesNotExist as error:
            raise Http404 from error
        context |= {"graduation": graduation, "answers": answers}
    return render(request, "certification/eligibility.html", context)
