"""What a person may ask about their record: that it is corrected, and that it ends."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applicants.forms import CorrectionForm, DeletionForm
from applicants.http import ApplicantRequest, applicant_required
from applicants.models import CorrectionRequest
from applicants.reauthentication import confirmed_again
from applicants.services import corrections, deletions
from applicants.states import CorrectionTopic
from portal import undelivered
from portal.audit import actor_label
from portal.personal_data import AfterDeletion, registry
from portal.rate_limits import RateLimit, by_account, limited
from portal.states import IllegalMoveError

CORRECTIONS = RateLimit("corrections", most=20, per=timedelta(hours=1))
DELETIONS = RateLimit("deletions", most=10, per=timedelta(hours=1))
MOST_SHOWN = 50


@applicant_required
@require_safe
def corrections_list(request: ApplicantRequest) -> HttpResponse:
    """List what the person asked to have corrected, with our answers, newest first."""
    asked = CorrectionRequest.objects.filter(applicant=request.applicant).order_by("-submitted_at")[:MOST_SHOWN]
    values = {"requests": list(asked), "zone": request.applicant.time_zone}
    return render(request, "applicants/corrections.html", values)


@applicant_required
@require_http_methods(["GET", "HEAD", "POST"])
@limited(CORRECTIONS, by=by_account)
def correction_new(request: ApplicantRequest) -> HttpResponse:
    """Ask for a correction; `?topic=` chooses what is wrong, from the place where it stands."""
    if request.method == "POST":
        form = CorrectionForm(request.POST, label_suffix="")
        if form.is_valid():
            return _submitted(request, form)
    else:
        topic = request.GET.get("topic", "")
        form = CorrectionForm(initial={"topic": topic if topic in CorrectionTopic.values else None}, label_suffix="")
    return render(request, "applicants/correction_new.html", {"form": form})


def _submitted(request: ApplicantRequest, form: CorrectionForm) -> HttpResponse:
    try:
        corrections.submit(
            applicant=request.applicant,
            topic=CorrectionTopic(form.cleaned_data["topic"]),
            statement=form.cleaned_data["statement"],
            at=timezone.now(),
            actor=actor_label(request.user),
        )
    except corrections.TooManyOpenError:
        form.add_error(
            None, f"You have {corrections.MOST_OPEN} requests that wait for our answer. Withdraw one, or wait for it."
        )
        return render(request, "applicants/correction_new.html", {"form": form})
    messages.success(request, "We received your request. Our answer will stand on this page, and we write to you.")
    return redirect("corrections")


@applicant_required
@require_POST
def correction_withdraw(request: ApplicantRequest, pk: int) -> HttpResponse:
    """Take a request back; another person's does not exist (404)."""
    found = get_object_or_404(CorrectionRequest, pk=pk, applicant=request.applicant)
    try:
        corrections.withdraw(request_id=found.pk, at=timezone.now(), actor=actor_label(request.user))
        messages.success(request, "Your request was withdrawn.")
    except IllegalMoveError:
        messages.info(request, "This request was closed before.")
    return redirect("corrections")


@applicant_required
@require_http_methods(["GET", "HEAD", "POST"])
@limited(DELETIONS, by=by_account)
@confirmed_again(looking=False)
def deletion(request: ApplicantRequest) -> HttpResponse:
    """Say what a deletion takes and leaves; POST asks for it."""
    form = DeletionForm(request.POST if request.method == "POST" else None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        try:
            deletions.request_deletion(user=request.user, at=timezone.now(), actor=actor_label(request.user))
        except deletions.AlreadyRequestedError:
            messages.info(request, "You asked for this before.")
            return redirect("deletion")
        except deletions.NotFinishedError:
            # The page below says what is open.
            return _deletion_page(request, form)
        messages.success(request, "We received your request. You can still cancel it.")
        return redirect("deletion")
    return _deletion_page(request, form)


def _deletion_page(request: ApplicantRequest, form: DeletionForm) -> HttpResponse:
    stays = [holding for holding in registry.holdings.values() if holding.after_deletion is not AfterDeletion.DELETED]
    goes = [holding for holding in registry.holdings.values() if holding.after_deletion is AfterDeletion.DELETED]
    values = {
        "form": form,
        "open": deletions.open_request(request.user),
        "last": deletions.last_refused(request.user),
        "obstacles": deletions.obstacles(request.user),
        "goes": goes,
        "stays": stays,
        "days": deletions.SECOND_THOUGHTS.days,
        "mail_goes": undelivered.IN_WORDS,
        "zone": request.applicant.time_zone,
    }
    return render(request, "applicants/deletion.html", values)


@applicant_required
@require_POST
def deletion_cancel(request: ApplicantRequest) -> HttpResponse:
    """Take the request back."""
    found = deletions.open_request(request.user)
    try:
        if found is not None:
            deletions.cancel(request_id=found.pk, at=timezone.now(), actor=actor_label(request.user))
            messages.success(request, "Your request was canceled. Nothing was deleted.")
    except IllegalMoveError:
        messages.info(request, "This request was closed before.")
    return redirect("deletion")
