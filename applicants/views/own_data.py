"""A copy of one's own data: ask for it, follow it, download it after confirming once more who one is."""

import uuid
from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from applicants.http import ApplicantRequest, applicant_required
from applicants.models import DataExport
from applicants.reauthentication import confirmed_again
from applicants.services import exports
from applicants.states import EXPORTS_UNDER_WAY
from portal.audit import actor_label
from portal.personal_data import registry
from portal.rate_limits import RateLimit, by_account, limited, too_many_requests

REQUESTS = RateLimit("own-data", most=20, per=timedelta(hours=1))
DOWNLOADS = RateLimit("own-data-download", most=30, per=timedelta(hours=1))
# htmx stops polling at this status: https://htmx.org/attributes/hx-trigger/#polling
STOP_POLLING = 286


@applicant_required
@require_http_methods(["GET", "HEAD", "POST"])
@limited(REQUESTS, by=by_account)
def own_data(request: ApplicantRequest) -> HttpResponse:
    """Show where the newest copy stands; POST asks for a new one."""
    if request.method == "POST":
        return _requested(request)
    values = _values(request) | {"topics": registry.topics.values(), "files": registry.file_sources}
    return render(request, "applicants/own_data.html", values)


def _requested(request: ApplicantRequest) -> HttpResponse:
    try:
        exports.request_export(user=request.user, at=timezone.now(), actor=actor_label(request.user))
    except exports.ExportUnderWayError:
        messages.info(request, "A copy of your data is already being made.")
    except exports.TooManyExportsError as error:
        return too_many_requests(request, retry_at=error.retry_at)
    return redirect("own_data")


def _values(request: ApplicantRequest) -> dict[str, object]:
    export = exports.latest_export(request.user)
    return {
        "export": export,
        "under_way": export is not None and export.state in EXPORTS_UNDER_WAY,
        "kept_until": export.built_at + exports.KEPT if export and export.built_at else None,
        "zone": request.applicant.time_zone,
        "most_a_day": exports.MOST_A_DAY,
        "days": exports.KEPT.days,
    }


@applicant_required
@require_safe
def own_data_status(request: ApplicantRequest) -> HttpResponse:
    """Answer the poll of the page: nothing while the copy is being made, then the part that changed."""
    values = _values(request)
    if values["under_way"]:
        return HttpResponse(status=204)
    return render(request, "applicants/_own_data.html", values, status=STOP_POLLING)


@applicant_required
@require_safe
@limited(DOWNLOADS, by=by_account, counts=lambda request: True)
@confirmed_again(looking=True)
def own_data_download(request: ApplicantRequest, export_id: uuid.UUID) -> HttpResponse:
    """Send the person's own copy; another person's, and one whose time is over, does not exist (404)."""
    export = get_object_or_404(DataExport, pk=export_id, user=request.user)
    try:
        content = exports.open_export(export, at=timezone.now(), actor=actor_label(request.user))
    except exports.ExportGoneError:
        raise Http404 from None
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="my-data.zip"'
    return response
