"""Webhook deliveries that wait to leave, and the ways a test may disturb them.

No network here: `webhooks` takes what is due, sends it, and reports back.
"""

import heapq
import itertools
import random
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

_MAX_WAITING = 100_000
_MAX_LOG = 1_000
_MAX_ATTEMPTS = 12
_FIRST_RETRY_SECONDS = 0.2
_LONGEST_RETRY_SECONDS = 30.0
_SHUFFLE_SECONDS = 0.4
_random = random.SystemRandom()


@dataclass
class Delivery:
    """One event on its way to one endpoint; `due` is a monotonic second."""

    endpoint_id: str
    event_id: str
    due: float
    attempt: int = 1
    generation: int = 0


@dataclass
class Disturbance:
    """How deliveries are disturbed: held back, sent `copies` times, out of order, or lost (`drop` more of them)."""

    paused: bool = False
    copies: int = 1
    shuffled: bool = False
    drop: int = 0


@dataclass
class Outbox:
    """Deliveries in the order of their making, and a log of the last thousand attempts."""

    disturbance: Disturbance = field(default_factory=Disturbance)
    in_flight: int = 0
    _generation: int = 0
    _waiting: list[tuple[float, int, Delivery]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _log: deque[dict[str, object]] = field(default_factory=lambda: deque(maxlen=_MAX_LOG))

    def add(self, endpoint_id: str, event_id: str) -> int:
        """Queue an event for an endpoint, once per wanted copy; return how many were queued (0 = dropped)."""
        if self.disturbance.drop > 0:
            self.disturbance.drop -= 1
            return 0
        for _ in range(self.disturbance.copies):
            wait = _random.uniform(0, _SHUFFLE_SECONDS) if self.disturbance.shuffled else 0.0
            self._push(Delivery(endpoint_id, event_id, time.monotonic() + wait, generation=self._generation))
        return self.disturbance.copies

    def take_due(self, at_most: int) -> list[Delivery]:
        """Remove and return up to `at_most` deliveries that are due, in order of their time; none while paused."""
        if self.disturbance.paused or at_most < 1:
            return []
        now = time.monotonic()
        due: list[Delivery] = []
        while self._waiting and self._waiting[0][0] <= now and len(due) < at_most:
            due.append(heapq.heappop(self._waiting)[2])
        return due

    def report(self, delivery: Delivery, url: str, status: int | None) -> bool:
        """Log an attempt (`status` None = no answer); queue a retry unless it was 2xx. Return whether it was accepted."""
        accepted = status is not None and 200 <= status < 300
        if delivery.generation != self._generation:
            # It left before everything was forgotten.
            return accepted
        self._log.append({"event": delivery.event_id, "url": url, "attempt": delivery.attempt, "status": status})
        if not accepted and delivery.attempt < _MAX_ATTEMPTS:
            wait = min(_LONGEST_RETRY_SECONDS, _FIRST_RETRY_SECONDS * 2 ** (delivery.attempt - 1))
            self._push(replace(delivery, due=time.monotonic() + wait, attempt=delivery.attempt + 1))
        return accepted

    def _push(self, delivery: Delivery) -> None:
        if len(self._waiting) < _MAX_WAITING:
            heapq.heappush(self._waiting, (delivery.due, next(self._numbers), delivery))

    def log(self) -> list[dict[str, object]]:
        """Return the last attempts, oldest first: event, url, attempt (from 1) and status."""
        return list(self._log)

    def waiting(self) -> int:
        """Return how many deliveries wait or are being sent."""
        return len(self._waiting) + self.in_flight

    def reset(self) -> None:
        """Drop what waits, the log and every disturbance."""
        self._generation += 1
        self._waiting.clear()
        self._log.clear()
        self.disturbance = Disturbance()
