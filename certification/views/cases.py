"""The page on which a person reads a notice of irregular behavior, answers it, and appeals."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from applicants.http import ApplicantRequest, applicant_required
from applicants.second_factor import second_factor_required
from certification.forms.cases import AnswerForm, AppealForm, ReplyForm
from certification.models import IrregularBehaviorCase
from certification.services.cases import steps
from certification.states import SHOWN_TO_THE_PERSON, CaseState
from portal.audit import actor_label
from portal.eastern import eastern_date
from portal.rate_limits import RateLimit, by_account, limited
from portal.states import IllegalMoveError
from portal.uploads.services import UploadRefusedError

REPLIES = RateLimit("case-replies", most=20, per=timedelta(hours=1))
FORMS: dict[str, type[ReplyForm]] = {CaseState.NOTICE_SENT: AnswerForm, CaseState.DECIDED: AppealForm}
MOST_SHOWN = 10


@applicant_required
@second_factor_required
@require_http_methods(["GET", "HEAD", "POST"])
@limited(REPLIES, by=by_account)
def cases(request: ApplicantRequest) -> HttpResponse:
    """Show the person's cases from the notice on, and take an answer or an appeal to the newest; others have none (404)."""
    shown = IrregularBehaviorCase.objects.filter(applicant=request.applicant, state__in=SHOWN_TO_THE_PERSON)
    found = list(shown.prefetch_related("documents__upload").order_by("-pk")[:MOST_SHOWN])
    if not found:
        raise Http404
    form_class = _form_of(found[0])
    form = form_class(request.POST or None, request.FILES or None) if form_class else None
    if request.method == "POST":
        if form is None:
            messages.warning(request, "There is nothing to answer any more. What you read here is where it stands.")
            return redirect("cases")
        if form.is_valid() and _reply(request, found[0], form):
            messages.success(request, "Thank you. We have received it.")
            return redirect("cases")
    return render(request, "certification/cases.html", {"newest": found[0], "older": found[1:], "form": form})


def _form_of(case: IrregularBehaviorCase) -> type[ReplyForm] | None:
    """Return the form for what the person may do now, within its time."""
    last_day = case.answer_by if case.state == CaseState.NOTICE_SENT else case.appeal_by
    if last_day is None or eastern_date(timezone.now()) > last_day:
        return None
    return FORMS.get(case.state)


def _reply(request: ApplicantRequest, case: IrregularBehaviorCase, form: ReplyForm) -> bool:
    """Hand the reply to the service; what is refused is put on `form`. Returns whether it was taken."""
    words, files = form.cleaned_data["words"], form.files_sent
    who, at, actor = request.applicant, timezone.now(), actor_label(request.user)
    try:
        if isinstance(form, AnswerForm):
            wish = form.cleaned_data["wants_hearing"]
            steps.answer(
                case_id=case.pk, applicant=who, words=words, wants_hearing=wish, files=files, at=at, actor=actor
            )
        else:
            steps.appeal(case_id=case.pk, applicant=who, words=words, files=files, at=at, actor=actor)
    except UploadRefusedError as error:
        form.add_error("file", str(error.refusal.label))
    except steps.CaseError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
    except IllegalMoveError:
        form.add_error(None, "This was answered already. What you wrote is not lost: copy it, and contact us")
    else:
        return True
    return False
