"""Where the person is signed in."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from applicants.http import AuthenticatedRequest
from applicants.reauthentication import confirmed_again
from applicants.services import sessions

ENDED = "You are signed out there."
ALL_ENDED = "You are signed out everywhere else."


@confirmed_again(looking=False)
@require_http_methods(["GET", "HEAD", "POST"])
def session_list(request: AuthenticatedRequest) -> HttpResponse:
    """List the sessions of the person; a POST ends the one named by `session`, or all others.

    Whoever found a browser signed in must not be able to put its owner out of the others.
    """
    if request.method == "POST":
        return _end(request)
    here = request.session.session_key
    values = {"sessions": sessions.sessions_of(request.user), "here": here}
    return render(request, "applicants/sessions.html", values)


def _end(request: AuthenticatedRequest) -> HttpResponse:
    wanted = request.POST.get("session", "")
    if not wanted:
        sessions.end_other_sessions(request)
        messages.success(request, ALL_ENDED)
    elif wanted.isascii() and wanted.isdigit() and len(wanted) <= 18:
        sessions.end_session(user=request.user, key=int(wanted))
        messages.success(request, ENDED)
    return redirect("sessions")
