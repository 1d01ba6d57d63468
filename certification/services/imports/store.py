"""Where files of imports lie: private storage, random names, encrypted in frames so that none is ever whole in memory."""

import io
import secrets
from collections.abc import Iterable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.files.base import File
from django.core.files.storage import Storage, storages

from certification.models import FileImport

_FRAME = 1_048_576
_NONCE = 12
_TAG = 16


class DamagedFileError(Exception):
    """The storage does not have the file, or has other bytes than were stored."""


def new_key() -> str:
    """Return a key for the bytes of one file."""
    return AESGCM.generate_key(256).hex()


def save(file_import: FileImport, chunks: Iterable[bytes]) -> None:
    """Store what `chunks` hold, encrypted."""
    sealed = _Readable(_seal(file_import, chunks))
    name = _name(file_import)
    stored = _storage().save(name, File(sealed, name=name))  # type: ignore[arg-type]  # read from front to back alone
    if stored != name:
        _storage().delete(stored)
        raise FileExistsError(name)


def opened(file_import: FileImport) -> io.BufferedReader:
    """Return the bytes as they came. Raises `DamagedFileError`, also later while it is read."""
    return io.BufferedReader(_Readable(_unseal(file_import)))


def is_within_reach(file_import: FileImport) -> bool:
    """Tell whether this process has the store in which the bytes are; a container that only sends mail has not."""
    return _storage().exists(_name(file_import))


def delete(file_import: FileImport) -> None:
    """Delete the stored bytes."""
    _storage().delete(_name(file_import))


def _name(file_import: FileImport) -> str:
    return f"{file_import.storage_name[:2]}/{file_import.storage_name}"


def _storage() -> Storage:
    return storages["imports"]


def _seal(file_import: FileImport, chunks: Iterable[bytes]) -> Iterator[bytes]:
    cipher, number = AESGCM(bytes.fromhex(file_import.data_key)), 0
    waiting = bytearray()
    for chunk in chunks:
        waiting += chunk
        while len(waiting) > _FRAME:
            yield _frame(cipher, bytes(waiting[:_FRAME]), _place(file_import, number, last=False))
            del waiting[:_FRAME]
            number += 1
    yield _frame(cipher, bytes(waiting), _place(file_import, number, last=True))


def _frame(cipher: AESGCM, data: bytes, place: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + cipher.encrypt(nonce, data, place)


def _place(file_import: FileImport, number: int, *, last: bool) -> bytes:
    # Frames of another file, in another order, or without the end are not taken.
    return f"{file_import.storage_name}:{number}:{'last' if last else 'more'}".encode()


def _unseal(file_import: FileImport) -> Iterator[bytes]:
    if not file_import.data_key:
        raise DamagedFileError(file_import.storage_name)
    cipher, number = AESGCM(bytes.fromhex(file_import.data_key)), 0
    try:
        with _storage().open(_name(file_import)) as file:
            sealed = file.read(_NONCE + _FRAME + _TAG)
            while sealed:
                following = file.read(_NONCE + _FRAME + _TAG)
                place = _place(file_import, number, last=not following)
                yield cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], place)
                sealed, number = following, number + 1
    except (FileNotFoundError, InvalidTag) as error:
        raise DamagedFileError(file_import.storage_name) from error


class _Readable(io.RawIOBase):
    """Hands on what an iterator gives, as a file."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        super().__init__()
        self._parts = parts
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        """Fill `buffer` and return how many bytes there were; 0 at the end."""
        while not self._rest:
            part = next(self._parts, None)
            if part is None:
                return 0
            self._rest = memoryview(part)
        room = memoryview(buffer).cast("B")  # type: ignore[arg-type]  # whatever Python's buffers hand over
        count = min(len(room), len(self._rest))
        room[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count
