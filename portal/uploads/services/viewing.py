"""Showing what was checked, to those who may see it (invariant 22)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction

from portal import audit
from portal.models import FileType, Upload
from portal.uploads import guests, links, permissions, store
from portal.uploads.permissions import Person

ENDINGS = {FileType.PDF: "pdf", FileType.JPEG: "jpg", FileType.PNG: "png"}


class NotShownError(Exception):
    """There is nothing to be seen: no such file, not checked, refused, erased, or not for this person."""


class NotAllowedError(Exception):
    """Originals are for staff whose role needs them."""


@dataclass(frozen=True)
class Page:
    """One page image as a template needs it: its number from 1, a signed address, and its size in pixels."""

    number: int
    address: str
    width: int
    height: int


@dataclass(frozen=True)
class Original:
    """A file as it came, under a name of ours."""

    name: str
    data: bytes


def pages_for(user: Person, upload: Upload) -> list[Page]:
    """Return the pages of `upload` for `user`; none before it is clean, after it was erased, or for others."""
    if not (upload.is_shown and permissions.may_view(user, upload)):
        return []
    return _pages(upload, user.pk)


def pages_for_guest(kind: str, key: str, upload: Upload) -> list[Page]:
    """Return the pages of `upload` for a guest (`portal.uploads.guests`); none where the guest may not see it."""
    guest = f"{kind}:{key}"
    return _pages(upload, guest) if upload.is_shown and guests.may_view(guest, upload) else []


def _pages(upload: Upload, viewer: int | str) -> list[Page]:
    return [
        Page(number, links.page_address(upload, number, viewer=viewer), width, height)
        for number, (width, height) in enumerate(upload.page_sizes, start=1)
    ]


def page_image(token: str) -> bytes:
    """Return the JPEG that a signed address names. Raises `NotShownError`."""
    try:
        link = links.read_page_link(token)
    except links.BadLinkError as error:
        raise NotShownError from error
    upload = _shown(link.upload_id)
    # Asked again here: a right that was taken away ends every address that was handed out.
    if not _may_view(link.viewer, upload) or not 1 <= link.number <= upload.page_count:
        raise NotShownError
    try:
        return store.read_page(upload, link.number)
    except store.MissingFileError as error:
        raise NotShownError from error


@transaction.atomic
def hand_out_original(*, upload_id: UUID, user: Person, actor: str, at: datetime) -> str:
    """Return the address from which a member of staff can save a clean file as it came; an event in the audit log.

    Raises `NotAllowedError` for anybody else, and `NotShownError`.
    """
    if not permissions.may_download(user):
        raise NotAllowedError
    upload = _shown(upload_id)
    audit.record("uploads.original_handed_out", actor=actor, subject=upload, at=at)
    return links.original_address(upload, user_id=user.pk)


def original(token: str) -> Original:
    """Return the file that a signed address names. Raises `NotShownError`."""
    try:
        link = links.read_original_link(token)
    except links.BadLinkError as error:
        raise NotShownError from error
    upload = _shown(link.upload_id)
    if not permissions.may_download(_person(link.user_id)):
        raise NotShownError
    name = f"upload-{upload.pk.hex[:8]}.{ENDINGS[FileType(upload.detected_type)]}"
    try:
        return Original(name, store.read_original(upload))
    except store.MissingFileError as error:
        raise NotShownError from error


def _may_view(viewer: int | str, upload: Upload) -> bool:
    if isinstance(viewer, str):
        return guests.may_view(viewer, upload)
    return permissions.may_view(_person(viewer), upload)


def _shown(upload_id: UUID) -> Upload:
    upload = Upload.objects.filter(pk=upload_id).first()
    if upload is None or not upload.is_shown:
        raise NotShownError
    return upload


def _person(user_id: int) -> Person:
    user: Person | None = get_user_model()._default_manager.filter(pk=user_id).first()
    if user is None:
        raise NotShownError
    return user
