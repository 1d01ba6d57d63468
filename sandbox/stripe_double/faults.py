"""Faults that a test plans for the next API requests."""

from dataclasses import dataclass
from enum import StrEnum


class FaultMode(StrEnum):
    """What goes wrong with a request.

    `500` and `429` are answered before any work; `500_stored` also, but the idempotency key remembers it and replays it.
    `hang` never answers; `reset` cuts the connection before any work; `lost_reply` does the work, then cuts.
    """

    SERVER_ERROR = "500"
    STORED_SERVER_ERROR = "500_stored"
    RATE_LIMIT = "429"
    HANG = "hang"
    RESET = "reset"
    LOST_REPLY = "lost_reply"


@dataclass
class _Plan:
    mode: FaultMode
    left: int
    path: str | None


class Faults:
    """Planned faults, used up in the order in which they were planned."""

    def __init__(self) -> None:
        self._plans: list[_Plan] = []

    def plan(self, mode: FaultMode, times: int, path: str | None) -> None:
        """Let the next `times` requests fail; with `path` only those whose path contains it."""
        self._plans.append(_Plan(mode, times, path))

    def take(self, path: str) -> FaultMode | None:
        """Return the fault for a request to `path` and count it, or None."""
        for plan in self._plans:
            if plan.path is None or plan.path in path:
                plan.left -= 1
                if plan.left < 1:
                    self._plans.remove(plan)
                return plan.mode
        return None

    def left(self) -> int:
        """Return how many requests will still fail."""
        return sum(plan.left for plan in self._plans)

    def clear(self) -> None:
        """Forget every plan."""
        self._plans.clear()
