"""What a reviewer of a passport or of evidence of a name sees: differences, checks, and standard reasons to return it."""

from collections.abc import Mapping
from datetime import date

from applicants.models import BirthDateCorrection, IdentityCheck, NameRequest
from applicants.models.reviews import ReviewedRecord
from applicants.presenters.reviews import Comparison, compared
from applicants.services.readings import BIRTH_DATE_CHECK, DOCUMENT_CHECK, NAME_CHECK
from applicants.states import NameRequestKind

# Code → what the reviewer picks, and the sentence that the person reads.
STANDARD_REASONS: Mapping[str, tuple[str, str]] = {
    "unreadable": (
        "Cannot be read",
        "We cannot read the picture. Take it again in good light, without flash, and hold the camera still.",
    ),
    "cut_off": ("Corner or line cut off", "A part of the page is missing. All four corners must be in the picture."),
    "expired": ("Expired", "The passport is expired. Send one that is valid on the day we check it."),
    "name_differs": (
        "Name differs",
        (
            "The name in the document is not exactly the one that you entered. Correct what you entered, or ask for a "
            "change of your name of record first."
        ),
    ),
    "birth_date_differs": (
        "Birth date differs",
        "The birth date in the document is not the one on your record. Write to us, so that we can find out which is right.",
    ),
    "wrong_document": ("Wrong document", "This is not the document that we asked for. Send the one named on the page."),
    "not_notarized": (
        "Not completed by the notary",
        "The notary’s part of the form is not complete, or the seal is missing.",
    ),
}
CHECK_LABELS = {
    NAME_CHECK: "The name is exactly as compared above",
    BIRTH_DATE_CHECK: "I read the birth date in the document, exactly as compared above",
    DOCUMENT_CHECK: "The document is complete, readable and untouched",
}


def checks_of(record: ReviewedRecord) -> list[tuple[str, str]]:
    """Return the checks that this record needs."""
    former = isinstance(record, NameRequest) and record.kind == NameRequestKind.FORMER_NAME
    needed = (NAME_CHECK, DOCUMENT_CHECK) if former else (NAME_CHECK, BIRTH_DATE_CHECK, DOCUMENT_CHECK)
    return [(check, CHECK_LABELS[check]) for check in needed]


def comparisons(record: ReviewedRecord, read: Mapping[str, object], *, today: date) -> list[Comparison]:
    """Return the lines of the comparison; `read` is what the form holds of the document, by name of the field."""
    applicant = record.applicant
    wanted = record.name if isinstance(record, NameRequest) else (applicant.family_name, applicant.given_names)
    lines = [
        compared("Family name", wanted[0], str(read.get("read_family_name") or "")),
        compared("Given names", wanted[1], str(read.get("read_given_names") or "")),
    ]
    if isinstance(record, NameRequest):
        lines.insert(0, Comparison("Present name of record", applicant.full_name, "", None))
    birth_date, expires_on = str(read.get("read_birth_date") or ""), str(read.get("read_expires_on") or "")
    if isinstance(record, BirthDateCorrection):
        asked = record.birth_date.isoformat() if record.birth_date else ""
        lines.append(Comparison("Birth date on record", applicant.birth_date.isoformat(), "", None))
        lines.append(
            compared("Birth date asked for", asked, birth_date)
            if asked
            else Comparison("Birth date", "", birth_date, None)
        )
    else:
        lines.append(compared("Birth date", applicant.birth_date.isoformat(), birth_date))
    unexpired = expires_on >= today.isoformat() if expires_on else None
    lines.append(Comparison("Expires on", f"{today.isoformat()} or later", expires_on, unexpired))
    return lines


def facts_of(record: ReviewedRecord) -> list[tuple[str, str]]:
    """Return what the person typed besides names, to be found in the document."""
    if isinstance(record, IdentityCheck):
        facts = [("Passport number as typed", record.passport_number), ("Issued by", str(record.issuing_country.name))]
        typed = record.expires_on.isoformat() if record.expires_on else ""
        return [(term, value) for term, value in [*facts, ("Expiry as typed", typed)] if value]
    if isinstance(record, BirthDateCorrection):
        return [("Why it is wrong", record.explanation)]
    if isinstance(record, NameRequest):
        appointment = record.appointment_on.isoformat() if record.appointment_on else ""
        facts = [("Reason", record.get_reason_display()), ("In their own words", record.explanation)]
        return [(term, value) for term, value in [*facts, ("Examination appointment", appointment)] if value]
    return []
