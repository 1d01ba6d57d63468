"""In which language a page of the school portal answers: the one chosen there, the official's, or the browser's."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.http import require_POST

from applicants.http import own_address
from certification.states import SchoolLanguage

Rest = ParamSpec("Rest")
COOKIE_SECONDS = 365 * 24 * 60 * 60


def cookie_name() -> str:
    """Return the name of the cookie that holds the choice."""
    return f"{settings.COOKIE_PREFIX}school-language"


def chosen_language(request: HttpRequest) -> str:
    """Return the language chosen in this browser, or an empty string."""
    value = request.COOKIES.get(cookie_name(), "")
    return value if value in SchoolLanguage.values else ""


def browser_language(request: HttpRequest) -> str:
    """Return the first language of ours that the browser asks for; English without one."""
    for code, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        short = code.partition("-")[0]
        if short in SchoolLanguage.values:
            return short
    return SchoolLanguage.ENGLISH.value


def prefer(request: HttpRequest, language: str) -> None:
    """Answer in the official's language from here on, unless another one was chosen."""
    translation.activate(chosen_language(request) or language)


def in_school_language(
    view: Callable[Concatenate[HttpRequest, Rest], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]:
    """Let `view` answer in a language of the school portal; no other page of ours knows more than one."""

    @wraps(view)
    def translated(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
        with translation.override(chosen_language(request) or browser_language(request)):
            try:
                response = view(request, *args, **kwargs)
            except Http404:
                response = render(request, "certification/school/not_found.html", status=404)
            response.headers["Content-Language"] = translation.get_language() or "en"
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        return response

    return translated


@login_not_required
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the language that was chosen, and lead back to the page."""
    language = str(request.POST.get("language", ""))
    response = redirect(own_address(request) or "landing")
    if language in SchoolLanguage.values:
        response.set_cookie(
            cookie_name(),
            language,
            max_age=COOKIE_SECONDS,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response
