"""Links sent to a person who registers: confirming the address, and going on with a saved registration.

Opening a link changes nothing, because mail programs open links before people do; pressing the button does.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from applicants.forms.registration import EmailForm, ResumeForm
from applicants.models import Registration
from applicants.services.links import LinkNotValidError, find_link
from applicants.services.registration import drafts, limits
from applicants.services.registration.drafts import RegistrationNotOpenError, Step
from applicants.states import LinkPurpose
from applicants.views.registration import (
    address_of,
    current_draft,
    go_on_with,
    refused,
    steps,
    visitor_page,
    wrong_place,
)
from portal.rate_limits import by_network

TOO_MANY_MESSAGES = "We sent several messages already. Look in the spam folder, or try again in an hour."


def _may_write(request: HttpRequest, email: str) -> bool:
    return limits.allowed(limits.MESSAGES, by_network(request)) and limits.allowed(
        limits.MESSAGES_TO_ONE, limits.address_key(email)
    )


@visitor_page
def email(request: HttpRequest) -> HttpResponse:
    """The e-mail address; a link goes to it, the same page follows whether we know the address or not."""
    draft = current_draft(request)
    elsewhere = wrong_place(request, draft, Step.EMAIL)
    if draft is None or elsewhere is not None:
        return elsewhere or redirect("register")
    if request.method != "POST":
        form = EmailForm(initial={"email": draft.email})
        return render(request, "applicants/registration/email.html", {"form": form, **steps(Step.EMAIL)})
    form = EmailForm(request.POST)
    if not form.is_valid():
        return render(request, "applicants/registration/email.html", {"form": form, **steps(Step.EMAIL)})
    return _send(request, draft, form)


def _send(request: HttpRequest, draft: Registration, form: EmailForm) -> HttpResponse:
    address = form.cleaned_data["email"]
    if draft.email_confirmed_at is not None and draft.email.lower() == address.lower():
        return redirect(address_of(drafts.first_open_step(draft)))
    if not _may_write(request, address):
        return refused(request, "applicants/registration/email.html", form, **steps(Step.EMAIL))
    try:
        drafts.send_confirmation(draft.pk, address, at=timezone.now())
    except RegistrationNotOpenError:
        return redirect("register")
    return redirect("register_email_sent")


@visitor_page
def email_sent(request: HttpRequest) -> HttpResponse:
    """Says that a message is on its way; a POST sends it again."""
    draft = current_draft(request)
    if draft is None or not draft.email:
        return redirect("register")
    if draft.email_confirmed_at is not None:
        return redirect(address_of(drafts.first_open_step(draft)))
    if request.method == "POST":
        if _may_write(request, draft.email):
            drafts.send_confirmation(draft.pk, draft.email, at=timezone.now())
            messages.success(request, "We sent the message again.")
        else:
            messages.warning(request, TOO_MANY_MESSAGES)
        return redirect("register_email_sent")
    return render(request, "applicants/registration/email_sent.html", {"registration": draft, **steps(Step.EMAIL)})


@visitor_page
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """One button; pressing it confirms the address and goes on with the registration in this browser."""
    return _link_page(request, token, LinkPurpose.CONFIRM_EMAIL)


@visitor_page
def resume_link(request: HttpRequest, token: str) -> HttpResponse:
    """One button; pressing it opens the saved registration in this browser."""
    return _link_page(request, token, LinkPurpose.RESUME)


def _link_page(request: HttpRequest, token: str, purpose: LinkPurpose) -> HttpResponse:
    at = timezone.now()
    is_resuming = purpose is LinkPurpose.RESUME
    link = find_link(token, purpose, at=at) if limits.allowed(limits.LINKS, by_network(request)) else None
    values = {"is_valid": link is not None, "is_resuming": is_resuming, "email": link.email if link else ""}
    if link is None:
        return render(request, "applicants/registration/link.html", values, status=404)
    if request.method != "POST":
        return render(request, "applicants/registration/link.html", values)
    try:
        draft = drafts.resume(token, at=at) if is_resuming else drafts.confirm_email(token, at=at)
    except (LinkNotValidError, RegistrationNotOpenError):
        return render(request, "applicants/registration/link.html", {**values, "is_valid": False}, status=404)
    go_on_with(request, draft)
    return redirect(address_of(drafts.first_open_step(draft)))


@visitor_page
def resume(request: HttpRequest) -> HttpResponse:
    """Sends a link to a saved registration; the same page follows for every address."""
    if request.method != "POST":
        return render(request, "applicants/registration/resume.html", {"form": ResumeForm()})
    form = ResumeForm(request.POST)
    if not form.is_valid():
        return render(request, "applicants/registration/resume.html", {"form": form})
    if not _may_write(request, form.cleaned_data["email"]):
        return refused(request, "applicants/registration/resume.html", form)
    drafts.send_resume_link(form.cleaned_data["email"], at=timezone.now())
    return redirect("register_resume_sent")


@visitor_page
def resume_sent(request: HttpRequest) -> HttpResponse:
    """Says that a message is on its way if there is a saved registration."""
    return render(request, "applicants/registration/resume_sent.html")
