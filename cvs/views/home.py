"""The dashboard, and the person's own record as reports state it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from applicants.http import ApplicantRequest, applicant_required
from applicants.second_factor import has_second_factor
from certification.services import facts_as_of, open_report_hold
from certification.services.evaluation import evaluate_person
from cvs.presenters.dashboard import dashboard_of
from payments.services import ledger
from portal.eastern import eastern_date


@applicant_required
@require_safe
def dashboard(request: ApplicantRequest) -> HttpResponse:
    """Show what is met, what is missing and whose turn it is."""
    at = timezone.now()
    verdict = evaluate_person(request.applicant, eastern_date(at), as_told=True)
    values = {
        "applicant": request.applicant,
        "dashboard": dashboard_of(request.applicant, verdict),
        "credit_cents": ledger.credit_balance(request.applicant.pk),
        "hold": open_report_hold(request.applicant.pk),
        "at": at,
        "zone": request.applicant.time_zone,
        "is_protected": has_second_factor(request),
    }
    return render(request, "cvs/dashboard.html", values)


@applicant_required
@require_safe
def report_record(request: ApplicantRequest) -> HttpResponse:
    """Show the person's own record, field by field as a report would state it today; marked as not a report (R-CVS-1)."""
    today = eastern_date(timezone.now())
    facts = facts_as_of(applicant_id=request.applicant.pk, as_of=today)
    return render(request, "cvs/report_record.html", {"facts": facts})
