"""Stops what is too big while it arrives, so that nobody fills the disk with one request."""

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from portal.models.uploads import MOST_BYTES


class LimitedUploadHandler(FileUploadHandler):
    """First of FILE_UPLOAD_HANDLERS: drops what comes after the limit.

    The handlers after it still see that the file is larger than the limit, so the form can say so.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Hand on the chunk that begins at `start`, or drop it."""
        return raw_data if start <= MOST_BYTES else None

    def file_complete(self, file_size: int) -> "UploadedFile[bytes] | None":
        """Leave the file to the handlers that keep it."""
        return None
