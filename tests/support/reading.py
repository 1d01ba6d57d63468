"""Opening a restricted record as staff do: with a purpose."""

from typing import TYPE_CHECKING

from django.test import Client

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse

PURPOSE = {"purpose": "correction", "purpose_detail": "", "purpose_given": "1"}


def open_record(client: Client, address: str, **given: str) -> "_MonkeyPatchedWSGIResponse":
    """Give a purpose at `address` and return the record's page."""
    return client.post(address, PURPOSE | given, follow=True)
