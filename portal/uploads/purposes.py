"""What people upload files for: one line each. Names of addresses are strings, as this floor knows no app."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Purpose:
    """What a file is to the person: a `label`, and the name of the address where they go on afterwards."""

    label: str
    continue_to: str


PURPOSES: Mapping[str, Purpose] = {
    "passport": Purpose("Passport", "dashboard"),
    "name_change": Purpose("Evidence of a name change", "dashboard"),
}
