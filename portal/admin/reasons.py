"""Acts of staff on chosen rows, each with words that say why."""

from collections.abc import Callable
from functools import partial

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from portal import four_eyes

WORDS_LENGTH = 2000
MOST_AT_ONCE = 50


class RefusedActError(Exception):
    """The act is not possible; the text says why, for staff."""


# Gets the row, the words and the request; raises RefusedActError. False says that a second person must do the same.
Act = Callable[[models.Model, str, HttpRequest], bool | None]
WAITS = "Noted for {}. It takes effect when a second person does the same."


def act_with_words(
    name: str, act: Act, *, title: str, label: str, permission: str
) -> Callable[..., HttpResponse | None]:
    """Return an admin action that asks for words under `label`, then does `act` for each chosen row.

    `permission` is what `has_<permission>_permission` of the page answers for.
    """
    action = partial(_ask_or_do, act, title, label)
    action.__name__ = name  # type: ignore[attr-defined]  # the admin names actions by their function
    return admin.action(description=title, permissions=[permission])(action)


def _ask_or_do(
    act: Act,
    title: str,
    label: str,
    page: admin.ModelAdmin[models.Model],
    request: HttpRequest,
    queryset: models.QuerySet[models.Model],
) -> HttpResponse | None:
    words = request.POST.get("words", "").replace("\x00", "").strip()[:WORDS_LENGTH]
    rows = list(queryset[:MOST_AT_ONCE])
    if request.POST.get("confirmed") and words:
        _do(act, rows, words, request)
        return None
    values = {
        **page.admin_site.each_context(request),
        "title": title,
        "label": label,
        "proposals": four_eyes.waiting_for(page.model, [row.pk for row in rows]),
        "rows": [(row.pk, page.describe(row)) for row in rows],  # type: ignore[attr-defined]  # pages that use this
        "action": request.POST.get("action", ""),
        "missing": bool(request.POST.get("confirmed")),
        "most": WORDS_LENGTH,
        "opts": page.opts,
    }
    return TemplateResponse(request, "admin/act_with_words.html", values)


def _do(act: Act, rows: list[models.Model], words: str, request: HttpRequest) -> None:
    done = waiting = 0
    for row in rows:
        try:
            waits = act(row, words, request) is False
            waiting, done = waiting + waits, done + (not waits)
        except RefusedActError as error:
            messages.error(request, f"{row.pk}: {error}")
    if done:
        messages.success(request, f"Done for {done}.")
    if waiting:
        messages.info(request, WAITS.format(waiting))
