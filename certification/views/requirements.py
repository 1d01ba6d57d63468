"""One requirement with its history, and what would be if."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from applicants.http import ApplicantRequest, applicant_required
from certification.forms.what_if import WhatIfForm
from certification.presenters.calendar import TYPE, calendar_file
from certification.presenters.checklist import BY_SLUG, NOT_NEEDED, checklist_of, deadlines_of, item_for, rows_of
from certification.presenters.history import events_of, history_of
from certification.services.evaluation import judge
from certification.services.what_if import NoSchoolError, Supposed, what_if
from portal.eastern import eastern_date

NO_SCHOOL = (
    "We do not know your medical school yet, so a graduation cannot be tried. It comes with your Application for "
    "Certification. Leave this empty"
)


@applicant_required
@require_safe
def requirement(request: ApplicantRequest, slug: str) -> HttpResponse:
    """Show what a requirement asks, what is on record, what is missing, and what happened."""
    if slug not in BY_SLUG:
        raise Http404
    today = eastern_date(timezone.now())
    judged = judge(request.applicant, today)
    rows = rows_of(slug, judged.verdict)
    values = {
        "item": item_for(slug, judged.verdict),
        "rows": [row for row in rows if row.label != NOT_NEEDED],
        "not_needed": [row for row in rows if row.label == NOT_NEEDED],
        "history": history_of(slug, judged.facts, today, events_of(slug, request.applicant)),
        "today": today,
    }
    return render(request, "certification/requirement.html", values)


@applicant_required
@require_http_methods(["GET", "HEAD", "POST"])
def try_days(request: ApplicantRequest) -> HttpResponse:
    """Ask for days to come, and show how the person would stand; nothing is kept, and no day appears in an address."""
    now = timezone.now()
    today = eastern_date(now)
    form = WhatIfForm(request.POST if request.method == "POST" else None)
    if form.is_bound and not form.is_valid():
        return render(request, "certification/what_if.html", {"form": form})
    supposed = Supposed(**form.cleaned_data) if form.is_bound else Supposed()
    try:
        verdict = what_if(request.applicant, supposed, today)
    except NoSchoolError:
        form.add_error("graduation_on", NO_SCHOOL)
        return render(request, "certification/what_if.html", {"form": form})
    deadlines = deadlines_of(verdict)
    if "calendar" in request.POST:
        headers = {"Content-Disposition": 'attachment; filename="deadlines.ics"', "Cache-Control": "no-store"}
        is_supposed = supposed != Supposed()
        text = calendar_file(deadlines, person=request.applicant.pk, at=now, supposed=is_supposed)
        return HttpResponse(text, content_type=TYPE, headers=headers)
    values = {
        "form": form,
        "verdict": verdict,
        "items": checklist_of(verdict),
        "deadlines": deadlines,
        "asked": form.is_bound,
        "zone": request.applicant.time_zone,
    }
    return render(request, "certification/what_if.html", values)
