"""Records the wake-up messages that services publish."""

from dataclasses import dataclass

import pytest

from portal import jobs


@dataclass(frozen=True)
class WakeUp:
    """One published message: the task's name, its queue, and the ids it carries."""

    name: str
    queue: str
    ids: dict[str, str | int]


@pytest.fixture
def enqueued(monkeypatch: pytest.MonkeyPatch) -> list[WakeUp]:
    """All messages published during the test, oldest first; none of them reaches the broker.

    They are published on commit: use `django_capture_on_commit_callbacks(execute=True)` or `transaction=True`.
    """
    published: list[WakeUp] = []

    def record(job: jobs.Job, ids: dict[str, str | int]) -> bool:
        published.append(WakeUp(job.name, job.queue, ids))
        return True

    monkeypatch.setattr(jobs, "send", record)
    return published
