"""Verbs of uploads."""

from portal.uploads.services.receiving import UploadRefusedError, receive

__all__ = ["UploadRefusedError", "receive"]
