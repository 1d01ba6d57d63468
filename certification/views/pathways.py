"""The physician's pages about Pathways: which one is open, the draft one topic a page, and where an application stands."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Concatenate

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applicants.http import ApplicantRequest, applicant_required, identity_required
from applicants.purchases import PAY_PAGE, NoPriceError, till
from certification.forms.pathways import LicenseForm, RegistrationForm, SchoolForm, StartForm, SubmitForm, TopicForm
from certification.models import MedicalEducation, PathwayApplication
from certification.presenters import pathways as words
from certification.services.pathways import deciding, drafts, records, seasons, submitting
from certification.services.pathways.errors import PathwayError
from certification.services.person import person_facts
from certification.states import PathwayState
from certification.views.typed import DISCARD, KEEP, LATER, discarded, kept
from portal.audit import actor_label
from portal.eastern import eastern_date
from portal.uploads.http import shows_page_images
from portal.uploads.services import UploadRefusedError

FORM_METHODS = ["GET", "HEAD", "POST"]


def own(request: ApplicantRequest, key: int) -> PathwayApplication:
    """Return the person's application `key`; another's does not exist."""
    rows = PathwayApplication.objects.select_related("license__upload", "school_basis__school", "acceptance")
    found = rows.filter(pk=key, applicant=request.applicant).first()
    if found is None:
        raise Http404
    found.applicant = request.applicant
    return found


@applicant_required
@require_safe
def pathways(request: ApplicantRequest) -> HttpResponse:
    """Show which Pathway is open to the person and why, the season with its end, and what they sent before."""
    at = timezone.now()
    season = seasons.open_season(at)
    under_way = records.open_application(request.applicant)
    choice, asks_registration = None, False
    if season is not None:
        facts = person_facts(request.applicant, eastern_date(at))
        choice = drafts.choice_for(under_way, facts, season, at=at)
        asks_registration = drafts.asks_registration(facts, season, at=at)
    values = {
        "season": words.countdown(season, at=at) if season else None,
        "next_season": None if season else seasons.next_season(at),
        "choice": choice,
        "asks_registration": asks_registration,
        "lines": words.lines(choice) if choice else [],
        "under_way": under_way,
        "standing": words.standing_of(under_way) if under_way else None,
        "earlier": [one for one in records.applications_of(request.applicant) if one != under_way],
    }
    return render(request, "certification/pathways/home.html", values)


@applicant_required
@identity_required
@require_http_methods(FORM_METHODS)
def start(request: ApplicantRequest) -> HttpResponse:
    """Begin an application with the one question that decides where it goes."""
    at = timezone.now()
    under_way = records.open_application(request.applicant)
    if under_way is not None:
        return redirect("pathway", under_way.pk)
    season, today = seasons.open_season(at), eastern_date(at)
    asks = season is not None and drafts.asks_registration(person_facts(request.applicant, today), season, at=at)
    form = StartForm(request.POST if request.method == "POST" else None, asks_registration=asks, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            application = drafts.start(
                applicant=request.applicant,
                holds_license=form.holds,
                registered_on=form.registered,
                at=at,
                actor=actor_label(request.user),
            )
        except PathwayError as error:
            form.add_error(None, str(error))
        else:
            return redirect(f"pathway_{words.steps_of(application, at=at)[0]}", application.pk)
    values = {"form": form, "season": words.countdown(season, at=at) if season else None}
    return render(request, "certification/pathways/start.html", values)


def draft_page(
    view: Callable[[ApplicantRequest, PathwayApplication], HttpResponse],
) -> Callable[Concatenate[ApplicantRequest, ...], HttpResponse]:
    """Give `view` the person's draft; an application that was sent leads to the page where it stands."""

    @wraps(view)
    def with_draft(request: ApplicantRequest, *, key: int) -> HttpResponse:
        application = own(request, key)
        if application.state != PathwayState.DRAFT:
            return redirect("pathway", key)
        return view(request, application)

    return with_draft


@shows_page_images
@applicant_required
@require_http_methods(FORM_METHODS)
@draft_page
def license_page(request: ApplicantRequest, application: PathwayApplication) -> HttpResponse:
    """The license."""
    if "none" in request.POST:
        return _saved_or_not(request, application, "license", TopicForm(), _save_no_license)
    typed, license_ = application.typed_pages.get(drafts.LICENSE, {}), getattr(application, "license", None)
    if request.method != "POST":
        known = LicenseForm.initial_of(license_)
        form = LicenseForm(initial=LicenseForm.with_typed(known, typed), has_copy=drafts.has_copy(license_))
        return _topic(request, application, "license", form, was_typed=bool(typed))
    form = LicenseForm(request.POST, request.FILES, has_copy=drafts.has_copy(license_))
    if (answer := _kept_or_discarded(request, application, drafts.LICENSE, form)) is not None:
        return answer
    if form.is_valid():
        return _saved_or_not(request, application, "license", form, _save_license)
    return _topic(request, application, "license", form)


def _kept_or_discarded(
    request: ApplicantRequest, application: PathwayApplication, page: str, form: TopicForm
) -> HttpResponse | None:
    """Keep what is not complete, or forget it when that is asked for; None for answers, and for the page with its faults."""
    key, at = application.pk, timezone.now()
    try:
        answer = discarded(request, lambda: drafts.discard_typed(key=key, page=page, at=at))
        if answer is None and (KEEP in request.POST or not form.is_valid()):
            keep = partial(drafts.keep_typed, key=key, page=page, at=at)
            answer = kept(request, form, lambda typed: keep(typed=typed), home="pathways")
    except PathwayError as error:
        if not {KEEP, LATER, DISCARD} & request.POST.keys():
            # Nothing more than the page was asked for, which says what is wrong with the answers.
            return None
        messages.warning(request, f"{error}.")
        return redirect("pathway", key)
    return answer


def _save_license(request: ApplicantRequest, key: int, form: TopicForm) -> PathwayApplication:
    assert isinstance(form, LicenseForm)  # as its page passes
    at, actor = timezone.now(), actor_label(request.user)
    return drafts.save_license(key=key, answers=form.answers(), file=form.scan, at=at, actor=actor)


def _save_no_license(request: ApplicantRequest, key: int, form: TopicForm) -> PathwayApplication:
    return drafts.save_holding(key=key, holds_license=False, at=timezone.now())


@applicant_required
@require_http_methods(FORM_METHODS)
@draft_page
def registration_page(request: ApplicantRequest, application: PathwayApplication) -> HttpResponse:
    """The day of the registration for a Step, for whom it was asked."""
    if application.registered_on is None:
        return redirect("pathway_check", application.pk)
    known = {"registered_on": application.registered_on}
    today = eastern_date(timezone.now())
    form = RegistrationForm(request.POST if request.method == "POST" else None, initial=known, today=today)
    if request.method == "POST" and form.is_valid():
        return _saved_or_not(request, application, "registration", form, _save_registration)
    return _topic(request, application, "registration", form)


def _save_registration(request: ApplicantRequest, key: int, form: TopicForm) -> PathwayApplication:
    return drafts.save_registration(key=key, registered_on=form.cleaned_data["registered_on"], at=timezone.now())


@applicant_required
@require_http_methods(FORM_METHODS)
@draft_page
def school_page(request: ApplicantRequest, application: PathwayApplication) -> HttpResponse:
    """What the medical school qualifies by."""
    education = MedicalEducation.objects.filter(applicant=request.applicant).select_related("school").first()
    typed = application.typed_pages.get(drafts.SCHOOL, {})
    form = SchoolForm(
        request.POST if request.method == "POST" else None,
        initial=SchoolForm.with_typed(SchoolForm.initial_of(getattr(application, "school_basis", None)), typed),
        knows_graduation=bool(education and education.graduation_on),
        offered=frozenset(seasons.season_of(application.season).row.pathways),
    )
    if request.method != "POST":
        return _topic(request, application, "school", form, education=education, was_typed=bool(typed))
    if (answer := _kept_or_discarded(request, application, drafts.SCHOOL, form)) is not None:
        return answer
    if form.is_valid():
        return _saved_or_not(request, application, "school", form, _save_school, education=education)
    return _topic(request, application, "school", form, education=education)


def _save_school(request: ApplicantRequest, key: int, form: TopicForm) -> PathwayApplication:
    assert isinstance(form, SchoolForm)  # as its page passes
    return drafts.save_school(key=key, answers=form.answers(), at=timezone.now())


def _saved_or_not(
    request: ApplicantRequest,
    application: PathwayApplication,
    step: str,
    form: TopicForm,
    save: Callable[[ApplicantRequest, int, TopicForm], PathwayApplication],
    **values: object,
) -> HttpResponse:
    """Save one topic and lead on, or show it again with what is wrong."""
    try:
        saved = save(request, application.pk, form)
    except PathwayError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return _topic(request, application, step, form, **values)
    except UploadRefusedError as error:
        form.add_error("file", str(error.refusal.label))
        return _topic(request, application, step, form, **values)
    if "later" in request.POST:
        messages.success(request, "Your answers are saved. You can go on at any time before the season closes.")
        return redirect("pathways")
    if saved.pathway != application.pathway:
        messages.info(request, f"With these answers, Pathway {saved.pathway} is the one that is open to you.")
    return redirect(f"pathway_{words.next_step(saved, step, at=timezone.now())}", saved.pk)


def _topic(
    request: ApplicantRequest, application: PathwayApplication, step: str, form: TopicForm, **values: object
) -> HttpResponse:
    shown = words.step_values(application, step, at=timezone.now())
    template = f"certification/pathways/{step}.html"
    return render(request, template, {"application": application, "form": form, **shown, **values})


@applicant_required
@require_safe
@draft_page
def encounters_page(request: ApplicantRequest, application: PathwayApplication) -> HttpResponse:
    """How Pathway 6 goes on after the fee is paid: who may evaluate, and what counts."""
    return _topic(request, application, "encounters", TopicForm())


@applicant_required
@require_http_methods(FORM_METHODS)
@draft_page
def check_page(request: ApplicantRequest, application: PathwayApplication) -> HttpResponse:
    """Everything that was answered, what is missing, and the end: to the fee."""
    at = timezone.now()
    form = SubmitForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            sent = submitting.submit(key=application.pk, declared=True, at=at, actor=actor_label(request.user))
        except PathwayError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            return redirect("pathway", sent.pk) if sent.paid_at else redirect(PAY_PAGE)
    gaps = submitting.missing(application, at=at)
    return _topic(request, application, "check", form, gaps=gaps, **_price(application))


def _price(application: PathwayApplication) -> dict[str, object]:
    try:
        cents = till().price(submitting.fee_code(application), eastern_date(timezone.now()))
    except NoPriceError:
        return {"price_cents": None}
    return {"price_cents": cents}


@applicant_required
@require_safe
def pathway(request: ApplicantRequest, key: int) -> HttpResponse:
    """Where one application stands, whose turn it is, and until when."""
    at = timezone.now()
    application = own(request, key)
    season = seasons.season_of(application.season)
    is_paid = application.paid_at is not None
    is_open = application.state in (PathwayState.AWAITING_THIRD_PARTY, PathwayState.IN_REVIEW)
    waits_for_fee = application.state == PathwayState.SUBMITTED
    values = {
        "application": application,
        "standing": words.standing_of(application),
        "countdown": words.countdown(season, at=at),
        "parts": words.part_lines(application, at=at) if is_paid and is_open else [],
        "evaluators": application.evaluators.prefetch_related("evaluations").order_by("pk"),
        "may_invite": application.pathway == 6 and application.state == PathwayState.AWAITING_THIRD_PARTY,
        "may_recheck": application.state == PathwayState.REJECTED
        and application.committee_since is not None
        and application.recheck_requested_at is None,
        "fee": submitting.standing(application).name.lower() if waits_for_fee else "",
        "pay_page": PAY_PAGE,
        "first_step": words.steps_of(application, at=at)[0] if application.state == PathwayState.DRAFT else "",
    }
    return render(request, "certification/pathways/application.html", values)


def _act(
    request: ApplicantRequest, key: int, act: Callable[[], object], done: str, to: str = "pathway"
) -> HttpResponse:
    """Do one thing with the person's application and say so, or why it was not possible."""
    try:
        act()
    except PathwayError as error:
        messages.error(request, f"{error}.")
        return redirect("pathway", key)
    messages.success(request, done)
    return redirect(to) if to == "pathways" else redirect(to, key)


@applicant_required
@require_POST
def discard(request: ApplicantRequest, key: int) -> HttpResponse:
    """Delete a draft."""
    own(request, key)
    at, actor = timezone.now(), actor_label(request.user)
    return _act(
        request, key, lambda: drafts.discard(key=key, at=at, actor=actor), "Your draft was deleted.", to="pathways"
    )


@applicant_required
@require_POST
def take_back(request: ApplicantRequest, key: int) -> HttpResponse:
    """Change an application that is not paid."""
    own(request, key)
    at, actor = timezone.now(), actor_label(request.user)
    return _act(
        request,
        key,
        lambda: submitting.take_back(key=key, at=at, actor=actor),
        "You can change your answers now. Send the application again afterwards.",
    )


@applicant_required
@require_POST
def recheck(request: ApplicantRequest, key: int) -> HttpResponse:
    """Ask the committee to look at the scores once more."""
    own(request, key)
    at, actor = timezone.now(), actor_label(request.user)
    return _act(
        request,
        key,
        lambda: deciding.request_recheck(key=key, at=at, actor=actor),
        "We look at the scores once more and write to you.",
    )
