"""How far the reports of an order are, in numbers and in one status chip."""

from collections.abc import Iterable
from dataclasses import dataclass

from cvs.states import SENT, RequestState


@dataclass(frozen=True)
class Chip:
    """A status chip; `tone` is one of the tag `status`: done, progress, action, todo or locked."""

    tone: str
    label: str


@dataclass(frozen=True)
class Progress:
    """Numbers of reports; `total` counts those still wanted, `sent` those that left, `opened` those acknowledged."""

    total: int
    sent: int
    opened: int
    on_hold: int
    problems: int

    @property
    def chip(self) -> Chip:
        """Return the chip of the whole order."""
        if not self.total:
            return Chip("todo", "Canceled")
        if self.problems:
            return Chip("action", "Delivery problem")
        if self.opened == self.total:
            return Chip("done", "Opened" if self.total == 1 else "All opened")
        if self.opened:
            return Chip("progress", f"{self.opened} of {self.total} opened")
        if self.sent:
            return Chip("progress", "Sent" if self.total == 1 else f"{self.sent} of {self.total} sent")
        return Chip("progress", "On hold" if self.on_hold == self.total else "Being prepared")

    @property
    def unsent(self) -> int:
        """Return how many reports have still to be sent for the first time."""
        return self.total - self.sent - self.problems


def progress_of(states: Iterable[str]) -> Progress:
    """Return the progress of an order from the states of its requests."""
    wanted = [RequestState(state) for state in states if state != RequestState.CANCELED]
    return Progress(
        total=len(wanted),
        sent=sum(state in SENT for state in wanted),
        opened=wanted.count(RequestState.DELIVERED),
        on_hold=wanted.count(RequestState.ON_HOLD),
        problems=wanted.count(RequestState.DELIVERY_PROBLEM),
    )
