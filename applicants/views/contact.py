"""Pages of a person's own record."""

from dataclasses import asdict

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from applicants.forms import ContactForm
from applicants.http import ApplicantRequest, applicant_required
from applicants.services.contact import current_contact, update_contact, values_of
from portal.audit import actor_label

SAVED = "Your contact details were saved."


@applicant_required
@require_http_methods(["GET", "HEAD", "POST"])
def contact_details(request: ApplicantRequest) -> HttpResponse:
    """Show and change contact information; after saving, return to the page of ours named by `next`."""
    back = _own_address(request)
    if request.method == "POST":
        form = ContactForm(request.POST)
        if form.is_valid():
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


def _own_address(request: ApplicantRequest) -> str:
    """Return `next` if it is a path on this site, else an empty string: nobody is led away from here."""
    given = str(request.POST.get("next") or request.GET.get("next") or "")
    is_ours = given.startswith("/") and url_has_allowed_host_and_scheme(given, allowed_hosts=None)
    return given if is_ours else ""
