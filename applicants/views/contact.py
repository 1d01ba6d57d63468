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
from applicants.services.contact import current_contact, update_contact, values_of
from portal.audit import actor_label

SAVED = "Your contact details were saved."


@applicant_required
@second_factor_required
@require_http_methods(["GET", "HEAD", "POST"])
def contact_details(request: ApplicantRequest) -> HttpResponse:
    """Show and change contact information; after saving, return to the page of ours named by `next`."""
    back = own_address(request)
    if request.method == "POST":
        form = ContactForm(request.POST)
        if form.is_valid():
            if form.cleaned_data["email"].casefold() != request.user.email.casefold():
                # Links for a new password go there. The form is kept meanwhile, and sent on afterwards.
                raise_if_reauthentication_required(request, app="applicants")
            return _saved(request, form, back)
    else:
        contact = current_contact(request.applicant)
        form = ContactForm(initial=asdict(values_of(contact)) if contact else {"email": request.user.email})
    return render(request, "applicants/contact_details.html", {"form": form, "next": back})


def _saved(request: ApplicantRequest, form: ContactForm, back: str) -> HttpResponse:
    actor = actor_label(request.user)
    update_contact(applicant=request.applicant, values=form.values(), at=timezone.now(), actor=actor)
    messages.success(request, SAVED)
    return redirect(back or "contact_details")
