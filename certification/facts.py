"""The frozen facts of a person as of a date: what certification knows, and nothing that it does not."""

from dataclasses import dataclass
from datetime import date
from enum import Enum


class CertificationAnswer(Enum):
    """Is the person certified on the day asked for."""

    YES = "yes"
    NO = "no"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Name:
    """A verified name; `given_names` is empty for a person with a single name."""

    family_name: str
    given_names: str


@dataclass(frozen=True)
class Requirement:
    """One requirement for certification: `met` with the day and how, or not met with `on` None and `how` empty."""

    label: str
    met: bool
    on: date | None
    how: str


@dataclass(frozen=True)
class CredentialFact:
    """Primary-source verification of one credential; `status` is a label, `on` the day of that status."""

    kind: str
    issuer: str
    status: str
    on: date | None


@dataclass(frozen=True)
class AnnotationFact:
    """A finding with its explanatory note."""

    text: str
    explanation: str
    decided_on: date


@dataclass(frozen=True)
class CertificateFact:
    """The certificate on the day asked for; `valid_through` None means valid indefinitely."""

    number: str
    issued_on: date
    valid_through: date | None


@dataclass(frozen=True)
class EducationFact:
    """School and degree; empty strings and None where nothing is on record."""

    school: str
    city: str
    country: str
    degree_title: str
    graduation_on: date | None


@dataclass(frozen=True)
class CertificationFacts:
    """Everything a status report states of a person, as of `as_of` (US Eastern date)."""

    as_of: date
    rules_version: str
    answer: CertificationAnswer
    certificate: CertificateFact | None
    education: EducationFact | None
    name: Name
    native_script_name: str
    other_verified_names: tuple[Name, ...]
    birth_date: date
    identification_number: str
    requirements: tuple[Requirement, ...]
    credentials: tuple[CredentialFact, ...]
    annotations: tuple[AnnotationFact, ...]
