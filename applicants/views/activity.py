"""Who looked at a person's record and why, and what changed on it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from applicants.http import ApplicantRequest, applicant_required
from portal.audit_history import changes_of, readings_of, start_of

CHANGES = "changes"


@applicant_required
@require_safe
def account_activity(request: ApplicantRequest) -> HttpResponse:
    """List who opened the person's record, or with `?show=changes` what changed on it; `?before=` starts older pages."""
    person, before = request.applicant.pk, start_of(request.GET.get("before", ""))
    changes = request.GET.get("show") == CHANGES
    page = changes_of(person, own=request.user, before=before) if changes else readings_of(person, before=before)
    values = {"page": page, "changes": changes, "is_first_page": before is None}
    return render(request, "applicants/activity.html", values)
