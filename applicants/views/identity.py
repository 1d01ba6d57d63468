"""The page on which a person shows who they are, and the notarized form of before."""

from collections.abc import Callable
from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applicants.forms.identity import IdentityFormForm, PassportForm, ScanForm
from applicants.http import ApplicantRequest, applicant_required
from applicants.models import IdentityCheck
from applicants.presenters.identity import Standing, standing_of
from applicants.rendering import render_identity_form
from applicants.services import identity as service
from applicants.services import reviews
from applicants.services.identity import SubmissionError
from applicants.states import IdentityModel, IdentityState
from portal.audit import actor_label
from portal.rate_limits import RateLimit, by_account, limited
from portal.uploads.http import shows_page_images
from portal.uploads.services import UploadRefusedError

FORMS = RateLimit("identity-form-pdf", most=30, per=timedelta(hours=1))
SENT = "Thank you. We have received your document."
WITHDRAWN = "Your document was withdrawn."


@shows_page_images
@applicant_required
@require_http_methods(["GET", "HEAD", "POST"])
def identity(request: ApplicantRequest) -> HttpResponse:
    """Show where the person stands and, when something is to be sent, the form for it (R-APP-5, R-APP-6)."""
    if request.method == "POST":
        return _submit(request)
    standing = standing_of(request.applicant)
    return _page(request, standing, _empty_form(request, standing) if standing.may_send else None)


def _empty_form(request: ApplicantRequest, standing: Standing) -> ScanForm | None:
    """Return the form with what was sent last, so that nothing is typed twice; the number is never shown again."""
    if service.model_in_force() is IdentityModel.NOTARIZED_FORM:
        return IdentityFormForm() if standing.check and standing.check.state != IdentityState.INVALIDATED else None
    check = standing.check
    known = {"issuing_country": check.issuing_country.code, "expires_on": check.expires_on} if check else {}
    names = {"family_name": request.applicant.family_name, "given_names": request.applicant.given_names}
    return PassportForm(initial={**names, **known})


def _submit(request: ApplicantRequest) -> HttpResponse:
    passport = service.model_in_force() is IdentityModel.PASSPORT
    form: PassportForm | IdentityFormForm = (PassportForm if passport else IdentityFormForm)(
        request.POST, request.FILES
    )
    if form.is_valid() and sent(form, lambda: _send(request, form)):
        messages.success(request, SENT)
        return redirect("identity")
    return _page(request, standing_of(request.applicant), form)


def _send(request: ApplicantRequest, form: ScanForm) -> None:
    who, at, actor = request.applicant, timezone.now(), actor_label(request.user)
    if isinstance(form, PassportForm):
        service.submit_passport(applicant=who, claim=form.claim(), file=form.scan, at=at, actor=actor)
    else:
        service.submit_form(applicant=who, file=form.scan, at=at, actor=actor)


def sent(form: ScanForm, send: Callable[[], None]) -> bool:
    """Call `send`; a refusal is put on `form` where the person can act on it. Returns whether it was taken.

    Raises `SubmissionError` when it needs an answer to a question that `form` does not ask yet.
    """
    try:
        send()
    except SubmissionError as error:
        if error.needs_answer and error.field not in form.fields:
            raise
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return False
    except UploadRefusedError as error:
        form.add_error("file", str(error.refusal.label))
        return False
    return True


def withdrawn(request: ApplicantRequest, withdraw: Callable[..., object], *, said: str, page: str) -> HttpResponse:
    """Take back what waits for a reviewer by `withdraw`, a service of the person's own records, and go back to its page."""
    try:
        withdraw(applicant=request.applicant, at=timezone.now(), actor=actor_label(request.user))
    except SubmissionError as error:
        messages.warning(request, f"{error}.")
    else:
        messages.success(request, said)
    return redirect(page)


def _page(request: ApplicantRequest, standing: Standing, form: ScanForm | None) -> HttpResponse:
    values = {
        "applicant": request.applicant,
        "standing": standing,
        "form": form,
        "history": service.history(request.applicant),
        "days": reviews.promised_days(IdentityCheck, at=timezone.now()),
        "notarized": service.model_in_force() is IdentityModel.NOTARIZED_FORM,
        "zone": request.applicant.time_zone,
    }
    return render(request, "applicants/identity.html", values)


@applicant_required
@require_POST
def identity_withdraw(request: ApplicantRequest) -> HttpResponse:
    """Take back what waits for a reviewer."""
    return withdrawn(request, service.withdraw, said=WITHDRAWN, page="identity")


@applicant_required
@require_POST
def identity_form_new(request: ApplicantRequest) -> HttpResponse:
    """Fill in a form for the notary session (R-APP-4)."""
    try:
        service.prepare_form(applicant=request.applicant, at=timezone.now(), actor=actor_label(request.user))
    except SubmissionError as error:
        messages.warning(request, f"{error}.")
    return redirect("identity")


@applicant_required
@limited(FORMS, by=by_account, counts=lambda _: True)
@require_safe
def identity_form_pdf(request: ApplicantRequest) -> HttpResponse:
    """Hand out the person's own prepared form; without one, lead to the page that makes it."""
    check = service.printable_form(request.applicant, at=timezone.now())
    if check is None or check.form_created_on is None:
        messages.warning(request, "There is no form that is still good. Make a new one.")
        return redirect("identity")
    pdf = render_identity_form(service.printed_form(request.applicant, check), number=check.pk)
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": 'attachment; filename="identity-form.pdf"'},
    )
