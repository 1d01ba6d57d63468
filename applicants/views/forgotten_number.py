"""A forgotten identification number: asked for with address and birth date, shown behind a mailed link and the password."""

from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from applicants.adapter import TOO_MANY_ATTEMPTS
from applicants.forms.registration import ForgottenNumberForm, ShowNumberForm
from applicants.models import MailedLink, User
from applicants.services.forgotten_number import send_number_link, show_number
from applicants.services.links import LinkNotValidError, find_link
from applicants.services.registration import limits
from applicants.states import LinkPurpose
from applicants.views.registration import refused, visitor_page
from portal.rate_limits import by_network

WRONG_PASSWORD = "The password is not right."  # noqa: S105 - a message


@visitor_page
def number_forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for address and birth date; the same page follows for everybody."""
    form = ForgottenNumberForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "applicants/number/forgotten.html", {"form": form})
    email, born = form.cleaned_data["email"], form.cleaned_data["birth_date"]
    if not (
        limits.allowed(limits.NUMBERS, by_network(request))
        and limits.allowed(limits.NUMBERS_TO_ONE, limits.address_key(email))
    ):
        return refused(request, "applicants/number/forgotten.html", form)
    send_number_link(email=email, birth_date=born, at=timezone.now())
    return redirect("number_sent")


@visitor_page
def number_sent(request: HttpRequest) -> HttpResponse:
    """Says that a message is on its way."""
    return render(request, "applicants/number/sent.html")


@visitor_page
def number_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show the number once, to who opened the link and knows the password."""
    allowed = limits.allowed(limits.LINKS, by_network(request))
    link = find_link(token, LinkPurpose.SHOW_NUMBER, at=timezone.now()) if allowed else None
    if link is None:
        return _no_link(request)
    form = ShowNumberForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "applicants/number/link.html", {"form": form, "is_valid": True})
    user = _proven(request, link, form)
    if user is None:
        return render(request, "applicants/number/link.html", {"form": form, "is_valid": True})
    try:
        number = show_number(token, user=user, at=timezone.now())
    except LinkNotValidError:
        return _no_link(request)
    return render(request, "applicants/number/shown.html", {"number": number})


def _no_link(request: HttpRequest) -> HttpResponse:
    return render(request, "applicants/number/link.html", {"is_valid": False}, status=404)


def _proven(request: HttpRequest, link: MailedLink, form: ShowNumberForm) -> User | None:
    """Return the account of the link when the password is its own; counted together with attempts to sign in."""
    account = link.user
    if account is None:
        return None
    try:
        user: User | None = get_adapter(request).authenticate(
            request, username=account.username, password=form.cleaned_data["password"]
        )
    except ValidationError:
        form.add_error("password", TOO_MANY_ATTEMPTS)
        return None
    if user is None or user.pk != account.pk:
        form.add_error("password", WRONG_PASSWORD)
        return None
    return user
