"""Everything a status report prints, frozen at the moment of issue.

The fields are those of section 3 of the report's field list (R-CVS-2: never a score, never a number of attempts). A
snapshot knows no database and no Django: the rendered PDF is a function of it alone.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from portal import canonical_json

TEMPLATE_VERSION = "v1"
SCHEMA_ID = "certification-status-report"
SCHEMA_VERSION = 1
REPORT_ZONE = ZoneInfo("America/New_York")
IDENTIFICATION_DIGITS = 8


class ReportType(StrEnum):
    """Kinds of report; only one may be requested by a physician."""

    STATUS = "status"


class Paper(StrEnum):
    """Page sizes, under the names CSS gives them."""

    LETTER = "letter"
    A4 = "A4"


class CertificationStatus(StrEnum):
    """Answer to "certified?" (R-CERT-4, R-CERT-10)."""

    YES = "yes"
    NO = "no"
    EXPIRED = "expired"
    REVOKED = "revoked"


class Validity(StrEnum):
    """How long the certificate allows entry into graduate medical education (R-CERT-4, R-PW-VALID)."""

    INDEFINITE = "indefinite"
    THROUGH = "through"
    NOT_APPLICABLE = "not_applicable"


class CredentialStatus(StrEnum):
    """Where primary-source verification of one credential stands."""

    NOT_RECEIVED = "not_received"
    IN_PROGRESS = "in_progress"
    VERIFIED = "verified"
    REFUSED = "refused"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Recipient:
    """The licensing authority the report is for; `address` holds one printed line per entry, without the country."""

    name: str
    address: tuple[str, ...]
    country: str


@dataclass(frozen=True, slots=True)
class Physician:
    """Identity as on record. `given_names` may be empty, `native_name` is in the script of the person's own documents."""

    family_name: str
    given_names: str
    native_name: str | None
    other_verified_names: tuple[str, ...]
    birth_date: date
    identification_number: str

    def __post_init__(self) -> None:
        number = self.identification_number
        if not (number.isascii() and number.isdigit() and len(number) == IDENTIFICATION_DIGITS):
            raise ValueError("identification_number must be 8 digits (R-ID-3)")
        if not self.family_name.strip():
            raise ValueError("family_name must not be empty; a single name goes there")


@dataclass(frozen=True, slots=True)
class MedicalEducation:
    """School and degree; the school's name as in the Directory on the degree date. None: not known or no degree yet."""

    school: str
    city: str | None
    country: str
    degree_title: str | None
    degree_year: int | None


@dataclass(frozen=True, slots=True)
class Certification:
    """Certification on the day the data are from.

    A certificate (number and issue date) exists unless the status is NO; `valid_through` exists exactly with THROUGH.
    Raises ValueError for any other combination, so that no report can contradict itself.
    """

    status: CertificationStatus
    certificate_number: str | None
    issued_on: date | None
    validity: Validity
    valid_through: date | None

    def __post_init__(self) -> None:
        has_certificate = self.status is not CertificationStatus.NO
        if has_certificate != bool(self.certificate_number) or has_certificate != (self.issued_on is not None):
            raise ValueError(f"status {self.status} and certificate number or issue date contradict each other")
        if (self.validity is Validity.THROUGH) != (self.valid_through is not None):
            raise ValueError("valid_through must be given exactly when validity is 'through'")
        if self.validity not in VALIDITY_ALLOWED[self.status]:
            raise ValueError(f"status {self.status} and validity {self.validity} contradict each other")


VALIDITY_ALLOWED = {
    CertificationStatus.YES: frozenset({Validity.INDEFINITE, Validity.THROUGH}),
    CertificationStatus.NO: frozenset({Validity.NOT_APPLICABLE}),
    CertificationStatus.EXPIRED: frozenset({Validity.THROUGH}),
    CertificationStatus.REVOKED: frozenset({Validity.NOT_APPLICABLE}),
}


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement for certification: label, met or not, date, and how it was met ("" when it was not)."""

    label: str
    met: bool
    on: date | None
    how: str


@dataclass(frozen=True, slots=True)
class Credential:
    """One credential and its primary-source verification; issuer is "" where there is none."""

    kind: str
    issuer: str
    status: CredentialStatus
    on: date | None


@dataclass(frozen=True, slots=True)
class Annotation:
    """A finding that must accompany every report, with its explanatory note."""

    text: str
    explanatory_note: str
    on: date


@dataclass(frozen=True, slots=True)
class Organization:
    """The certifying organization as printed; the signatory signs for it."""

    name: str
    address: str
    email: str
    signatory: str
    signatory_title: str


@dataclass(frozen=True, slots=True)
class Verification:
    """How the receiver checks the report: `url` is in the QR, `page_url` is where the 16-character code is typed."""

    url: str
    page_url: str
    short_code: str


@dataclass(frozen=True, slots=True)
class ReportSnapshot:
    """One report, complete. `replaces` is the number of the report that this version corrects."""

    report_type: ReportType
    number: str
    version: int
    replaces: str | None
    issued_at: datetime
    as_of: date
    rules_version: str
    template_version: str
    paper: Paper
    recipient: Recipient
    physician: Physician
    education: MedicalEducation
    certification: Certification
    requirements: tuple[Requirement, ...]
    credentials: tuple[Credential, ...]
    annotations: tuple[Annotation, ...]
    disclaimer: tuple[str, ...]
    organization: Organization
    verification: Verification

    def __post_init__(self) -> None:
        if self.issued_at.utcoffset() is None:
            raise ValueError("issued_at must carry a time zone")
        if self.version < 1 or (self.version == 1) != (self.replaces is None):
            raise ValueError("version 1 replaces nothing, every later version names the report it replaces")

    @property
    def report_on(self) -> date:
        """Return the printed report date (US Eastern), the second datum asked for with the short code."""
        return self.issued_at.astimezone(REPORT_ZONE).date()


def to_json(snapshot: ReportSnapshot) -> str:
    """Return canonical JSON: the same snapshot always gives the same text."""
    return canonical_json.dumps(snapshot)


def from_json(text: str) -> ReportSnapshot:
    """Return the snapshot that `to_json` wrote. Raises canonical_json.UnreadableJsonError naming the path of what is wrong."""
    return canonical_json.loads(text, ReportSnapshot)


def machine_readable(snapshot: ReportSnapshot) -> bytes:
    """Return report.json, which is attached to the PDF: schema id and version, and every printed fact, UTF-8."""
    document = {
        "schema": {"id": SCHEMA_ID, "version": SCHEMA_VERSION},
        "report": json.loads(to_json(snapshot)),
    }
    return json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1).encode()
