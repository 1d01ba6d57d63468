"""Public pages about medical schools: a search, and a page for each."""

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_countries import countries

from certification.forms.eligibility import EligibilityForm
from certification.forms.schools import SchoolSearchForm
from certification.models import MedicalSchool
from certification.rules.schools import notes_in_force
from certification.services import schools
from certification.services.eligibility import school_facts
from portal.eastern import eastern_date
from portal.rate_limits import RateLimit, limited

# A person tries a few spellings a minute; a program copies the directory.
SEARCHES = RateLimit("school-search", most=60, per=timedelta(minutes=5))
PAGES = RateLimit("school-pages", most=120, per=timedelta(minutes=5))
PAGE_LENGTH = 25
# Whoever goes on for so long wants a copy, or should narrow the search.
MOST_PAGES = 40


def _asked(request: HttpRequest) -> bool:
    return bool(request.GET.get("q") or request.GET.get("country"))


def _always(_request: HttpRequest) -> bool:
    return True


@login_not_required
@require_safe
@limited(SEARCHES, counts=_asked)
def search(request: HttpRequest) -> HttpResponse:
    """Find schools by words of their names, former names, city and country, a page at a time."""
    form = SchoolSearchForm(request.GET if _asked(request) else None)
    context: dict[str, object] = {"form": form}
    if form.is_bound and form.is_valid():
        number = _page_number(request.GET.get("page", ""))
        words, country = form.cleaned_data["q"], form.cleaned_data["country"]
        hits = schools.find(words, country=country, start=(number - 1) * PAGE_LENGTH, most=PAGE_LENGTH)
        context |= {"hits": hits, "words": words, "country": country, "country_name": countries.name(country)}
        context |= {"page": number, "has_next": hits.more and not hits.guessed and number < MOST_PAGES}
    return render(request, "certification/schools.html", context)


def _page_number(text: str) -> int:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(MOST_PAGES)) else 1
    return min(max(number, 1), MOST_PAGES)


@login_not_required
@require_safe
@limited(PAGES, counts=_always)
def school(request: HttpRequest, code: str) -> HttpResponse:
    """Show one school: its names, its sponsor notes, and what else is known of it."""
    try:
        found = schools.get(code)
    except MedicalSchool.DoesNotExist as error:
        raise Http404 from error
    values = {
        "school": found,
        "form": EligibilityForm(auto_id="ask_%s"),
        "in_force": notes_in_force(school_facts(found), eastern_date(timezone.now())),
    }
    return render(request, "certification/school.html", values)
