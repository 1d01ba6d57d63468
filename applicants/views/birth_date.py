"""The page about a person's date of birth: what is on record, and a correction of it once it was checked."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from applicants.forms.identity import BirthDateForm
from applicants.http import ApplicantRequest, applicant_required, identity_required
from applicants.models import BirthDateCorrection
from applicants.second_factor import second_factor_required
from applicants.services import birth_dates as service
from applicants.services import reviews
from applicants.states import OPEN_BIRTH_DATE_STATES, BirthDateState
from applicants.views.identity import sent, withdrawn
from portal.audit import actor_label

SENT = "Thank you. We have received your request."
WITHDRAWN = "Your request was withdrawn."


@applicant_required
@identity_required
@second_factor_required
@require_http_methods(["GET", "HEAD", "POST"])
def birth_date(request: ApplicantRequest) -> HttpResponse:
    """Show the date on record and what was asked for, and ask that it be corrected."""
    form = BirthDateForm(request.POST, request.FILES) if request.method == "POST" else BirthDateForm()
    if form.is_bound and form.is_valid() and sent(form, lambda: _ask(request, form)):
        messages.success(request, SENT)
        return redirect("birth_date")
    asked = service.corrections_of(request.applicant)
    waits = any(one.state in OPEN_BIRTH_DATE_STATES and not one.file_was_refused for one in asked)
    values = {
        "applicant": request.applicant,
        "form": None if waits and not form.is_bound else form,
        "requests": [(one, one.state == BirthDateState.REQUESTED and not one.found_by) for one in asked],
        "days": reviews.promised_days(BirthDateCorrection, at=timezone.now()),
        "zone": request.applicant.time_zone,
    }
    return render(request, "applicants/birth_date.html", values)


def _ask(request: ApplicantRequest, form: BirthDateForm) -> None:
    service.ask(
        applicant=request.applicant,
        birth_date=form.cleaned_data["birth_date"],
        explanation=form.cleaned_data["explanation"],
        file=form.scan,
        at=timezone.now(),
        actor=actor_label(request.user),
    )


@applicant_required
@second_factor_required
@require_POST
def birth_date_withdraw(request: ApplicantRequest) -> HttpResponse:
    """Take back what waits for a reviewer."""
    return withdrawn(request, service.withdraw, said=WITHDRAWN, page="birth_date")
