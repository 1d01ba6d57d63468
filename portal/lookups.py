"""How often one client may ask whether a document is genuine: the limit of every public look-up, kept in its log."""

from datetime import datetime, timedelta
from typing import TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model)
WINDOW = timedelta(minutes=10)
MOST_LOOKUPS = 30
MOST_MISSES = 10


class TooManyLookupsError(Exception):
    """This client asked too often; `retry_at` is when it may ask again."""

    def __init__(self, retry_at: datetime) -> None:
        super().__init__(retry_at.isoformat())
        self.retry_at = retry_at


class LookupQuerySet(models.QuerySet[Row]):
    """Questions about a log of look-ups with the columns `client`, a keyed hash of an address, `at` and `found`."""

    def require_patience(self, client: str, at: datetime) -> None:
        """Raise TooManyLookupsError when `client` asked, or missed, too often before `at` (one query)."""
        rows = self.filter(client=client, at__gte=at - WINDOW).order_by("-at")
        recent = list(rows.values_list("at", "found")[:MOST_LOOKUPS])
        misses = [moment for moment, found in recent if not found]
        if len(recent) >= MOST_LOOKUPS:
            raise TooManyLookupsError(recent[-1][0] + WINDOW)
        if len(misses) >= MOST_MISSES:
            raise TooManyLookupsError(misses[MOST_MISSES - 1] + WINDOW)
