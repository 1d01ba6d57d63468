"""Shows that a refusal left everything as it was: nothing written, queued or sent."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import models


def rows(*watched: type[models.Model]) -> dict[str, list[object]]:
    """Return the contents of the tables of `watched`."""
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in watched}


@contextmanager
def nothing_happens(enqueued: Sequence[object], *watched: type[models.Model]) -> Iterator[None]:
    """Fail when a row of `watched` changes or a wake-up is queued inside the block.

    Mail that is to be sent is a row of `OutgoingEmail`.
    """
    before, waiting = rows(*watched), list(enqueued)
    yield
    assert rows(*watched) == before
    assert list(enqueued) == waiting
