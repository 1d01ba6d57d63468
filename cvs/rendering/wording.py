"""Snapshot values as the words printed on the report. Templates get text only, so they need no settings or locale.

Wording belongs to template version v1; a version with other words brings its own module.
"""

from dataclasses import dataclass
from datetime import date, datetime

from applicants.names import printed_lines
from cvs.codes import format_short_code
from cvs.snapshot import (
    REPORT_ZONE,
    Annotation,
    Certification,
    CertificationStatus,
    Credential,
    CredentialStatus,
    Physician,
    ReportSnapshot,
    ReportType,
    Requirement,
    Validity,
)

NONE = "None"
DASH = "\u2013"
NOT_APPLICABLE = "not applicable"
# Not strftime: its names follow the machine's locale.
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

REPORT_TYPES = {ReportType.STATUS: "Status report"}
ANSWERS = {
    CertificationStatus.YES: "Yes",
    CertificationStatus.NO: "No",
    CertificationStatus.EXPIRED: "Expired",
    CertificationStatus.REVOKED: "Revoked",
}
CREDENTIAL_WORDS = {
    CredentialStatus.NOT_RECEIVED: ("Not received", "open"),
    CredentialStatus.IN_PROGRESS: ("In progress", "open"),
    CredentialStatus.VERIFIED: ("Verified", "good"),
    CredentialStatus.REFUSED: ("Refused", "bad"),
    CredentialStatus.NOT_APPLICABLE: ("Not applicable", "plain"),
}
CERTIFICATION_NOTES = {
    CertificationStatus.YES: "\u201cValid through\u201d concerns entry into graduate medical education.",
    CertificationStatus.NO: "",
    CertificationStatus.EXPIRED: "After this date the certificate no longer allows entry into graduate medical education.",
    CertificationStatus.REVOKED: "The certificate was revoked and is not valid for any purpose.",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One label of the physician's section and the lines printed beside it."""

    label: str
    values: tuple[str, ...]


def long_date(day: date) -> str:
    """Return a date with its month in letters, read alike in every country: June 3, 2026."""
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def moment(at: datetime) -> str:
    """Return a moment in US Eastern time: June 3, 2026, 10:05 AM ET."""
    local = at.astimezone(REPORT_ZONE)
    half = "AM" if local.hour < 12 else "PM"
    return f"{long_date(local)}, {local.hour % 12 or 12}:{local.minute:02} {half} ET"


def dashed_number(identification_number: str) -> str:
    """Return the eight digits as printed: 0-482-137-5 (R-ID-3)."""
    number = identification_number
    return f"{number[0]}-{number[1:4]}-{number[4:7]}-{number[7]}"


def report_context(snapshot: ReportSnapshot) -> dict[str, object]:
    """Return everything the report template prints, as text, except the QR."""
    code = format_short_code(snapshot.verification.short_code)
    identification = dashed_number(snapshot.physician.identification_number)
    return {
        "title": f"Certification Status Report {snapshot.number}",
        "subject": f"{REPORT_TYPES[snapshot.report_type]} for {snapshot.recipient.name}",
        "created": snapshot.issued_at.astimezone(REPORT_ZONE).isoformat(timespec="seconds"),
        "paper": snapshot.paper.value,
        "reference": f"{snapshot.number} · {identification} · code {code}",
        "organization": snapshot.organization,
        "recipient": {
            "name": snapshot.recipient.name,
            "lines": (*snapshot.recipient.address, snapshot.recipient.country),
        },
        "report_type": REPORT_TYPES[snapshot.report_type],
        "number": snapshot.number,
        "version": str(snapshot.version),
        "replaces": snapshot.replaces,
        "issued": f"{moment(snapshot.issued_at)}; data as of {long_date(snapshot.as_of)}",
        "physician": _physician_rows(snapshot),
        "certification": _certification(snapshot.certification),
        "requirements": [_requirement(item) for item in snapshot.requirements],
        "credentials": [_credential(item) for item in snapshot.credentials],
        "annotations": [_annotation(item) for item in snapshot.annotations],
        "verification": {
            "page": snapshot.verification.page_url.removeprefix("https://").removeprefix("http://"),
            "code": code,
            "report_date": long_date(snapshot.report_on),
        },
        "disclaimer": snapshot.disclaimer,
    }


def _physician_rows(snapshot: ReportSnapshot) -> list[tuple[Fact, Fact]]:
    physician, education = snapshot.physician, snapshot.education
    place = ", ".join(part for part in (education.city, education.country) if part)
    return [
        (
            Fact("Name of record", _names_of_record(physician)),
            Fact("USMLE/ECFMG number", (dashed_number(physician.identification_number),)),
        ),
        (
            Fact("Other verified names", physician.other_verified_names or (NONE,)),
            Fact("Date of birth", (long_date(physician.birth_date),)),
        ),
        (
            Fact("Medical school", (education.school or NONE,)),
            Fact("City and country", (place or NONE,)),
        ),
        (
            Fact("Degree title", (education.degree_title or NONE,)),
            Fact("Degree year", (str(education.degree_year) if education.degree_year else NONE,)),
        ),
    ]


def _names_of_record(physician: Physician) -> tuple[str, ...]:
    return printed_lines(physician.family_name, physician.given_names, physician.native_name or "")


def _certification(certification: Certification) -> dict[str, object]:
    return {
        "kind": certification.status.value,
        "answer": ANSWERS[certification.status],
        "number": certification.certificate_number or NOT_APPLICABLE,
        "issued": long_date(certification.issued_on) if certification.issued_on else NOT_APPLICABLE,
        "valid_through": _valid_through(certification),
        "note": CERTIFICATION_NOTES[certification.status],
    }


def _valid_through(certification: Certification) -> str:
    if certification.valid_through:
        return long_date(certification.valid_through)
    return "valid indefinitely" if certification.validity is Validity.INDEFINITE else NOT_APPLICABLE


def _requirement(requirement: Requirement) -> dict[str, str]:
    return {
        "label": requirement.label,
        "status": "Met" if requirement.met else "Not met",
        "kind": "good" if requirement.met else "open",
        "on": long_date(requirement.on) if requirement.on else DASH,
        "how": requirement.how or DASH,
    }


def _credential(credential: Credential) -> dict[str, str]:
    status, kind = CREDENTIAL_WORDS[credential.status]
    return {
        "label": credential.kind,
        "issuer": credential.issuer or DASH,
        "status": status,
        "kind": kind,
        "on": long_date(credential.on) if credential.on else DASH,
    }


def _annotation(annotation: Annotation) -> dict[str, str]:
    return {"on": long_date(annotation.on), "text": annotation.text, "note": annotation.explanatory_note}
