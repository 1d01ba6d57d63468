"""Addresses on the origin of uploads: signed, for one person and one page, and good for minutes."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing

from portal.models import Upload

PAGE_SALT = "portal.uploads.page"
ORIGINAL_SALT = "portal.uploads.original"
# Long enough to read a transcript to its last page; a page that is loaded again brings new addresses.
PAGE_SECONDS = 15 * 60
ORIGINAL_SECONDS = 60


class BadLinkError(Exception):
    """The address was not made by us, was made for something else, or is too old."""


@dataclass(frozen=True)
class PageLink:
    """What the address of a page image says; `viewer` is the key of an account, or a guest (`portal.uploads.guests`)."""

    upload_id: UUID
    number: int
    viewer: int | str


@dataclass(frozen=True)
class OriginalLink:
    """What the address of an original says."""

    upload_id: UUID
    user_id: int


def page_address(upload: Upload, number: int, *, viewer: int | str) -> str:
    """Return the address at which `viewer` sees page `number`, counted from 1, for the next 15 minutes."""
    token = signing.dumps([upload.pk.hex, number, viewer], salt=PAGE_SALT)
    return f"{settings.UPLOADS_ORIGIN}/pages/{token}"


def original_address(upload: Upload, *, user_id: int) -> str:
    """Return the address from which `user_id` can save the file as it came, within a minute."""
    token = signing.dumps([upload.pk.hex, user_id], salt=ORIGINAL_SALT)
    return f"{settings.UPLOADS_ORIGIN}/originals/{token}"


def read_page_link(token: str) -> PageLink:
    """Return what a page's address says. Raises `BadLinkError`."""
    key, number, viewer = _read(token, salt=PAGE_SALT, seconds=PAGE_SECONDS)
    return PageLink(UUID(hex=key), number, viewer)


def read_original_link(token: str) -> OriginalLink:
    """Return what an original's address says. Raises `BadLinkError`."""
    key, user_id = _read(token, salt=ORIGINAL_SALT, seconds=ORIGINAL_SECONDS)
    return OriginalLink(UUID(hex=key), user_id)


def _read(token: str, *, salt: str, seconds: int) -> list[Any]:  # Any: a signed list of ours, of text and numbers
    try:
        values: list[Any] = signing.loads(token, salt=salt, max_age=seconds)
    except signing.BadSignature as error:
        raise BadLinkError from error
    return values
