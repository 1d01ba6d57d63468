"""The physician's own certificate, and the public page that says whether one is genuine."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from applicants.http import ApplicantRequest, applicant_required
from applicants.second_factor import second_factor_required
from certification.forms.certificates import VerifyCertificateForm
from certification.presenters.certificate import page_of
from certification.services.certificates import candidates, copies, verification
from certification.services.certificates.records import certificate_of
from certification.states import CertificateState
from portal.audit import actor_label
from portal.clients import client_key
from portal.lookups import TooManyLookupsError
from portal.rate_limits import RateLimit, by_account, limited

DOWNLOADS = RateLimit("certificate-download", most=30, per=timedelta(hours=1))
LOOKUP_CLIENT = "certification.lookup_client"
MOST_SHOWN = 5
VERIFY_PAGE = "certification/verify_certificate.html"


@applicant_required
@require_safe
def certificate(request: ApplicantRequest) -> HttpResponse:
    """Show the person's certificate, or that there is none yet."""
    at = timezone.now()
    page = page_of(request.applicant, at=at)
    waiting = page is None and candidates.is_waiting(request.applicant, at=at)
    values = {
        "page": page,
        "requests": page.certificate.requests.order_by("-pk")[:MOST_SHOWN] if page else [],
        "waiting": waiting,
        "weeks": candidates.usual_weeks(at=at) if waiting else 0,
    }
    return render(request, "certification/certificate.html", values)


@applicant_required
@require_safe
@second_factor_required
@limited(DOWNLOADS, by=by_account, counts=lambda _: True)
def certificate_pdf(request: ApplicantRequest) -> HttpResponse:
    """Hand out the newest sealed copy of the person's own certificate; without one there is nothing (404)."""
    held = certificate_of(request.applicant)
    copy = copies.newest(held) if held is not None and held.state != CertificateState.REVOKED else None
    if held is None or copy is None:
        raise Http404
    try:
        content = copies.hand_out(copy, at=timezone.now(), actor=actor_label(request.user))
    except copies.CopyNotReadyError:
        messages.info(request, "Your certificate is being printed and sealed. Try again in a few minutes.")
        return redirect("certificate")
    name = f"certificate-{held.number}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


@login_not_required
@never_cache
@require_safe
def verify_certificate(request: HttpRequest) -> HttpResponse:
    """Answer for a typed number and issue date; without them, show the form."""
    asked = "number" in request.GET or "date" in request.GET
    form = VerifyCertificateForm(request.GET if asked else None, label_suffix="")
    if not asked or not form.is_valid():
        return render(request, VERIFY_PAGE, {"form": form})
    at = timezone.now()
    try:
        verdict = verification.look_up(
            number=form.cleaned_data["number"],
            issued_on=form.cleaned_data["date"],
            client=client_key(request, purpose=LOOKUP_CLIENT),
            at=at,
        )
    except TooManyLookupsError as error:
        return _too_many(request, form, error.retry_at, at=at)
    return render(request, VERIFY_PAGE, {"form": form, "verdict": verdict})


def _too_many(request: HttpRequest, form: VerifyCertificateForm, retry_at: datetime, *, at: datetime) -> HttpResponse:
    response = render(request, VERIFY_PAGE, {"form": form, "retry_at": retry_at}, status=429)
    response["Retry-After"] = str(max(int((retry_at - at).total_seconds()), 1))
    return response
