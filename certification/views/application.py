"""The Application for Certification: one topic a page, saved at each step, finished later where and when it suits."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applicants import purchases
from applicants.http import ApplicantRequest, applicant_required, identity_required
from applicants.second_factor import second_factor_required
from applicants.services.contact import current_contact
from certification.application_texts import CURRENT_BOOKLET, CURRENT_CONFIRMATION
from certification.forms.application import (
    AttendanceForm,
    BookletForm,
    DegreeForm,
    HistoryForm,
    PurposeForm,
    SubmitForm,
    TopicForm,
    WithdrawForm,
)
from certification.models import Application, MedicalSchoolAttendance
from certification.presenters.application import ORDER, address_of, standing_of, steps
from certification.services.application import drafts, submitting
from certification.services.application.checking import advice_on
from certification.services.application.drafts import Topic
from certification.services.application.moves import ApplicationError
from certification.states import APPLICATION_EDITABLE
from certification.views.typed import KEEP, LATER, discarded, kept
from portal.audit import actor_label
from portal.eastern import eastern_date

Rest = ParamSpec("Rest")
TEMPLATES = "certification/application"
FEE_UNKNOWN = "The fee is not known today. Nothing is lost: try again tomorrow, or contact us"
UNDER_WAY = "A payment of yours is under way. Finish or cancel it first"


def topic_page(
    topic: Topic,
) -> Callable[
    [Callable[Concatenate[ApplicantRequest, Application, Rest], HttpResponse]],
    Callable[Concatenate[ApplicantRequest, Rest], HttpResponseBase],
]:
    """Make a view of one topic: it gets the open application, and earlier topics come first."""

    def made(
        view: Callable[Concatenate[ApplicantRequest, Application, Rest], HttpResponse],
    ) -> Callable[Concatenate[ApplicantRequest, Rest], HttpResponseBase]:
        @applicant_required
        @identity_required
        @second_factor_required
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def page(request: ApplicantRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
            _require_own(request, kwargs.get("key"))
            application = Application.objects.kept(request.applicant).first()
            if application is None or application.state not in APPLICATION_EDITABLE:
                return redirect("application")
            application.applicant = request.applicant
            due = drafts.first_open_topic(application)
            if ORDER.index(topic) > ORDER.index(due):
                return redirect(address_of(due))
            try:
                return view(request, application, *args, **kwargs)
            except ApplicationError as error:
                # Another tab, or staff, changed the application since the page was shown.
                messages.warning(request, str(error))
                return redirect("application")

        return page

    return made


def _require_own(request: ApplicantRequest, key: object) -> None:
    """Answer 404 for a school of somebody else's history."""
    mine = MedicalSchoolAttendance.objects.filter(application__applicant=request.applicant)
    if isinstance(key, int) and not mine.filter(pk=key).exists():
        raise Http404


def _next(request: ApplicantRequest) -> HttpResponse:
    """Go on with the first topic that is not answered, or to the page of the application when the person stops here."""
    application = Application.objects.kept(request.applicant).first()
    if LATER in request.POST or application is None:
        messages.success(request, "Saved. You can go on at any time.")
        return redirect("application")
    return redirect(address_of(drafts.first_open_topic(application)))


def _kept(request: ApplicantRequest, page: str, form: TopicForm) -> HttpResponse | None:
    return kept(
        request,
        form,
        lambda typed: drafts.keep_typed(applicant=request.applicant, page=page, typed=typed, at=timezone.now()),
        home="application",
    )


def _discarded(request: ApplicantRequest, page: str) -> HttpResponse | None:
    return discarded(request, lambda: drafts.discard_typed(applicant=request.applicant, page=page, at=timezone.now()))


def _page(request: ApplicantRequest, topic: Topic, form: object, **values: object) -> HttpResponse:
    return render(request, f"{TEMPLATES}/{topic}.html", {"form": form, **steps(topic), **values})


@applicant_required
@require_safe
def application(request: ApplicantRequest) -> HttpResponse:
    """Where the application stands; before there is one, what it is and what it costs."""
    at = timezone.now()
    found = drafts.application_of(request.applicant)
    values: dict[str, object] = {"zone": request.applicant.time_zone, "fee_cents": _fee_cents(), "application": found}
    if found is None:
        values |= {"carried_over": drafts.is_carried_over(request.applicant), "days": drafts.keep_for().days}
        return render(request, f"{TEMPLATES}/start.html", values)
    found.applicant = request.applicant
    values["advice"] = advice_on(found, today=eastern_date(at)) if found.state in APPLICATION_EDITABLE else ()
    values |= {"standing": standing_of(found, at=at), "reference": _reference(found)}
    return render(request, f"{TEMPLATES}/standing.html", values)


def _fee_cents() -> int | None:
    try:
        return purchases.till().price(submitting.FEE, eastern_date(timezone.now()))
    except purchases.NoPriceError:
        return None


def _reference(found: Application) -> str:
    """Return the number of the paid order, whose receipt the page leads to."""
    paid = found.fee_paid_at is not None and found.order_line is not None
    return purchases.till().reference(found.order_line) if paid and found.order_line else ""


@applicant_required
@identity_required
@second_factor_required
@require_POST
def application_start(request: ApplicantRequest) -> HttpResponse:
    """Begin an application; an open one is gone on with."""
    try:
        drafts.start(applicant=request.applicant, at=timezone.now(), actor=actor_label(request.user))
    except ApplicationError as error:
        messages.warning(request, str(error))
        return redirect("application")
    return _next(request)


@topic_page(Topic.DETAILS)
def details(request: ApplicantRequest, application: Application) -> HttpResponse:
    """The person as on record, read only, with where it is changed."""
    if request.method == "POST":
        drafts.see_details(applicant=request.applicant, at=timezone.now())
        return _next(request)
    values = {"applicant": request.applicant, "contact": current_contact(request.applicant)}
    return _page(request, Topic.DETAILS, None, **values)


@topic_page(Topic.EDUCATION)
def education(request: ApplicantRequest, application: Application) -> HttpResponse:
    """The medical education history, and the word that nothing is left out."""
    form = HistoryForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            drafts.complete_history(applicant=request.applicant, at=timezone.now())
            return _next(request)
        except ApplicationError as error:
            form.add_error(None, str(error))
    rows = application.attendances.order_by("attended_from", "pk")
    begun = drafts.NEW_ATTENDANCE in application.typed
    return _page(request, Topic.EDUCATION, form, rows=rows, most=drafts.MOST_ATTENDANCES, begun=begun)


def _row(application: Application, key: int) -> MedicalSchoolAttendance:
    row = application.attendances.filter(pk=key).first()
    if row is None:
        raise Http404
    return row


@topic_page(Topic.EDUCATION)
def attendance_new(request: ApplicantRequest, application: Application) -> HttpResponse:
    """Add a school to the history."""
    return _attendance(request, application, None)


@topic_page(Topic.EDUCATION)
def attendance(request: ApplicantRequest, application: Application, key: int) -> HttpResponse:
    """Change a school of the history."""
    return _attendance(request, application, _row(application, key))


def _attendance(
    request: ApplicantRequest, application: Application, row: MedicalSchoolAttendance | None
) -> HttpResponse:
    at, page = timezone.now(), drafts.page_of(row.pk if row else None)
    if (answer := _discarded(request, page)) is not None:
        return answer
    typed = application.typed.get(page, {})
    initial = AttendanceForm.with_typed(AttendanceForm.initial_of(row) if row else {}, typed)
    posted = request.method == "POST"
    form = AttendanceForm(request.POST if posted else None, initial=initial, today=eastern_date(at))
    template = f"{TEMPLATES}/attendance.html"
    values = {"form": form, "row": row, "back": "application_education", "was_typed": bool(typed) and not posted}
    if not posted:
        return render(request, template, values)
    if KEEP in request.POST or not form.is_valid():
        return _kept(request, page, form) or render(request, template, values)
    pending = form.pending()
    if pending:
        return _kept(request, page, form) or render(request, template, {**values, **pending})
    try:
        drafts.keep_attendance(
            applicant=request.applicant, said=form.said(), key=row.pk if row else None, at=timezone.now()
        )
    except (drafts.TooManyAttendancesError, drafts.SecondDegreeError) as error:
        form.add_error("awarded_degree" if isinstance(error, drafts.SecondDegreeError) else None, str(error))
        return render(request, template, values)
    except MedicalSchoolAttendance.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, "Saved.")
    return redirect("application" if LATER in request.POST else "application_education")


@topic_page(Topic.EDUCATION)
def attendance_remove(request: ApplicantRequest, application: Application, key: int) -> HttpResponse:
    """Ask before a school is taken out of the history."""
    row = _row(application, key)
    if request.method != "POST":
        return render(request, f"{TEMPLATES}/attendance_remove.html", {"row": row, "back": "application_education"})
    drafts.remove_attendance(
        applicant=request.applicant, key=row.pk, at=timezone.now(), actor=actor_label(request.user)
    )
    messages.success(request, f"{row.school_name} was removed.")
    return redirect("application_education")


@topic_page(Topic.DEGREE)
def degree(request: ApplicantRequest, application: Application) -> HttpResponse:
    """Title of the degree and its two days; what stands against certification is said at once."""
    if (answer := _discarded(request, Topic.DEGREE)) is not None:
        return answer
    today = eastern_date(timezone.now())
    first = application.attendances.filter(awarded_degree=True).values_list("attended_from", flat=True).first()
    data = request.POST if request.method == "POST" else None
    typed = application.typed.get(Topic.DEGREE, {})
    initial = DegreeForm.with_typed(DegreeForm.initial_of(application), typed)
    form = DegreeForm(data, initial=initial, today=today, first_day=first)
    if form.is_bound and (KEEP in request.POST or not form.is_valid()):
        stop = _kept(request, Topic.DEGREE, form)
        if stop is not None:
            return stop
    elif form.is_bound:
        drafts.keep_degree(applicant=request.applicant, said=form.said(), at=timezone.now())
        application.refresh_from_db()
        advice = advice_on(application, today=today)
        if not any(one.stops for one in advice):
            return _next(request)
        return _page(request, Topic.DEGREE, form, advice=advice)
    values = {"advice": advice_on(application, today=today), "was_typed": bool(typed) and not form.is_bound}
    return _page(request, Topic.DEGREE, form, **values)


@topic_page(Topic.BOOKLET)
def booklet(request: ApplicantRequest, application: Application) -> HttpResponse:
    """The information booklet, and the word that it was read."""
    read = application.booklet_version == CURRENT_BOOKLET.version
    initial = {"version": CURRENT_BOOKLET.version, "read": read}
    form = BookletForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        drafts.read_booklet(applicant=request.applicant, version=form.cleaned_data["version"], at=timezone.now())
        return _next(request)
    return _page(request, Topic.BOOKLET, form, booklet=CURRENT_BOOKLET)


@topic_page(Topic.PURPOSE)
def purpose(request: ApplicantRequest, application: Application) -> HttpResponse:
    """Purpose and requirements, confirmed with a signature (R-APP-1)."""
    signed = application.confirmation_version == CURRENT_CONFIRMATION.version
    known = {"version": CURRENT_CONFIRMATION.version, "understood": signed, "signed_name": application.signed_name}
    form = PurposeForm(request.POST if request.method == "POST" else None, initial=known)
    if form.is_bound and form.is_valid():
        try:
            drafts.confirm(
                applicant=request.applicant,
                version=form.cleaned_data["version"],
                signed_name=form.cleaned_data["signed_name"],
                at=timezone.now(),
                actor=actor_label(request.user),
            )
            return _next(request)
        except drafts.SignatureDiffersError as error:
            form.add_error("signed_name", str(error))
    return _page(request, Topic.PURPOSE, form, confirmation=CURRENT_CONFIRMATION, applicant=request.applicant)


@topic_page(Topic.CHECK)
def check(request: ApplicantRequest, application: Application) -> HttpResponse:
    """Every answer once more, what stands against it, the fee, and the way to the payment."""
    advice = advice_on(application, today=eastern_date(timezone.now()))
    stopped = any(one.stops for one in advice)
    form = SubmitForm(request.POST if request.method == "POST" else None, warned=bool(advice))
    if form.is_bound and form.is_valid():
        answer = _submit(request, form)
        if answer is not None:
            return answer
    values = {
        "applicant": request.applicant,
        "application": application,
        "rows": application.attendances.order_by("attended_from", "pk"),
        "advice": advice,
        "stopped": stopped,
        "fee_cents": _fee_cents(),
        "is_paid": application.fee_paid_at is not None,
    }
    return _page(request, Topic.CHECK, form, **values)


def _submit(request: ApplicantRequest, form: SubmitForm) -> HttpResponse | None:
    """Submit and lead on; None when the form now says why not."""
    try:
        done = submitting.submit(
            applicant=request.applicant,
            accepts_warnings=bool(form.cleaned_data.get("accepts_warnings")),
            at=timezone.now(),
            actor=actor_label(request.user),
        )
    except submitting.IncompleteError as error:
        return redirect(address_of(error.topic))
    except purchases.PaymentUnderWayError:
        form.add_error(None, UNDER_WAY)
        return None
    except purchases.NoPriceError:
        form.add_error(None, FEE_UNKNOWN)
        return None
    except ApplicationError as error:
        form.add_error(None, str(error))
        return None
    if done.fee_paid_at is None:
        return redirect(purchases.PAY_PAGE)
    messages.success(request, "Sent again. You did not have to pay.")
    return redirect("application")


@applicant_required
@second_factor_required
@require_http_methods(["GET", "HEAD", "POST"])
def application_withdraw(request: ApplicantRequest) -> HttpResponse:
    """Ask before an application ends."""
    found = Application.objects.kept(request.applicant).first()
    if found is None:
        return redirect("application")
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            drafts.withdraw(applicant=request.applicant, at=timezone.now(), actor=actor_label(request.user))
            messages.success(request, "Your application was withdrawn.")
        except ApplicationError as error:
            messages.warning(request, str(error))
        return redirect("application")
    return render(request, f"{TEMPLATES}/withdraw.html", {"form": form, "application": found, "back": "application"})
