"""The physicians of Pathway 6: the applicant invites them, and they answer through a link without an account."""

from collections.abc import Callable
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from applicants.http import ApplicantRequest, applicant_required
from certification.forms.evaluation import AgreeForm, EvaluationForm
from certification.forms.pathways import InviteForm
from certification.models import Evaluator
from certification.presenters import pathways as words
from certification.services.pathways import evaluations, evaluators, seasons
from certification.services.pathways.errors import LinkNotValidError, PathwayError
from certification.services.pathways.evaluations import AlreadySentError
from certification.states import EvaluatorState, PathwayState
from certification.views.pathways import own
from portal.audit import actor_label
from portal.rate_limits import RateLimit, by_account, limited
from portal.states import IllegalMoveError

LINKS = RateLimit("evaluator-links", most=300, per=timedelta(hours=1))
INVITATIONS = RateLimit("evaluator-invitations", most=20, per=timedelta(hours=1))


# --- The applicant ---


@applicant_required
@limited(INVITATIONS, by=by_account)
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: ApplicantRequest, key: int) -> HttpResponse:
    """Invite a physician."""
    application = own(request, key)
    if application.pathway != 6 or application.state != PathwayState.AWAITING_THIRD_PARTY:
        return redirect("pathway", key)
    form = InviteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        at, actor = timezone.now(), actor_label(request.user)
        try:
            evaluators.invite(key=key, invitation=form.invitation(), at=at, actor=actor)
        except PathwayError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, "We wrote to the physician. You see here when they answer.")
            return redirect("pathway", key)
    season = words.countdown(seasons.season_of(application.season), at=timezone.now())
    values = {"application": application, "form": form, "countdown": season}
    return render(request, "certification/pathways/invite.html", values)


@applicant_required
@require_POST
@limited(INVITATIONS, by=by_account)
def send_again(request: ApplicantRequest, key: int, evaluator_id: int) -> HttpResponse:
    """Write to the physician once more."""
    return _about_evaluator(request, key, evaluator_id, evaluators.send_again, "We wrote to the physician again.")


@applicant_required
@require_POST
def withdraw(request: ApplicantRequest, key: int, evaluator_id: int) -> HttpResponse:
    """End an invitation."""
    done = "The invitation is withdrawn. What the physician sent before still counts."
    return _about_evaluator(request, key, evaluator_id, evaluators.withdraw, done)


def _about_evaluator(
    request: ApplicantRequest, key: int, evaluator_id: int, act: Callable[..., Evaluator], done: str
) -> HttpResponse:
    own(request, key)
    try:
        act(key=key, evaluator_id=evaluator_id, at=timezone.now(), actor=actor_label(request.user))
    except (Evaluator.DoesNotExist, IllegalMoveError):
        messages.error(request, "This invitation is over. Nothing was changed.")
    except PathwayError as error:
        messages.error(request, f"{error}.")
    else:
        messages.success(request, done)
    return redirect("pathway", key)


# --- The evaluator ---


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited(LINKS, counts=lambda request: True)
def evaluate(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the link leads to; only what is sent with a button changes anything, as mail programs follow links."""
    try:
        evaluator = evaluators.find(token)
        if request.method == "POST":
            return _answer(request, token, evaluator)
    except LinkNotValidError:
        return render(request, "certification/evaluation/no_link.html", status=404)
    return _page(request, evaluator)


def _answer(request: HttpRequest, token: str, evaluator: Evaluator) -> HttpResponse:
    act = request.POST.get("act", "")
    if act == "agree":
        return _agree(request, token, evaluator)
    if act == "send":
        return _send(request, token, evaluator)
    if act == "decline":
        try:
            evaluators.decline(secret=token, at=timezone.now())
        except PathwayError as error:
            messages.error(request, f"{error}.")
    return redirect(request.path)


def _agree(request: HttpRequest, token: str, evaluator: Evaluator) -> HttpResponse:
    form = AgreeForm(request.POST)
    if form.is_valid():
        try:
            evaluators.agree(secret=token, declaration=form.declaration(), at=timezone.now())
        except PathwayError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(
                request, "Thank you. You can send the first evaluation once you have watched an encounter."
            )
            return redirect(request.path)
    return _page(request, evaluator, agree=form)


def _send(request: HttpRequest, token: str, evaluator: Evaluator) -> HttpResponse:
    form = EvaluationForm(request.POST)
    number = request.POST.get("number", "")
    shown = int(number) if number in ("1", "2") else 0
    if form.is_valid():
        try:
            evaluations.send(secret=token, number=shown, form=form.encounter(), at=timezone.now())
        except AlreadySentError as error:
            form.add_error(None, str(error))
            return _page(request, evaluator, form=form, number=error.number)
        except PathwayError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, f"Thank you. Evaluation {shown} has arrived. It cannot be changed any more.")
            return redirect(request.path)
    return _page(request, evaluator, form=form, number=shown)


def _page(
    request: HttpRequest,
    evaluator: Evaluator,
    *,
    agree: AgreeForm | None = None,
    form: EvaluationForm | None = None,
    number: int | None = None,
) -> HttpResponse:
    """Show the invitation, the form for the next encounter, or why there is nothing to do. What was typed stays."""
    at = timezone.now()
    application = evaluator.application
    closed = ""
    try:
        evaluators.require_answerable(application, evaluator, at=at)
    except PathwayError as error:
        closed = f"{error}."
    place = evaluators.place_of(evaluator)
    agreed = evaluator.state == EvaluatorState.AGREED
    due = agreed and place.sent < place.most and not closed
    values = {
        "evaluator": evaluator,
        "application": application,
        "countdown": words.countdown(seasons.season_of(application.season), at=at),
        "place": place,
        "sent": evaluator.evaluations.order_by("number"),
        "closed": closed,
        "agreed": agreed,
        "form": agree or form or (None if closed or agreed else AgreeForm(initial=AgreeForm.initial_of(evaluator))),
        "asks_to_agree": not closed and not agreed,
        "evaluation": form or (EvaluationForm() if due else None),
        "preview": EvaluationForm() if not agreed and not closed else None,
        "number": number if number is not None else place.sent + 1,
        "kept": form is not None and bool(form.errors) and not due,
    }
    status = 410 if closed and request.method == "POST" else 200
    return render(request, "certification/evaluation/page.html", values, status=status)
