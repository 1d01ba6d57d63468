"""What became of an uploaded file, for its owner; and the way to an original, for staff."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.audit import actor_label
from portal.models import Upload
from portal.uploads.http import shows_page_images
from portal.uploads.purposes import PURPOSES
from portal.uploads.services import viewing


@never_cache
@require_safe
@shows_page_images
def upload_state(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Say where the check stands and show the pages once it is done; 404 for anybody but the owner."""
    return _answer(request, upload_id, "uploads/state.html")


@never_cache
@require_safe
@shows_page_images
def upload_status(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Answer a poll with the part of the page that changes."""
    return _answer(request, upload_id, "uploads/_state.html")


def _answer(request: HttpRequest, upload_id: UUID, template: str) -> HttpResponse:
    upload = get_object_or_404(Upload, pk=upload_id, owner_id=request.user.pk)
    return render(request, template, {"upload": upload, "purpose": PURPOSES[upload.purpose], "user": request.user})


@never_cache
@require_safe
def upload_original(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Lead staff to the file as it came, on the origin of uploads, and note in the audit log that they had it."""
    try:
        address = viewing.hand_out_original(
            upload_id=upload_id, user=request.user, actor=actor_label(request.user), at=timezone.now()
        )
    except (viewing.NotAllowedError, viewing.NotShownError) as error:
        # One answer for both: who may not have it need not learn that there is one.
        raise Http404 from error
    return redirect(address)
