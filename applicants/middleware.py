"""What accounts other than those of physicians cannot do without."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from applicants.second_factor import ask_for_second_factor, has_second_factor, must_have_second_factor

# Where a second factor is set up or shown, and the way out.
_OPEN = {
    "account_logout",
    "account_reauthenticate",
    "admin:logout",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "second_factor",
}


class SecondFactorMiddleware:
    """Leads accounts that must have a second factor to it before they see any page that is not public."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: object, kwargs: object
    ) -> HttpResponse | None:
        """Let `view` answer, or lead to the page that asks for the second factor."""
        is_private = getattr(view, "login_required", True)
        if not is_private or not must_have_second_factor(request.user) or has_second_factor(request):
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        return None if name in _OPEN else ask_for_second_factor(request)
