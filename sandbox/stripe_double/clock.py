"""The time of the double. Tests move it forward to reach expiry and idempotency limits without waiting."""

import time


class Clock:
    """Seconds since 1970, plus the seconds by which a test moved the time."""

    def __init__(self) -> None:
        self._offset_seconds = 0

    def now(self) -> int:
        """Return the double's time in whole seconds since 1970 (the unit of every Stripe time stamp)."""
        return int(time.time()) + self._offset_seconds

    def move(self, seconds: int) -> int:
        """Move the time by `seconds` (negative moves back) and return the new time."""
        self._offset_seconds += seconds
        return self.now()

    def reset(self) -> None:
        """Return to the time of the machine."""
        self._offset_seconds = 0
