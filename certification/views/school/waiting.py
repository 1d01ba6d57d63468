"""What a physician sees of requests to schools: when each went out, how long it waits, and how to remind the school."""

from urllib.parse import quote

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from applicants.http import ApplicantRequest, applicant_required
from certification.services.verification import waiting


@applicant_required
@require_safe
def school_waiting(request: ApplicantRequest) -> HttpResponse:
    """List the requests to schools about this person."""
    at = timezone.now()
    asked = [
        (one, f"mailto:?subject={quote(one.nudge_subject)}&body={quote(one.nudge)}" if one.nudge else "")
        for one in waiting.requests_of(request.applicant.pk, at=at)
    ]
    values = {
        "asked": asked,
        "usual": waiting.REPORTED_DAYS,
        "most": waiting.most_answer_within(at=at),
        "zone": request.applicant.time_zone,
    }
    return render(request, "certification/school_waiting.html", values)
