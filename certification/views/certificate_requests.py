"""Pages on which people ask for permanent validation or a new copy of their certificate."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from applicants.http import ApplicantRequest, applicant_required
from applicants.purchases import PAY_PAGE
from applicants.second_factor import second_factor_required
from certification.forms.certificate_requests import CertificateRequestForm
from certification.models import CertificateRequest
from certification.services.certificates import requests as service
from certification.services.certificates.records import certificate_of
from certification.states import PERMANENT_KINDS, CertificateRequestKind, CertificateRequestState
from portal.audit import actor_label
from portal.rate_limits import RateLimit, by_account, limited
from portal.uploads.services import UploadRefusedError

REQUESTS = RateLimit("certificate-requests", most=20, per=timedelta(hours=1))
HEADINGS = {
    CertificateRequestKind.TRAINING: "Make your certificate valid indefinitely: training",
    CertificateRequestKind.LICENSE: "Make your certificate valid indefinitely: license",
    CertificateRequestKind.LOST: "New copy of a lost certificate",
    CertificateRequestKind.NAME: "New copy with your new name",
}


@applicant_required
@second_factor_required
@require_http_methods(["GET", "HEAD", "POST"])
@limited(REQUESTS, by=by_account)
def certificate_request(request: ApplicantRequest, kind: str) -> HttpResponse:
    """Ask for one thing about one's own certificate; without a certificate there is no page (404)."""
    if kind not in CertificateRequestKind.values or certificate_of(request.applicant) is None:
        raise Http404
    wanted = CertificateRequestKind(kind)
    form = CertificateRequestForm(request.POST or None, request.FILES or None, kind=wanted)
    if request.method == "POST" and form.is_valid():
        made = _submitted(request, wanted, form)
        if made is not None:
            return _on(request, made)
    values = {"form": form, "kind": kind, "heading": HEADINGS[wanted], "costs": wanted not in PERMANENT_KINDS}
    return render(request, "certification/certificate_request.html", values)


def _submitted(
    request: ApplicantRequest, kind: CertificateRequestKind, form: CertificateRequestForm
) -> CertificateRequest | None:
    """Hand the request to the service; what is refused is put on `form`."""
    try:
        return service.submit(
            applicant=request.applicant,
            kind=kind,
            ground=form.ground(),
            file=form.cleaned_data.get("file"),
            at=timezone.now(),
            actor=actor_label(request.user),
        )
    except service.RequestError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
    except UploadRefusedError as error:
        form.add_error("file", str(error.refusal.label))
    return None


def _on(request: ApplicantRequest, made: CertificateRequest) -> HttpResponse:
    if made.state == CertificateRequestState.WAITING_FOR_PAYMENT:
        return redirect(PAY_PAGE)
    messages.success(request, "Thank you. We have received your request.")
    return redirect("certificate")


@applicant_required
@require_POST
def certificate_request_withdraw(request: ApplicantRequest, request_id: int) -> HttpResponse:
    """Take back one's own request."""
    try:
        service.withdraw(
            request_id=request_id, applicant=request.applicant, at=timezone.now(), actor=actor_label(request.user)
        )
    except CertificateRequest.DoesNotExist:
        raise Http404 from None
    except service.RequestError as error:
        messages.warning(request, f"{error}.")
    else:
        messages.success(request, "Your request was withdrawn.")
    return redirect("certificate")
