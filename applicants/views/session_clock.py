"""How long a session lasts, for the script that warns before its end."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_http_methods

from applicants import session_clock as clock


@require_http_methods(["GET", "POST"])
def session_clock(request: HttpRequest) -> JsonResponse:
    """Say how many seconds are left; a POST lets the time without a request begin anew first."""
    if request.method == "POST":
        clock.extend(request)
    return JsonResponse({"seconds_left": clock.seconds_left(request)})
