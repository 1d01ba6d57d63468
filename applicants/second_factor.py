"""Whether the person of a session has shown a second factor, and the way there for who has not (NIST SP 800-63B AAL2)."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from allauth.account.authentication import get_authentication_records
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from applicants.models import User

# How allauth names a passkey, an authenticator's code or a recovery code in its records of a session.
SECOND_FACTOR = "mfa"
Asked = TypeVar("Asked", bound=HttpRequest)
Rest = ParamSpec("Rest")


def has_second_factor(request: HttpRequest) -> bool:
    """Tell whether a passkey, an authenticator's code or a recovery code was used in THIS session."""
    return any(record.get("method") == SECOND_FACTOR for record in get_authentication_records(request, request.user))


def must_have_second_factor(user: User | AnonymousUser) -> bool:
    """Tell whether the account may do nothing without a second factor: all but those of physicians.

    A physician needs one before certain acts only, which are marked with `second_factor_required`.
    """
    return user.is_authenticated and (user.is_staff or getattr(user, "applicant", None) is None)


def second_factor_required(
    view: Callable[Concatenate[Asked, Rest], HttpResponseBase],
) -> Callable[Concatenate[Asked, Rest], HttpResponseBase]:
    """Open `view` only to sessions with a second factor; others are led to set-up or to confirming, and back again."""

    @wraps(view)
    def with_second_factor(request: Asked, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
        return view(request, *args, **kwargs) if has_second_factor(request) else ask_for_second_factor(request)

    return with_second_factor


def ask_for_second_factor(request: HttpRequest) -> HttpResponse:
    """Return the way to the page that asks for a second factor; it returns to the page of this request."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return redirect(f"{reverse('second_factor')}?{urlencode({'next': request.get_full_path()})}")
