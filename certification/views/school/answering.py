"""The page on which an official sees a document beside the questions and answers, through a one-time link."""

from datetime import datetime, timedelta

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from certification.forms.school import AnswerForm, PassOnForm, refusal_text
from certification.models import SchoolOfficial, VerificationAttempt, VerificationRequest
from certification.services.verification import answers, links, requests, viewing
from certification.services.verification.links import LinkClosedError, LinkStanding, LinkUnknownError
from certification.states import VerificationPurpose
from certification.views.school.language import in_school_language, prefer
from portal.eastern import eastern_date
from portal.rate_limits import RateLimit, limited
from portal.uploads.http import shows_page_images
from portal.uploads.services import UploadRefusedError

# An office that answers fifty requests in a morning stays below it; trying out secrets of 256 bits is hopeless anyway.
LINKS = RateLimit("school-links", most=300, per=timedelta(hours=1))
NEW_LINKS = RateLimit("school-new-links", most=10, per=timedelta(hours=1))
OPENED = "school_opened"
MOST_OPENED = 50
MOST_COLLEAGUES = 100


def _asks_for_link(request: HttpRequest) -> bool:
    return request.method == "POST" and request.POST.get("act") == "new_link"


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited(LINKS, counts=lambda request: True)
@limited(NEW_LINKS, counts=_asks_for_link)
@in_school_language
@shows_page_images
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the link leads to; only what is sent with a button changes anything, as mail programs follow links."""
    at = timezone.now()
    try:
        attempt = links.find(token)
    except LinkUnknownError:
        return _no_link(request, None, at=at)
    if attempt.official is not None:
        prefer(request, attempt.official.language)
    try:
        links.require_open(attempt, at=at)
        if request.method == "POST":
            return _act(request, token, attempt, at=at)
    except LinkClosedError as error:
        return _closed(request, attempt, error.standing, at=at)
    if attempt.pk not in request.session.get(OPENED, []):
        return render(request, "certification/school/open.html", {"asked": attempt.request})
    return _page(request, attempt)


def _act(request: HttpRequest, token: str, attempt: VerificationAttempt, *, at: datetime) -> HttpResponse:
    act = request.POST.get("act", "")
    if act == "open":
        requests.open_by_link(token, at=at)
        _remember(request, attempt)
        return redirect(request.path)
    if act == "pass_on":
        return _pass_on(request, token, attempt, at=at)
    if act == "answer":
        return _answer(request, token, attempt, at=at)
    return _no_link(request, attempt, at=at) if act == "new_link" else redirect(request.path)


def _remember(request: HttpRequest, attempt: VerificationAttempt) -> None:
    opened = [key for key in request.session.get(OPENED, []) if key != attempt.pk]
    request.session[OPENED] = [*opened[-MOST_OPENED + 1 :], attempt.pk]


def _answer(request: HttpRequest, token: str, attempt: VerificationAttempt, *, at: datetime) -> HttpResponse:
    assert attempt.official is not None  # an open link has one
    form = AnswerForm(request.POST, request.FILES, request=attempt.request, official=attempt.official)
    if form.is_valid():
        try:
            answers.answer_by_link(token, form.reply(), at=at)
        except UploadRefusedError as error:
            form.add_error("transcript", refusal_text(error.refusal))
        else:
            _remember(request, attempt)
            return redirect(request.path)
    return _page(request, attempt, form=form)


def _pass_on(request: HttpRequest, token: str, attempt: VerificationAttempt, *, at: datetime) -> HttpResponse:
    form = PassOnForm(request.POST, colleagues=_colleagues(attempt, at=at))
    if not form.is_valid():
        return _page(request, attempt, pass_on=form)
    requests.pass_on(token, official_id=int(form.cleaned_data["official"]), at=at)
    return redirect(request.path)


def _page(
    request: HttpRequest,
    attempt: VerificationAttempt,
    *,
    form: AnswerForm | None = None,
    pass_on: PassOnForm | None = None,
) -> HttpResponse:
    official = attempt.official
    assert official is not None  # an open link has one
    at = timezone.now()
    colleagues = _colleagues(attempt, at=at)
    values = {
        **page_values(attempt.request, official),
        "form": form or AnswerForm(request=attempt.request, official=official),
        "pass_on": (pass_on or PassOnForm(colleagues=colleagues)) if colleagues else None,
    }
    return render(request, "certification/school/answer.html", values)


def page_values(asked: VerificationRequest, official: SchoolOfficial) -> dict[str, object]:
    """Return what the page of one request shows besides its form: the person and the documents."""
    applicant = asked.applicant
    education = getattr(applicant, "education", None)
    return {
        "asked": asked,
        "official": official,
        "person": applicant,
        "other_names": [f"{name.given_names} {name.family_name}".strip() for name in applicant.verified_names.all()],
        "education": education,
        "documents": viewing.pages_of(asked, official),
        "previous": asked.answers.filter(round=asked.round - 1).first() if asked.question else None,
    }


def _colleagues(attempt: VerificationAttempt, *, at: datetime) -> list[SchoolOfficial]:
    right = requests.RIGHTS[VerificationPurpose(attempt.request.purpose)]
    listed = SchoolOfficial.objects.listed_on(eastern_date(at)).filter(
        school_id=attempt.request.school_id, institution="", **{right: True}
    )
    return list(listed.exclude(pk=attempt.official_id or 0).order_by("name", "pk")[:MOST_COLLEAGUES])


def _closed(
    request: HttpRequest, attempt: VerificationAttempt, standing: LinkStanding, *, at: datetime
) -> HttpResponse:
    """Say why the link does not work, and give back what was written on it."""
    if _asks_for_link(request):
        return _no_link(request, attempt, at=at)
    given = attempt.request.answers.filter(round=attempt.round).first() if standing is LinkStanding.ANSWERED else None
    mine = given is not None and attempt.pk in request.session.get(OPENED, [])
    values = {
        "asked": attempt.request,
        "standing": standing.value,
        "given": given,
        "mine": mine and request.method != "POST",
        "kept": request.POST.get("comments", "")[:5000] if request.POST.get("act") == "answer" else "",
        "was_sent": request.POST.get("act") == "answer",
    }
    status = 200 if values["mine"] else 410
    return render(request, "certification/school/closed.html", values, status=status)


def _no_link(request: HttpRequest, attempt: VerificationAttempt | None, *, at: datetime) -> HttpResponse:
    """Answer whoever has no link that works; the same words whether or not a new one was sent."""
    if _asks_for_link(request):
        token = request.resolver_match.kwargs["token"] if request.resolver_match else ""
        requests.ask_for_new_link(token, at=at)
        return render(request, "certification/school/link_sent.html", {"title": _("Look into your mailbox")})
    return render(request, "certification/school/closed.html", {"standing": "unknown"}, status=404)
