"""Where uploaded bytes and page images lie: private storage, random names, never the name that the person gave."""

from contextlib import suppress
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from portal.models import Upload
from portal.models.uploads import MOST_PAGES

ORIGINAL = "original"


class MissingFileError(Exception):
    """The row names a file that the storage does not have."""


def save_original(upload: Upload, data: bytes) -> None:
    """Store the bytes as they came."""
    _save(_original(upload), data)


def read_original(upload: Upload) -> bytes:
    """Return the bytes as they came. Raises `MissingFileError`."""
    return _read(_original(upload))


def delete_original(upload: Upload) -> None:
    """Delete the bytes as they came, if they are still there."""
    _storage().delete(_original(upload))


def save_page(upload: Upload, pages_name: str, number: int, data: bytes) -> None:
    """Store the image of page `number`, counted from 1, of the check that is called `pages_name`."""
    _save(_page(upload, pages_name, number), data)


def read_page(upload: Upload, number: int) -> bytes:
    """Return the image of page `number`, counted from 1. Raises `MissingFileError`."""
    return _read(_page(upload, upload.pages_name, number))


def delete_pages(upload: Upload, pages_name: str) -> None:
    """Delete every page image of one check; of a check that was broken off nobody knows how many there are."""
    for number in range(1, MOST_PAGES + 1):
        _storage().delete(_page(upload, pages_name, number))


def pages_name_of(token: UUID) -> str:
    """Return what the page images of the check under `token` are called, so that two workers never share a name."""
    return token.hex


def _original(upload: Upload) -> str:
    return f"{_folder(upload)}/{ORIGINAL}"


def _page(upload: Upload, pages_name: str, number: int) -> str:
    return f"{_folder(upload)}/{pages_name}-{number}"


def _folder(upload: Upload) -> str:
    # A file system is slow with a million entries in one folder.
    return f"{upload.storage_name[:2]}/{upload.storage_name}"


def _storage() -> Storage:
    return storages["uploads"]


def _save(name: str, data: bytes) -> None:
    stored = _storage().save(name, ContentFile(data))
    if stored != name:
        _storage().delete(stored)
        raise FileExistsError(name)


def _read(name: str) -> bytes:
    with suppress(FileNotFoundError), _storage().open(name) as file:
        data: bytes = file.read()
        return data
    raise MissingFileError(name)
