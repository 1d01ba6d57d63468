"""A first-time user registers: one topic a page, saved at each step, finished later where and when it suits."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from applicants.forms.registration import (
    BirthForm,
    EarlierForm,
    FinishForm,
    NameForm,
    PasswordForm,
    SchoolForm,
    TopicForm,
)
from applicants.models import EarlierNumber, Registration
from applicants.names import printed_lines
from applicants.services.registration import drafts, finishing, limits
from applicants.services.registration.deciding import usual_days
from applicants.services.registration.drafts import RegistrationNotOpenError, Step
from applicants.states import RegistrationState
from portal.rate_limits import by_network

Rest = ParamSpec("Rest")
SESSION_KEY = "registration"
FINISHED_KEY = "registration_finished"
# The number stays on the page for a while, not for whoever uses the browser next.
SHOWN_SECONDS = 30 * 60
TOO_MANY = "There were too many tries from your network. Your answers are kept. Try again in an hour"
ENDED = "This registration is not open any more. You can start again."


@dataclass(frozen=True)
class Topic:
    """A page of the registration: its form, its template, and its words in the step indicator."""

    label: str
    form: type[TopicForm]
    template: str


TOPICS = {
    Step.EARLIER: Topic("Earlier number", EarlierForm, "applicants/registration/earlier.html"),
    Step.NAME: Topic("Name", NameForm, "applicants/registration/name.html"),
    Step.BIRTH: Topic("Birth", BirthForm, "applicants/registration/birth.html"),
    Step.SCHOOL: Topic("School", SchoolForm, "applicants/registration/school.html"),
}
LABELS = {
    **{step: topic.label for step, topic in TOPICS.items()},
    Step.EMAIL: "E-mail",
    Step.PASSWORD: "Password",
    Step.CHECK: "Check",
}
ORDER = list(Step)


def visitor_page(
    view: Callable[Concatenate[HttpRequest, Rest], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Rest], HttpResponse]:
    """Make `view` a page for people without an account; it is kept by nobody. Who is signed in has an account."""

    @login_not_required
    @cache_control(no_store=True, private=True)
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def page(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        if request.user.is_authenticated:
            return render(request, "applicants/registration/signed_in.html")
        return view(request, *args, **kwargs)

    return page


def current_draft(request: HttpRequest) -> Registration | None:
    """Return the draft of this browser."""
    key = request.session.get(SESSION_KEY)
    return drafts.open_draft(key, at=timezone.now()) if key else None


def go_on_with(request: HttpRequest, draft: Registration) -> None:
    """Let this browser go on with `draft`, in a session of a new name: the old one may be known to others."""
    request.session.cycle_key()
    request.session[SESSION_KEY] = str(draft.pk)


def address_of(step: Step) -> str:
    """Return the name of the address of a topic."""
    return f"register_{step}"


def steps(step: Step) -> dict[str, object]:
    """Return what the step indicator and the Back link need."""
    position = ORDER.index(step)
    return {
        "labels": [LABELS[each] for each in ORDER],
        "position": position + 1,
        "label": LABELS[step],
        "back": address_of(ORDER[position - 1]) if position else "register",
    }


def wrong_place(request: HttpRequest, draft: Registration | None, step: Step) -> HttpResponse | None:
    """Return the way to the topic that comes first, when `step` cannot be answered yet."""
    if draft is None:
        return None if step is Step.EARLIER else _ended(request)
    due = drafts.first_open_step(draft)
    return redirect(address_of(due)) if ORDER.index(step) > ORDER.index(due) else None


def _ended(request: HttpRequest) -> HttpResponse:
    messages.warning(request, ENDED)
    return redirect("register")


def refused(request: HttpRequest, template: str, form: TopicForm, **values: object) -> HttpResponse:
    """Answer 429 on the page of the form, with everything that was typed."""
    form.add_error(None, TOO_MANY)
    return render(request, template, {"form": form, **values}, status=429)


@visitor_page
def register(request: HttpRequest) -> HttpResponse:
    """What a registration needs and how long it takes; nothing is kept before the first answer."""
    draft = current_draft(request)
    due = address_of(drafts.first_open_step(draft)) if draft else ""
    return render(request, "applicants/registration/start.html", {"due": due, "days": drafts.keep_for().days})


def _topic_page(step: Step) -> Callable[[HttpRequest], HttpResponse]:
    @visitor_page
    def page(request: HttpRequest) -> HttpResponse:
        draft = current_draft(request)
        elsewhere = wrong_place(request, draft, step)
        if elsewhere is not None:
            return elsewhere
        if request.method == "POST":
            return _answered(request, step, draft)
        form = TOPICS[step].form(initial=TOPICS[step].form.initial_of(draft) if draft else None)
        return render(request, TOPICS[step].template, {"form": form, **steps(step)})

    return page


earlier = _topic_page(Step.EARLIER)
name = _topic_page(Step.NAME)
birth = _topic_page(Step.BIRTH)
school = _topic_page(Step.SCHOOL)


def _answered(request: HttpRequest, step: Step, draft: Registration | None) -> HttpResponse:
    topic = TOPICS[step]
    form = topic.form(request.POST)
    if not form.is_valid():
        return render(request, topic.template, {"form": form, **steps(step)})
    pending = form.pending()
    if pending:
        return render(request, topic.template, {"form": form, **steps(step), **pending})
    if not limits.allowed(limits.ANSWERS, by_network(request)) or (
        draft is None and not limits.allowed(limits.STARTS, by_network(request))
    ):
        return refused(request, topic.template, form, **steps(step))
    return _saved(request, step, draft, form)


def _saved(request: HttpRequest, step: Step, draft: Registration | None, form: TopicForm) -> HttpResponse:
    at = timezone.now()
    if draft is None:
        draft = drafts.start(at=at)
        go_on_with(request, draft)
    try:
        draft = drafts.save_answers(draft.pk, step, form.answers(), at=at)
    except RegistrationNotOpenError:
        return _ended(request)
    if "later" in request.POST:
        return redirect("register_later")
    if step is Step.EARLIER and draft.had_number != EarlierNumber.NO:
        return redirect("register_ways_in")
    return redirect(address_of(drafts.first_open_step(draft)))


@visitor_page
def ways_in(request: HttpRequest) -> HttpResponse:
    """For who had a number: how to get in again, and what happens when going on."""
    draft = current_draft(request)
    if draft is None:
        return _ended(request)
    values = {"next": address_of(drafts.first_open_step(draft)), "days": usual_days(at=timezone.now())}
    return render(request, "applicants/registration/ways_in.html", {**values, **steps(Step.EARLIER)})


@visitor_page
def password(request: HttpRequest) -> HttpResponse:
    """The password of the account."""
    draft = current_draft(request)
    elsewhere = wrong_place(request, draft, Step.PASSWORD)
    if draft is None or elsewhere is not None:
        return elsewhere or _ended(request)
    template, values = "applicants/registration/password.html", {"registration": draft, **steps(Step.PASSWORD)}
    form = PasswordForm(request.POST if request.method == "POST" else None, registration=draft)
    if request.method != "POST" or not form.is_valid():
        return render(request, template, {"form": form, **values})
    if not limits.allowed(limits.PASSWORDS, by_network(request)):
        return refused(request, template, form, **values)
    try:
        drafts.save_password(draft.pk, form.cleaned_data["password"], at=timezone.now())
    except RegistrationNotOpenError:
        return _ended(request)
    return redirect("register_later" if "later" in request.POST else address_of(Step.CHECK))


@visitor_page
def check(request: HttpRequest) -> HttpResponse:
    """Everything that was answered, and the end: an account with its number, or a word that staff look first."""
    draft = current_draft(request)
    elsewhere = wrong_place(request, draft, Step.CHECK)
    if draft is None or elsewhere is not None:
        return elsewhere or _ended(request)
    form = FinishForm(request.POST if request.method == "POST" else None)
    printed = printed_lines(draft.family_name, draft.given_names, draft.native_script_name)
    values = {"registration": draft, "printed": printed, **steps(Step.CHECK)}
    if request.method != "POST" or not form.is_valid():
        return render(request, "applicants/registration/check.html", {"form": form, **values})
    if not limits.allowed(limits.FINISHES, by_network(request)):
        return refused(request, "applicants/registration/check.html", form, **values)
    try:
        finishing.finish(draft.pk, at=timezone.now())
    except RegistrationNotOpenError:
        return _ended(request)
    request.session.cycle_key()
    request.session[FINISHED_KEY] = request.session.pop(SESSION_KEY)
    return redirect("register_done")


@visitor_page
def done(request: HttpRequest) -> HttpResponse:
    """The number, for a while and in this browser only; or what happens now that staff look."""
    key = request.session.get(FINISHED_KEY)
    registration = Registration.objects.select_related("applicant").filter(pk=key).first() if key else None
    if registration is None:
        return redirect("register")
    submitted = registration.submitted_at
    is_fresh = submitted is not None and (timezone.now() - submitted).total_seconds() < SHOWN_SECONDS
    is_open = registration.state == RegistrationState.COMPLETED
    is_waiting = not is_open and registration.decided_at is None
    values = {
        "registration": registration,
        "is_open": is_open,
        "is_waiting": is_waiting,
        "is_fresh": is_fresh and registration.decided_at is None,
    }
    return render(request, "applicants/registration/done.html", {**values, "days": usual_days(at=timezone.now())})


@visitor_page
def later(request: HttpRequest) -> HttpResponse:
    """How to come back; a POST deletes the answers."""
    draft = current_draft(request)
    if draft is None:
        return redirect("register")
    if request.method == "POST":
        drafts.discard(draft.pk, at=timezone.now())
        del request.session[SESSION_KEY]
        messages.success(request, "Your answers were deleted.")
        return redirect("register")
    values = {"registration": draft, "due": address_of(drafts.first_open_step(draft))}
    kept_until = draft.changed_at + (drafts.keep_for() if draft.email_confirmed_at else drafts.KEEP_UNCONFIRMED)
    return render(request, "applicants/registration/later.html", {**values, "kept_until": kept_until})
