"""A new e-mail address that waits for its link: sent again, withdrawn, confirmed, or stopped from the old address.

Opening a link changes nothing, because mail programs open links before people do; pressing the button does.
"""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from applicants.http import ApplicantRequest, applicant_required
from applicants.models import MailedLink
from applicants.reauthentication import confirmed_again
from applicants.second_factor import second_factor_required
from applicants.services import email_changes
from applicants.services.links import LinkNotValidError, find_link
from applicants.services.registration import limits
from applicants.states import LinkPurpose
from portal.audit import actor_label
from portal.rate_limits import by_account, by_network

LINK_SENT = "We sent a link to the new e-mail address. Until you open it there, we go on writing to the old one."
CHANGED = "Your e-mail address was changed."
WITHDRAWN = "Your e-mail address stays as it was."
NOTHING_WAITS = "No new e-mail address waits for you."
TOO_MANY = "We sent several links already. Look in the spam folder, or try again in an hour"


def may_ask(request: HttpRequest, email: str) -> bool:
    """Count one more link to a new address, of this account and to `email`, and tell whether it may be sent."""
    return limits.allowed(limits.EMAIL_CHANGES, by_account(request)) and limits.allowed(
        limits.MESSAGES_TO_ONE, limits.address_key(email)
    )


@applicant_required
@second_factor_required
@require_POST
@confirmed_again(looking=False)
def email_change_again(request: ApplicantRequest) -> HttpResponse:
    """Send the link to the address that waits once more."""
    waiting = email_changes.waiting_change(request.user, at=timezone.now())
    if waiting is None:
        messages.info(request, NOTHING_WAITS)
    elif may_ask(request, waiting.email):
        actor = actor_label(request.user)
        email_changes.request_change(applicant=request.applicant, email=waiting.email, at=timezone.now(), actor=actor)
        messages.info(request, LINK_SENT)
    else:
        messages.warning(request, f"{TOO_MANY}.")
    return redirect("contact_details")


@applicant_required
@second_factor_required
@require_POST
def email_change_withdraw(request: ApplicantRequest) -> HttpResponse:
    """End what waits; the address stays."""
    actor = actor_label(request.user)
    ended = email_changes.withdraw_change(applicant=request.applicant, at=timezone.now(), actor=actor)
    messages.info(request, WITHDRAWN if ended else NOTHING_WAITS)
    return redirect("contact_details")


@applicant_required
@second_factor_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def email_change_confirm(request: ApplicantRequest, token: str) -> HttpResponse:
    """One button; pressing it uses the new address, of the account that is signed in alone.

    Who mistyped the address must not hand the account to the mailbox of a stranger: the link alone is not enough.
    """
    link = _find(request, token, LinkPurpose.CHANGE_EMAIL)
    if link is None or link.user_id != request.user.pk:
        return _no_link(request, "email_change_confirm")
    if request.method != "POST":
        return render(request, "applicants/email_change_confirm.html", {"link": link})
    try:
        actor = actor_label(request.user)
        email_changes.confirm_change(token, applicant=request.applicant, at=timezone.now(), actor=actor)
    except LinkNotValidError:
        return _no_link(request, "email_change_confirm")
    messages.success(request, CHANGED)
    return redirect("contact_details")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def email_change_stop(request: HttpRequest, token: str) -> HttpResponse:
    """One button; pressing it keeps the old address. Whoever reads its mail may, signed in or not."""
    if _find(request, token, LinkPurpose.STOP_EMAIL_CHANGE) is None:
        return _no_link(request, "email_change_stop")
    if request.method != "POST":
        return render(request, "applicants/email_change_stop.html", {"is_valid": True})
    try:
        email_changes.stop_change(token, at=timezone.now())
    except LinkNotValidError:
        return _no_link(request, "email_change_stop")
    return render(request, "applicants/email_change_stop.html", {"is_stopped": True})


def _find(request: HttpRequest, token: str, purpose: LinkPurpose) -> MailedLink | None:
    if not limits.allowed(limits.LINKS, by_network(request)):
        return None
    return find_link(token, purpose, at=timezone.now())


def _no_link(request: HttpRequest, page: str) -> HttpResponse:
    return render(request, f"applicants/{page}.html", status=404)
