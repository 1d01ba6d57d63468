"""Tags for the parts of pages that show uploads."""

from datetime import timedelta

from django import template
from django.utils import timezone

from portal.models import Upload, VirusScan
from portal.uploads.permissions import Person, may_download
from portal.uploads.purposes import PURPOSES, Purpose
from portal.uploads.services.viewing import Page, pages_for

register = template.Library()

POLLED_FOR = timedelta(minutes=2)


@register.simple_tag
def upload_pages(upload: Upload, user: Person) -> list[Page]:
    """Return the pages of `upload` that `user` may see, each with an address that is good for minutes."""
    return pages_for(user, upload)


@register.simple_tag
def upload_polls(upload: Upload) -> bool:
    """Tell whether the page should ask again by itself: in the first two minutes, and not while a scanner is silent."""
    waits = upload.virus_scan == VirusScan.WAITING
    return upload.in_progress and not waits and timezone.now() - upload.received_at < POLLED_FOR


@register.simple_tag
def upload_purpose(upload: Upload) -> Purpose:
    """Return what the file is for."""
    return PURPOSES[upload.purpose]


@register.simple_tag
def original_allowed(user: Person) -> bool:
    """Tell whether `user` may have files as they came."""
    return may_download(user)
