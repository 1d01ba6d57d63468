"""Where uploaded bytes and page images lie: private storage, random names, never the name that the person gave.

Everything is encrypted with a key of its own upload (AES-256-GCM, the place as associated data), which only the row has:
a copy of the storage says nothing, and without the key of the row the bytes are gone wherever they were copied to.
"""

import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from portal.models import Upload
from portal.models.uploads import MOST_PAGES

ORIGINAL = "original"
KEY_BITS = 256
NONCE_BYTES = 12


class MissingFileError(Exception):
    """The row names a file that the storage does not have, or has with other content than was stored."""


def new_key() -> str:
    """Return a key for the bytes of one upload."""
    return AESGCM.generate_key(KEY_BITS).hex()


def save_original(upload: Upload, data: bytes) -> None:
    """Store the bytes as they came."""
    _save(upload, _original(upload), data)


def read_original(upload: Upload) -> bytes:
    """Return the bytes as they came. Raises `MissingFileError`."""
    return _read(upload, _original(upload))


def save_page(upload: Upload, pages_name: str, number: int, data: bytes) -> None:
    """Store the image of page `number`, counted from 1, of the check that is called `pages_name`."""
    _save(upload, _page(upload, pages_name, number), data)


def read_page(upload: Upload, number: int) -> bytes:
    """Return the image of page `number`, counted from 1. Raises `MissingFileError`."""
    return _read(upload, _page(upload, upload.pages_name, number))


def delete_pages(upload: Upload, pages_name: str) -> None:
    """Delete every page image of one check; of a check that was broken off nobody knows how many there are."""
    for number in range(1, MOST_PAGES + 1):
        _storage().delete(_page(upload, pages_name, number))


def delete_everything(upload: Upload) -> None:
    """Delete whatever is stored of an upload."""
    _delete_folder(_folder(upload))


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


def _save(upload: Upload, name: str, data: bytes) -> None:
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = nonce + _cipher(upload).encrypt(nonce, data, name.encode())
    stored = _storage().save(name, ContentFile(sealed))
    if stored != name:
        _storage().delete(stored)
        raise FileExistsError(name)


def _read(upload: Upload, name: str) -> bytes:
    with suppress(FileNotFoundError, InvalidTag), _storage().open(name) as file:
        sealed: bytes = file.read()
        return _cipher(upload).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], name.encode())
    raise MissingFileError(name)


def _cipher(upload: Upload) -> AESGCM:
    if not upload.data_key:
        raise MissingFileError(_folder(upload))
    return AESGCM(bytes.fromhex(upload.data_key))


def delete_leftovers(*, before: datetime, most: int) -> int:
    """Delete folders last written before `before` that no row can open any more; returns how many, at most `most`.

    They are left by an upload whose transaction did not end well, and by deletions that were broken off. Nobody can read
    them, because the key is in the row.
    """
    done = 0
    for shard in _folders(""):
        names = {name.rpartition("/")[2]: name for name in _folders(shard)}
        alive = Upload.objects.filter(storage_name__in=names, erased_at=None).values_list("storage_name", flat=True)
        for name in sorted(names.keys() - set(alive)):
            if done >= most:
                return done
            if _last_written(names[name]) < before:
                _delete_folder(names[name])
                done += 1
    return done


def _folders(parent: str) -> list[str]:
    with suppress(FileNotFoundError):
        return [f"{parent}/{name}".lstrip("/") for name in _storage().listdir(parent)[0]]
    return []


def _files(folder: str) -> Iterator[str]:
    with suppress(FileNotFoundError):
        yield from (f"{folder}/{name}" for name in _storage().listdir(folder)[1])


def _last_written(folder: str) -> datetime:
    return max(map(_storage().get_modified_time, _files(folder)), default=datetime.min.replace(tzinfo=UTC))


def _delete_folder(folder: str) -> None:
    for name in list(_files(folder)):
        _storage().delete(name)
    # An empty folder of a file system; elsewhere there is nothing of that name.
    _storage().delete(folder)
