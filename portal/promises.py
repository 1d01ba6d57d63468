"""What pages for everybody say of times: each number from the setting, the rule or the record that decides it.

Each app declares its own in its `promises.py`. These pages must be shown when the database does not answer, so a number
that is asked of it has another for that case.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError

logger = structlog.get_logger(__name__)
# A public page does not ask the record for each reader.
KEPT_SECONDS = 600
_KEY = "portal.promises"

Ask = Callable[[datetime], int]


@dataclass(frozen=True)
class Promise:
    """One number on public pages: `ask` returns it at a moment, `otherwise` does so without the database.

    `otherwise` is None where `ask` needs no database.
    """

    key: str
    ask: Ask
    otherwise: Ask | None = None


_promises: dict[str, Promise] = {}


class PromiseTwiceError(ValueError):
    """Two promises have the same key."""


def add(*promises: Promise) -> None:
    """Take the promises of an app. Raises PromiseTwiceError."""
    for promise in promises:
        if promise.key in _promises:
            raise PromiseTwiceError(promise.key)
        _promises[promise.key] = promise


def current(*, at: datetime) -> Mapping[str, int]:
    """Return every number by its key; raises nothing for a database that does not answer."""
    kept = cache.get(_KEY)
    if isinstance(kept, dict) and kept.keys() == _promises.keys():
        return kept
    try:
        values = {key: promise.ask(at) for key, promise in _promises.items()}
    except (DatabaseError, InterfaceError) as error:
        logger.warning("promises_not_asked", error=type(error).__name__)
        return {key: (promise.otherwise or promise.ask)(at) for key, promise in _promises.items()}
    cache.set(_KEY, values, KEPT_SECONDS)
    return values
