"""Pages about a person's names: what is on record, a change of it, and the verification of a former one."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applicants.forms.identity import FormerNameForm, NameChangeForm
from applicants.http import ApplicantRequest, applicant_required, identity_required
from applicants.models import NameRequest
from applicants.second_factor import second_factor_required
from applicants.services import names as service
from applicants.services import reviews
from applicants.services.names import LateForAppointmentError
from applicants.states import NameRequestKind, NameRequestState
from applicants.views.identity import sent, withdrawn
from portal.audit import actor_label

SENT = "Thank you. We have received your request."
WITHDRAWN = "Your request was withdrawn."
form_methods = require_http_methods(["GET", "HEAD", "POST"])


@applicant_required
@require_safe
def name_of_record(request: ApplicantRequest) -> HttpResponse:
    """Show the name of record, former and verified names, and what was asked for."""
    requests = service.requests_of(request.applicant)
    values = {
        "applicant": request.applicant,
        "former": request.applicant.former_names_of_record.order_by("-until_on", "-pk"),
        "verified": request.applicant.verified_names.order_by("verified_on", "pk"),
        "requests": [(one, one.state == NameRequestState.REQUESTED) for one in requests],
        "days": reviews.promised_days(NameRequest, at=timezone.now()),
        "zone": request.applicant.time_zone,
    }
    return render(request, "applicants/name_of_record.html", values)


@applicant_required
@second_factor_required
@form_methods
def name_change(request: ApplicantRequest) -> HttpResponse:
    """Ask for another name of record (R-NAME-1); what it brings stands above the button."""
    if request.method != "POST":
        script = {"native_script_name": request.applicant.native_script_name}
        return _change_page(request, NameChangeForm(initial=script))
    form = NameChangeForm(request.POST, request.FILES, late="knows_it_is_late" in request.POST)
    try:
        if form.is_valid() and sent(form, lambda: _request_change(request, form)):
            return _done(request)
    except LateForAppointmentError as error:
        form = NameChangeForm(request.POST, request.FILES, late=True)
        form.is_valid()
        form.add_error("knows_it_is_late", str(error))
    return _change_page(request, form)


def _request_change(request: ApplicantRequest, form: NameChangeForm) -> None:
    service.request_change(
        applicant=request.applicant,
        wish=form.wish(),
        knows_it_is_late=form.knows,
        file=form.scan,
        at=timezone.now(),
        actor=actor_label(request.user),
    )


def _change_page(request: ApplicantRequest, form: NameChangeForm) -> HttpResponse:
    values = {
        "applicant": request.applicant,
        "form": form,
        "consequences": service.consequences(request.applicant, at=timezone.now()),
        "days": reviews.promised_days(NameRequest, at=timezone.now()),
    }
    return render(request, "applicants/name_change.html", values)


@applicant_required
@identity_required
@second_factor_required
@form_methods
def former_name(request: ApplicantRequest) -> HttpResponse:
    """Ask that a former name be verified; the name of record stays as it is (R-NAME-4)."""
    form = FormerNameForm(request.POST, request.FILES) if request.method == "POST" else FormerNameForm()
    if form.is_bound and form.is_valid() and sent(form, lambda: _request_verification(request, form)):
        return _done(request)
    return render(request, "applicants/former_name.html", {"applicant": request.applicant, "form": form})


def _request_verification(request: ApplicantRequest, form: FormerNameForm) -> None:
    service.request_verification(
        applicant=request.applicant,
        name=form.name,
        explanation=form.cleaned_data["explanation"],
        file=form.scan,
        at=timezone.now(),
        actor=actor_label(request.user),
    )


def _done(request: ApplicantRequest) -> HttpResponse:
    messages.success(request, SENT)
    return redirect("name_of_record")


@applicant_required
@second_factor_required
@require_POST
def name_withdraw(request: ApplicantRequest, kind: NameRequestKind) -> HttpResponse:
    """Take back the person's own request of this kind."""
    return withdrawn(request, partial(service.withdraw, kind=kind), said=WITHDRAWN, page="name_of_record")
