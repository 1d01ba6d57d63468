"""A person's messages, and which of them also come by e-mail."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.audit import actor_label
from portal.forms import MessagePreferencesForm
from portal.inbox import preferences as choices
from portal.inbox import reading
from portal.inbox.catalogue import essential_kinds
from portal.inbox.reading import Mark
from portal.models import InboxMessage

SAVED = "Your choices were saved."
ARCHIVE = "archive"
DONE = {
    Mark.UNREAD: "The message is marked as unread.",
    Mark.ARCHIVE: "The message is in your archive.",
    Mark.RESTORE: "The message is back in your inbox.",
}
# Row numbers have at most so many digits.
_LONGEST_NUMBER = 18


def _person(request: HttpRequest) -> int:
    """Return the account of a request that came through the sign-in middleware."""
    return int(request.user.pk or 0)


def _before(request: HttpRequest) -> int | None:
    given = request.GET.get("before", "")
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and len(given) <= _LONGEST_NUMBER):
        raise Http404("There is no such page of messages.")
    return int(given)


@require_safe
def message_list(request: HttpRequest) -> HttpResponse:
    """List the messages in the inbox, or with `?folder=archive` those put away."""
    archived = request.GET.get("folder") == ARCHIVE
    before = _before(request)
    page = reading.page(_person(request), archived=archived, before=before)
    return render(
        request, "portal/inbox/list.html", {"page": page, "archived": archived, "is_first_page": before is None}
    )


def _own(request: HttpRequest, message_id: int) -> InboxMessage:
    """Return the message if it is the person's; somebody else's is as good as none."""
    return get_object_or_404(reading.messages_of(_person(request)), pk=message_id)


@require_safe
def message(request: HttpRequest, message_id: int) -> HttpResponse:
    """Show one message, which is read from then on."""
    found = _own(request, message_id)
    if request.method == "GET":
        reading.mark(found, Mark.READ, at=timezone.now())
    # The number in the header was asked for before the message was read.
    values = {"message": found, "unread_messages": reading.count_unread(_person(request))}
    return render(request, "portal/inbox/message.html", values)


@require_POST
def mark_message(request: HttpRequest, message_id: int) -> HttpResponse:
    """Mark a message as unread, put it away, or fetch it back."""
    found = _own(request, message_id)
    try:
        act = Mark(request.POST.get("act", ""))
    except ValueError:
        return HttpResponseBadRequest("Choose what to do with the message.")
    reading.mark(found, act, at=timezone.now())
    if act in DONE:
        messages.success(request, DONE[act])
    return redirect("inbox")


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Show and change which optional messages also come by e-mail."""
    now = choices.choices_of(_person(request))
    form = MessagePreferencesForm(request.POST if request.method == "POST" else None, now=now)
    if form.is_bound and form.is_valid():
        choices.choose(
            user_id=_person(request), wanted=form.wanted(), at=timezone.now(), actor=actor_label(request.user)
        )
        messages.success(request, SAVED)
        return redirect("message_preferences")
    return render(request, "portal/inbox/preferences.html", {"form": form, "essential": essential_kinds()})
