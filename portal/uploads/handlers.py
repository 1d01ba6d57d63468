"""Stops what is too big while it arrives, so that nobody fills the disk with one request."""

from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from portal.models.uploads import MOST_BYTES


@dataclass(frozen=True)
class Larger:
    """An address that takes larger files of people with a permission."""

    permission: str
    most_bytes: int


_LARGER: dict[str, Larger] = {}


def let_in(address: str, larger: Larger) -> None:
    """Take larger files at the address of this name (with its namespace); apps call it when they start."""
    _LARGER[address] = larger


class LimitedUploadHandler(FileUploadHandler):
    """First of FILE_UPLOAD_HANDLERS: drops what comes after the limit.

    The handlers after it still see that the file is larger than the limit, so the form can say so.
    """

    _most: int | None = None

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Hand on the chunk that begins at `start`, or drop it."""
        if self._most is None:
            self._most = self._limit()
        return raw_data if start <= self._most else None

    def _limit(self) -> int:
        match = getattr(self.request, "resolver_match", None)
        larger = _LARGER.get(match.view_name) if match is not None else None
        user = getattr(self.request, "user", None)
        may = larger is not None and user is not None and user.has_perm(larger.permission)
        return larger.most_bytes if larger is not None and may else MOST_BYTES

    def file_complete(self, file_size: int) -> "UploadedFile[bytes] | None":
        """Leave the file to the handlers that keep it."""
        return None
