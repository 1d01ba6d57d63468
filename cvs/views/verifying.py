"""For whoever holds a report: is it genuine, and the authority's word that it arrived. Public, without an account."""

import hashlib
from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cvs.forms import VerifyFileForm, VerifyForm
from cvs.services import verification
from cvs.states import ReportState
from portal.clients import client_key
from portal.lookups import TooManyLookupsError

LOOKUP_CLIENT = "cvs.lookup_client"


def _page(form: VerifyForm) -> dict[str, object]:
    return {"form": form, "file_form": VerifyFileForm(label_suffix="", auto_id="file_%s")}


@login_not_required
@never_cache
@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """Answer for a typed code and report date; without them, show the form."""
    asked = "code" in request.GET or "date" in request.GET
    form = VerifyForm(request.GET if asked else None, label_suffix="")
    if not asked or not form.is_valid():
        return render(request, "cvs/verify.html", _page(form))
    at, code, report_on = timezone.now(), form.cleaned_data["code"], form.cleaned_data["date"]
    try:
        verdict = verification.look_up_typed(
            code=code, report_on=report_on, client=client_key(request, purpose=LOOKUP_CLIENT), at=at
        )
    except TooManyLookupsError as error:
        return _too_many(request, form, error, at=at)
    return _answer(request, form, verdict)


@login_not_required
@never_cache
@require_POST
def verify_file(request: HttpRequest) -> HttpResponse:
    """Answer for the file itself: is it, byte for byte, one that we issued. The file is read once and not kept."""
    file_form, at = VerifyFileForm(request.POST, request.FILES, label_suffix="", auto_id="file_%s"), timezone.now()
    form = VerifyForm(label_suffix="")
    if not file_form.is_valid():
        return render(request, "cvs/verify.html", {"form": form, "file_form": file_form})
    digest = hashlib.file_digest(file_form.cleaned_data["file"], "sha256").hexdigest()
    try:
        verdict = verification.look_up_file(
            content_sha256=digest, client=client_key(request, purpose=LOOKUP_CLIENT), at=at
        )
    except TooManyLookupsError as error:
        return _too_many(request, form, error, at=at)
    return _answer(request, form, verdict, by_file=True)


@login_not_required
@never_cache
@require_safe
def verify_code(request: HttpRequest, code: str) -> HttpResponse:
    """Answer for the code of a QR; the same words as for a typed code that is not found."""
    form, at = VerifyForm(label_suffix=""), timezone.now()
    try:
        verdict = verification.look_up_link(code=code[:64], client=client_key(request, purpose=LOOKUP_CLIENT), at=at)
    except TooManyLookupsError as error:
        return _too_many(request, form, error, at=at)
    return _answer(request, form, verdict)


def _answer(
    request: HttpRequest, form: VerifyForm, verdict: verification.Verdict, *, by_file: bool = False
) -> HttpResponse:
    said = verification.STATES_IN_WORDS[ReportState(verdict.report.state)] if verdict.report else ""
    return render(request, "cvs/verify.html", _page(form) | {"verdict": verdict, "replaced": said, "by_file": by_file})


def _too_many(request: HttpRequest, form: VerifyForm, error: TooManyLookupsError, *, at: datetime) -> HttpResponse:
    response = render(request, "cvs/verify.html", _page(form) | {"retry_at": error.retry_at}, status=429)
    response["Retry-After"] = str(max(int((error.retry_at - at).total_seconds()), 1))
    return response


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def acknowledge(request: HttpRequest, code: str) -> HttpResponse:
    """Show one button; only pressing it records that the authority has the report, so mail scanners change nothing."""
    if request.method == "POST":
        verification.acknowledge(code=code[:64], at=timezone.now())
        return redirect(request.path)
    report = verification.acknowledged_report(code[:64])
    return render(request, "cvs/acknowledge.html", {"report": report}, status=200 if report else 404)
