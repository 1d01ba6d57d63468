"""Pages of officials who sign in: all requests to their schools, one of them, and accounts of colleagues."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from applicants.http import AuthenticatedRequest
from applicants.permissions import NotAllowedError
from applicants.second_factor import second_factor_required
from certification.forms.school import AnswerForm, FilterForm, refusal_text
from certification.models import SchoolOfficial, VerificationRequest
from certification.services.verification import accounts, answers, inbox
from certification.services.verification.accounts import AccountError
from certification.services.verification.answers import AlreadyAnsweredError
from certification.states import WITH_THE_SCHOOL
from certification.views.school.answering import page_values
from certification.views.school.language import in_school_language, prefer
from portal.rate_limits import RateLimit, by_account, limited
from portal.uploads.http import shows_page_images
from portal.uploads.services import UploadRefusedError

Rest = ParamSpec("Rest")
PER_PAGE = 25
ACCOUNTS = RateLimit("school-accounts", most=60, per=timedelta(hours=1))


class OfficialRequest(AuthenticatedRequest):
    """A request of somebody on the list of a school, after `official_required`."""

    listings: list[SchoolOfficial]


def official_required(
    view: Callable[Concatenate[OfficialRequest, Rest], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]:
    """Open `view` to people who are on the list of a school now; everybody else gets the page 403."""

    @wraps(view)
    def with_listings(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
        known = cast("OfficialRequest", request)  # the sign-in middleware and the lines below make it one
        known.listings = list(accounts.listings_of(known.user, at=timezone.now()))
        if not known.listings:
            raise PermissionDenied("This account is on no school's list.")
        prefer(request, known.listings[0].language)
        return view(known, *args, **kwargs)

    return second_factor_required(in_school_language(with_listings))


def _frame(request: OfficialRequest) -> dict[str, object]:
    """Return what the navigation of every page needs."""
    return {"listings": request.listings, "coordinates": any(one.may_coordinate for one in request.listings)}


@require_safe
@official_required
def school_requests(request: OfficialRequest) -> HttpResponse:
    """List the requests to the schools of this person, those that wait first, the oldest on top."""
    form = FilterForm(request.GET, listings=request.listings)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows: QuerySet[VerificationRequest] = inbox.requests_for(
        request.listings,
        show=chosen.get("show") or "waiting",
        school=chosen.get("school", ""),
        words=chosen.get("words", ""),
    )
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    at = timezone.now()
    lines = [(row, (at - row.sent_at).days if row.sent_at else 0, row.state in WITH_THE_SCHOOL) for row in page]
    given = request.GET.copy()
    given.pop("page", None)
    values = {**_frame(request), "filter": form, "page": page, "lines": lines, "query": given.urlencode()}
    return render(request, "certification/school/requests.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
@official_required
@shows_page_images
def school_request(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one request beside its questions and take the answer; another school's request does not exist."""
    known = cast("OfficialRequest", request)
    at = timezone.now()
    asked = inbox.requests_for(known.listings, show="all").select_related("applicant__education").filter(pk=pk).first()
    official = accounts.official_for(known.user, asked, at=at) if asked is not None else None
    if asked is None or official is None:
        raise Http404
    if request.method == "POST":
        return _answer(known, asked, official)
    return _page(known, asked, official)


def _answer(request: OfficialRequest, asked: VerificationRequest, official: SchoolOfficial) -> HttpResponse:
    form = AnswerForm(request.POST, request.FILES, request=asked, official=official)
    if not form.is_valid():
        return _page(request, asked, official, form)
    try:
        answers.answer_by_account(asked.pk, request.user, form.reply(), at=timezone.now())
    except UploadRefusedError as error:
        form.add_error("transcript", refusal_text(error.refusal))
        return _page(request, asked, official, form)
    except AlreadyAnsweredError:
        messages.warning(request, _("Your answer was not saved: the request was answered or ended meanwhile."))
        asked.refresh_from_db()
        return _page(request, asked, official, form)
    messages.success(request, _("Thank you: your answer arrived"))
    return redirect("school_requests")


def _page(
    request: OfficialRequest, asked: VerificationRequest, official: SchoolOfficial, form: AnswerForm | None = None
) -> HttpResponse:
    is_open = asked.state in WITH_THE_SCHOOL
    values = {
        **_frame(request),
        **page_values(asked, official),
        "form": form or (AnswerForm(request=asked, official=official) if is_open else None),
        "is_open": is_open,
        "given": None if is_open else asked.answers.filter(round=asked.round).first(),
    }
    return render(request, "certification/school/request.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
@official_required
@limited(ACCOUNTS, by=by_account)
def school_people(request: HttpRequest) -> HttpResponse:
    """Show a coordinator who is on the list, and open or close accounts; the list itself is kept by our staff."""
    known = cast("OfficialRequest", request)
    schools = [one.school_id for one in known.listings if one.may_coordinate]
    if not schools:
        raise PermissionDenied("This account coordinates no school.")
    if request.method == "POST":
        return _change_account(known, schools)
    people = inbox.colleagues(schools, at=timezone.now())
    page = Paginator(people, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "certification/school/people.html", {**_frame(known), "page": page, "query": ""})


def _change_account(request: OfficialRequest, schools: list[int]) -> HttpResponse:
    key = request.POST.get("official", "")
    at = timezone.now()
    official = (
        inbox.colleagues(schools, at=at).filter(pk=int(key)).first() if key.isdecimal() and len(key) < 19 else None
    )
    if official is None:
        raise Http404
    try:
        if request.POST.get("act") == "open":
            accounts.invite(official.pk, by=request.user, at=at)
            messages.success(request, _("The account is open. We wrote to the address on the list."))
        elif request.POST.get("act") == "close":
            accounts.close(official.pk, by=request.user, at=at)
            messages.success(request, _("The account is closed."))
    except (AccountError, NotAllowedError):
        messages.warning(request, _("This could not be done. Look at the list again, or write to us."))
    return redirect("school_people")
