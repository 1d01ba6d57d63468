"""Everything that a copy of a certificate prints, frozen when it is asked for (R-CERT-3).

Knows no database and no Django: the printed PDF is a function of it alone.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime

from portal import canonical_json

TEMPLATE_VERSION = "v1"
SCHEMA_ID = "certificate"
SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class PrintedRequirement:
    """How one requirement was met; `on` is the day."""

    label: str
    how: str
    on: date | None


@dataclass(frozen=True, slots=True)
class Issuer:
    """The certifying organization as printed; the signatory signs for it."""

    name: str
    address: str
    email: str
    signatory: str
    signatory_title: str


@dataclass(frozen=True, slots=True)
class CertificateSnapshot:
    """One version of a certificate; `valid_through` None means valid indefinitely."""

    number: str
    version: int
    issued_on: date
    valid_through: date | None
    made_at: datetime
    template_version: str
    family_name: str
    given_names: str
    native_script_name: str
    requirements: tuple[PrintedRequirement, ...]
    issuer: Issuer
    verify_page: str

    def __post_init__(self) -> None:
        if self.made_at.utcoffset() is None:
            raise ValueError("made_at must carry a time zone")
        if not self.family_name.strip() or not self.number.strip() or self.version < 1:
            raise ValueError("a certificate needs a name, a number and a version from 1 on")
        if self.valid_through is not None and self.valid_through < self.issued_on:
            raise ValueError("valid_through must not be before the issue date")


def to_json(snapshot: CertificateSnapshot) -> str:
    """Return canonical JSON: the same snapshot always gives the same text."""
    return canonical_json.dumps(snapshot)


def from_json(text: str) -> CertificateSnapshot:
    """Return the snapshot that `to_json` wrote. Raises canonical_json.UnreadableJsonError."""
    return canonical_json.loads(text, CertificateSnapshot)


def machine_readable(snapshot: CertificateSnapshot) -> bytes:
    """Return certificate.json, which is attached to the PDF: schema id and version, and every printed fact, UTF-8."""
    document = {
        "schema": {"id": SCHEMA_ID, "version": SCHEMA_VERSION},
        "certificate": json.loads(to_json(snapshot)),
    }
    return json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1).encode()
