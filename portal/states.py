"""State machines: allowed moves and who must act next, as one table per thing.

A table drives the service that moves the row, the sentence "whose turn it is", the sweeps, and the diagrams in docs/states.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db import models

State = TypeVar("State", bound=models.TextChoices)


class Owner(models.TextChoices):
    """Who must act next for a thing to move on."""

    APPLICANT = "applicant", "You"
    STAFF = "staff", "Our staff"
    SYSTEM = "system", "The portal"
    SCHOOL = "school", "Your school"
    AUTHORITY = "authority", "The licensing authority"
    THIRD_PARTY = "third_party", "Others"
    NOBODY = "nobody", "Nobody"


class IllegalMoveError(Exception):
    """A row was asked to make a move that its table does not allow; nothing was written."""


@dataclass(frozen=True)
class Machine(Generic[State]):
    """One thing's states: `moves` says from → allowed next, `owners` who must act in each state."""

    name: str
    moves: Mapping[State, frozenset[State]]
    owners: Mapping[State, Owner]

    def allows(self, current: State | str, target: State | str) -> bool:
        """Tell whether the table has the move `current` → `target`."""
        return any(state == current and target in allowed for state, allowed in self.moves.items())

    def check(self, current: State | str, target: State | str) -> None:
        """Raise `IllegalMoveError` unless the table has the move `current` → `target`."""
        if not self.allows(current, target):
            raise IllegalMoveError(f"{self.name}: {current} may not become {target}.")

    def diagram(self) -> str:
        """Return the machine as a Mermaid state diagram with the owner of each state, for docs/states."""
        lines = ["stateDiagram-v2"]
        lines += [f"    {state.value}: {state.value} ({owner.value})" for state, owner in self.owners.items()]
        for state, allowed in self.moves.items():
            lines += [f"    {state.value} --> {target.value}" for target in sorted(allowed, key=str)]
        return "\n".join(lines) + "\n"
