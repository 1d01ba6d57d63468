"""Pages on which physicians hand in credentials and see where each stands."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applicants.http import ApplicantRequest, applicant_required, identity_required
from applicants.services.identity import IdentityNotCheckedError
from certification.forms.credentials import WHAT, FileForm, PrintedForm, ReplaceForm, UploadDocumentForm
from certification.languages import LABELS
from certification.models import Credential, CredentialDocument
from certification.presenters.credentials import history_of, overview_of, standing_of
from certification.services.credentials import handing_in
from certification.services.credentials.handing_in import HandingInError, IncompleteError
from certification.states.credentials import OPEN_TO_APPLICANT, CredentialState
from portal.audit import actor_label
from portal.uploads.http import shows_page_images
from portal.uploads.services import UploadRefusedError

FORM_METHODS = ["GET", "HEAD", "POST"]
UPLOADED = "We have your file and are checking it. Add what is missing, then send the document for review."
SENT = "Thank you. Your document waits for a reviewer now."


@applicant_required
@require_safe
def credentials(request: ApplicantRequest) -> HttpResponse:
    """List the person's credentials with whose turn it is."""
    mine = list(Credential.objects.filter(applicant=request.applicant).order_by("pk"))
    return render(request, "certification/credentials.html", {"overview": overview_of(mine, at=timezone.now())})


@applicant_required
@require_http_methods(FORM_METHODS)
def credential_upload(request: ApplicantRequest) -> HttpResponse:
    """Take one document in."""
    own = list(Credential.objects.filter(applicant=request.applicant, state__in=OPEN_TO_APPLICANT).order_by("pk"))
    if request.method != "POST":
        asked = {"what": request.GET.get("what", ""), "belongs_to": request.GET.get("for", "")}
        return _upload_page(request, UploadDocumentForm(initial=asked, own=own))
    form = UploadDocumentForm(request.POST, request.FILES, own=own)
    taken: list[CredentialDocument] = []
    if form.is_valid() and _put_right(form, lambda: taken.append(_take(request, form))):
        messages.success(request, UPLOADED)
        return redirect("credential", taken[0].credential_id)
    return _upload_page(request, form)


def _upload_page(request: ApplicantRequest, form: UploadDocumentForm) -> HttpResponse:
    return render(request, "certification/credential_upload.html", {"form": form})


def _take(request: ApplicantRequest, form: UploadDocumentForm) -> CredentialDocument:
    values, at, actor = form.cleaned_data, timezone.now(), actor_label(request.user)
    _, kind, part = WHAT[values["what"]]
    if kind is None:
        key = int(values["belongs_to"])
        return handing_in.add_file(
            applicant=request.applicant, key=key, part=part, file=form.upload, at=at, actor=actor
        )
    return handing_in.begin(
        applicant=request.applicant,
        kind=kind,
        part=part,
        issuer=values["issuer"],
        file=form.upload,
        at=at,
        actor=actor,
    )


def _put_right(form: FileForm | PrintedForm, act: Callable[[], object]) -> bool:
    """Call `act`; a refusal is put on `form` where the person can act on it. Returns whether it was done."""
    try:
        act()
    except HandingInError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return False
    except UploadRefusedError as error:
        form.add_error("file", str(error.refusal.label))
        return False
    return True


def _own(request: ApplicantRequest, pk: int) -> Credential:
    """Return the person's credential; another's does not exist."""
    found = Credential.objects.filter(pk=pk, applicant=request.applicant).select_related("applicant").first()
    if found is None:
        raise Http404("There is no such credential of this person.")
    return found


@shows_page_images
@applicant_required
@require_safe
def credential(request: ApplicantRequest, pk: int) -> HttpResponse:
    """Show one credential: where it stands, what to do, its files and what happened."""
    return _page(request, _own(request, pk))


def _page(
    request: ApplicantRequest, shown: Credential, *, problems: list[tuple[str, str]] | None = None
) -> HttpResponse:
    at = timezone.now()
    documents = shown.current_documents()
    values = {
        "standing": standing_of(shown, at=at, documents=documents),
        "credential": shown,
        "documents": documents,
        "polls": any(document.upload.in_progress for document in documents),
        "language": LABELS.get(shown.language, ""),
        "history": history_of(shown),
        "problems": problems or [],
        "zone": request.applicant.time_zone,
    }
    return render(request, "certification/credential.html", values)


@applicant_required
@require_http_methods(FORM_METHODS)
def credential_printed(request: ApplicantRequest, pk: int) -> HttpResponse:
    """Ask what is printed on the document."""
    shown, at = _own(request, pk), timezone.now()
    if shown.state not in OPEN_TO_APPLICANT:
        messages.warning(request, "This document cannot be changed now.")
        return redirect("credential", pk)
    initial = {
        name: getattr(shown, name) for name in ("issuer", "name_on_document", "degree_title", "issued_on", "language")
    }
    initial["name_on_document"] = initial["name_on_document"] or request.applicant.full_name
    form = PrintedForm(request.POST if request.method == "POST" else None, initial=initial, credential=shown, at=at)
    if request.method == "POST" and form.is_valid():
        done = _put_right(
            form,
            lambda: handing_in.say_what_is_printed(
                applicant=request.applicant,
                key=pk,
                printed=form.printed(shown),
                at=at,
                actor=actor_label(request.user),
            ),
        )
        if done:
            messages.success(request, "Saved.")
            return redirect("credential", pk)
    return render(request, "certification/credential_printed.html", {"form": form, "credential": shown})


@shows_page_images
@applicant_required
@identity_required
@require_POST
def credential_send(request: ApplicantRequest, pk: int) -> HttpResponse:
    """Send the credential for review, or say what is missing."""
    shown = _own(request, pk)
    try:
        handing_in.submit(applicant=request.applicant, key=pk, at=timezone.now(), actor=actor_label(request.user))
    except IncompleteError as error:
        return _page(request, shown, problems=[("missing", one.text) for one in error.missing])
    except (HandingInError, IdentityNotCheckedError) as error:
        messages.warning(request, f"{error}.")
    else:
        messages.success(request, SENT)
    return redirect("credential", pk)


@applicant_required
@require_http_methods(FORM_METHODS)
def credential_replace(request: ApplicantRequest, pk: int, document: int) -> HttpResponse:
    """Put another file in the place of one."""
    shown = _own(request, pk)
    former = shown.documents.filter(pk=document, replaced_by=None).select_related("upload").first()
    if former is None:
        raise Http404("There is no such file, or it was replaced.")
    under_review = shown.told[0] == CredentialState.IN_REVIEW
    posted = request.method == "POST"
    form = ReplaceForm(request.POST if posted else None, request.FILES if posted else None, under_review=under_review)
    if posted and form.is_valid():
        done = _put_right(
            form,
            lambda: handing_in.replace_file(
                applicant=request.applicant,
                key=pk,
                document=document,
                file=form.upload,
                knows_review_ends=bool(form.cleaned_data.get("knows_review_ends")),
                at=timezone.now(),
                actor=actor_label(request.user),
            ),
        )
        if done:
            messages.success(request, "We have the new file and are checking it.")
            return redirect("credential", pk)
    values = {"form": form, "credential": shown, "document": former, "under_review": under_review}
    return render(request, "certification/credential_replace.html", values)


@applicant_required
@require_POST
def credential_remove(request: ApplicantRequest, pk: int, document: int) -> HttpResponse:
    """Take a file off a credential that is not sent."""
    _own(request, pk)
    try:
        handing_in.remove_file(
            applicant=request.applicant, key=pk, document=document, at=timezone.now(), actor=actor_label(request.user)
        )
    except HandingInError as error:
        messages.warning(request, f"{error}.")
    except CredentialDocument.DoesNotExist as error:
        raise Http404("There is no such file.") from error
    else:
        messages.success(request, "The file was removed and deleted.")
    return redirect("credential", pk)


@applicant_required
@require_POST
def credential_discard(request: ApplicantRequest, pk: int) -> HttpResponse:
    """Remove a credential that was never sent."""
    _own(request, pk)
    try:
        handing_in.discard(applicant=request.applicant, key=pk, at=timezone.now(), actor=actor_label(request.user))
    except HandingInError as error:
        messages.warning(request, f"{error}.")
        return redirect("credential", pk)
    messages.success(request, "The document was removed, and its files were deleted.")
    return redirect("credentials")
