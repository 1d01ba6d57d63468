"""Requests of signed-in people, with the types that views need."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from applicants.models import Applicant, User

Rest = ParamSpec("Rest")
IDENTITY_FIRST = (
    "Confirm who you are first. Nothing can be ordered or changed before a reviewer has checked your document."
)


class AuthenticatedRequest(HttpRequest):
    """A request behind the sign-in middleware."""

    user: User


class ApplicantRequest(AuthenticatedRequest):
    """A request of a physician, after `applicant_required`."""

    applicant: Applicant


def applicant_required(
    view: Callable[Concatenate[ApplicantRequest, Rest], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]:
    """Give `view` the physician behind the account; an account without one, such as staff, gets the page 403."""

    @wraps(view)
    def with_applicant(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
        applicant = getattr(request.user, "applicant", None)
        if applicant is None:
            raise PermissionDenied("This account has no applicant record.")
        known = cast("ApplicantRequest", request)  # the sign-in middleware and the line above make it one
        known.applicant = applicant
        return view(known, *args, **kwargs)

    return with_applicant


def identity_required(
    view: Callable[Concatenate[ApplicantRequest, Rest], HttpResponseBase],
) -> Callable[Concatenate[ApplicantRequest, Rest], HttpResponseBase]:
    """Open `view` only to people whose identity was checked (R-APP-5); others are led to the page where they show it.

    Stands below `applicant_required`. Services refuse as well; this says what to do next.
    """

    @wraps(view)
    def with_identity(request: ApplicantRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
        if request.applicant.identity_checked_on is None:
            messages.warning(request, IDENTITY_FIRST)
            return redirect("identity")
        return view(request, *args, **kwargs)

    return with_identity


def own_address(request: HttpRequest) -> str:
    """Return `next` if it is a path on this site, else an empty string: nobody is led away from here."""
    given = str(request.POST.get("next") or request.GET.get("next") or "")
    is_ours = given.startswith("/") and url_has_allowed_host_and_scheme(given, allowed_hosts=None)
    return given if is_ours else ""
