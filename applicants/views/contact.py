"""Pages of a person's own record."""

from dataclasses import asdict

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from applicants.forms import ContactForm
from applicants.http import ApplicantRequest, applicant_required, own_address
from applicants.second_factor import second_factor_required
from applicants.services.contact import current_contact, values_of
from applicants.services.email_changes import save_details, waiting_change
from applicants.views.email_change import LINK_SENT, TOO_MANY, may_ask
from portal.audit import actor_label

SAVED = "Your contact details were saved."


@applicant_required
@second_factor_required
@require_http_methods(["GET", "HEAD", "POST"])
def contact_details(request: ApplicantRequest) -> HttpResponse:
    """Show and change contact information; after saving, return to the page of ours named by `next`.

    A new e-mail address waits for the link sent to it; everything else is saved at once.
    """
    if request.method != "POST":
        contact = current_contact(request.applicant)
        known = asdict(values_of(contact)) if contact else {}
        return _page(request, ContactForm(initial={**known, "email": request.user.email}))
    form = ContactForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    if form.cleaned_data["email"] == request.user.email:
        return _saved(request, form)
    # Links for a new password will go there. The form is kept meanwhile, and sent on afterwards.
    raise_if_reauthentication_required(request, app="applicants")
    if not may_ask(request, form.cleaned_data["email"]):
        form.add_error("email", TOO_MANY)
        return _page(request, form, status=429)
    return _saved(request, form)


def _page(request: ApplicantRequest, form: ContactForm, *, status: int = 200) -> HttpResponse:
    waiting = waiting_change(request.user, at=timezone.now())
    values = {"form": form, "next": own_address(request), "waiting": waiting, "zone": request.applicant.time_zone}
    return render(request, "applicants/contact_details.html", values, status=status)


def _saved(request: ApplicantRequest, form: ContactForm) -> HttpResponse:
    actor, at = actor_label(request.user), timezone.now()
    waits = save_details(
        applicant=request.applicant, values=form.values(), email=form.cleaned_data["email"], at=at, actor=actor
    )
    messages.success(request, SAVED)
    if waits:
        messages.info(request, LINK_SENT)
    return redirect(own_address(request) or "contact_details")
