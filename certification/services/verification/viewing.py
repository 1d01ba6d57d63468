"""Which pages of which files the people of a school see, and for how long (invariant 22)."""

from datetime import datetime

from django.utils import timezone

from certification.models import SchoolOfficial, VerificationRequest
from certification.services.verification import requests
from certification.states import WITH_THE_SCHOOL, VerificationPurpose
from portal.eastern import eastern_date
from portal.models import Upload
from portal.uploads.services.viewing import Page, pages_for_guest

GUEST = "school"


def pages_of(request: VerificationRequest, official: SchoolOfficial) -> list[list[Page]]:
    """Return the pages of each file of `request`, for `official`; the addresses end when they may not be seen any more."""
    rows = request.documents.select_related("upload").order_by("pk")
    shown = [pages_for_guest(GUEST, f"{request.pk}.{official.pk}", document.upload) for document in rows]
    return [pages for pages in shown if pages]


def may_see(key: str, upload: Upload, *, at: datetime | None = None) -> bool:
    """Tell whether the guest `key`, of a request and an official, may see `upload` now: asked again for every page."""
    request_key, _, official_key = key.partition(".")
    if not (request_key.isdecimal() and official_key.isdecimal()):
        return False
    request = VerificationRequest.objects.filter(
        pk=int(request_key), state__in=WITH_THE_SCHOOL, documents__upload=upload
    ).first()
    official = SchoolOfficial.objects.filter(pk=int(official_key)).first()
    if request is None or official is None or official.school_id != request.school_id:
        return False
    right = requests.RIGHTS[VerificationPurpose(request.purpose)]
    return official.is_listed(eastern_date(at or timezone.now())) and bool(getattr(official, right))
