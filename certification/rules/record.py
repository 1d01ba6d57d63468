"""What is on record of a person, as plain values: the input of the rules. Nothing here is filtered by date."""

from dataclasses import dataclass
from datetime import date

STEP_1 = "step_1"
STEP_2_CK = "step_2_ck"
STEP_2_CS = "step_2_cs"
DIPLOMA = "Final medical diploma"
TRANSCRIPT = "Final transcript"
TRANSFER_TRANSCRIPT = "Transfer transcript"


@dataclass(frozen=True)
class Sitting:
    """One sitting of an examination (one of the constants above); the result counts from `reported_on`."""

    examination: str
    taken_on: date
    reported_on: date
    passed: bool


@dataclass(frozen=True)
class Acceptance:
    """An accepted Pathway with the day of its OET Medicine."""

    pathway: int
    season: int
    accepted_on: date
    oet_on: date
    valid_through: date


@dataclass(frozen=True)
class CredentialRecord:
    """A credential, its `kind` one of the labels above, and its statuses as (day, label) in the order they were recorded."""

    kind: str
    issuer: str
    statuses: tuple[tuple[date, str], ...]


@dataclass(frozen=True)
class CertificateRecord:
    """The certificate with everything that ever happened to it.

    `valid_through` is its end now; `extended` lists, oldest first, the day of each extension and the end before it.
    """

    number: str
    issued_on: date
    valid_through: date | None
    made_permanent_on: date | None
    revoked_on: date | None
    extended: tuple[tuple[date, date], ...] = ()
