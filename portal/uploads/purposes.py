"""What people upload files for: one line each. Names of addresses are strings, as this floor knows no app."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

# A copy of a passport is no longer needed once the person was recognized and could complain.
KEPT_FOR_IDENTITY = timedelta(days=365)


@dataclass(frozen=True)
class Purpose:
    """What a file is to the person: a `label`, and the name of the address where they go on afterwards.

    `kept` counts from the check; None keeps the file as long as the record it belongs to.
    """

    label: str
    continue_to: str
    kept: timedelta | None


PURPOSES: Mapping[str, Purpose] = {
    "passport": Purpose("Passport", "identity", KEPT_FOR_IDENTITY),
    "identity_form": Purpose("Identity form", "identity", KEPT_FOR_IDENTITY),
    "name_change": Purpose("Evidence of a name", "name_of_record", KEPT_FOR_IDENTITY),
}
