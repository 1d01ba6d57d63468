"""Verbs of file imports."""

from certification.services.imports.receiving import FileRefusedError, receive

__all__ = ["FileRefusedError", "receive"]
