"""How far the verification of each credential is on a day (R-PSV-1 to R-PSV-3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from certification.facts import CredentialFact

DIPLOMA = "Final medical diploma"
TRANSCRIPT = "Final transcript"
TRANSFER_TRANSCRIPT = "Transfer transcript"
NOT_RECEIVED = "Not received"
NOT_APPLICABLE = "Not applicable"


@dataclass(frozen=True)
class CredentialRecord:
    """A credential, its `kind` one of the labels above, and its statuses as (day, label) in the order they were recorded."""

    kind: str
    issuer: str
    statuses: tuple[tuple[date, str], ...]


def statements(records: Sequence[CredentialRecord], school: str, as_of: date) -> tuple[CredentialFact, ...]:
    """Return what a report says of each credential; every kind is named, also when nothing of it is on record.

    `school` is who would issue diploma and transcript, an empty string when it is not known.
    """
    known = [fact for fact in (_fact(record, as_of) for record in records) if fact is not None]
    return (
        *_of_kind(known, DIPLOMA, CredentialFact(DIPLOMA, school, NOT_RECEIVED, None)),
        *_of_kind(known, TRANSCRIPT, CredentialFact(TRANSCRIPT, school, NOT_RECEIVED, None)),
        *_of_kind(known, TRANSFER_TRANSCRIPT, CredentialFact(TRANSFER_TRANSCRIPT, "", NOT_APPLICABLE, None)),
    )


def _fact(record: CredentialRecord, as_of: date) -> CredentialFact | None:
    """Return the latest status by `as_of`; a credential is not known before its first one."""
    statuses = [status for status in record.statuses if status[0] <= as_of]
    if not statuses:
        return None
    # Of several on one day the last recorded counts, and `max` takes the first it meets.
    on, label = max(reversed(statuses), key=lambda status: status[0])
    return CredentialFact(record.kind, record.issuer, label, on)


def _of_kind(known: Sequence[CredentialFact], kind: str, otherwise: CredentialFact) -> list[CredentialFact]:
    return [fact for fact in known if fact.kind == kind] or [otherwise]
