"""What a reviewer of a credential sees: the record beside the document, and how they differ."""

from collections.abc import Mapping
from datetime import date

from applicants.presenters.reviews import Comparison, compared
from certification import languages
from certification.models import Credential, MedicalSchool
from certification.services.credentials.deciding import TitleAnswer, judge_title, year_of
from certification.states.credentials import CredentialKind

TITLE_WORDS = {
    TitleAnswer.ACCEPTED: "Among the titles of this school and year (R-CRED-4)",
    TitleAnswer.UNKNOWN: "Not among the titles of this school and year: a senior reviewer decides (R-CRED-4)",
    TitleAnswer.EXCLUDED: "Never eligible (R-CRED-5)",
}


def comparisons(credential: Credential, read: Mapping[str, object], school: MedicalSchool | None) -> list[Comparison]:
    """Return the lines of the comparison; `read` is what the form holds, by name of the field."""
    education = getattr(credential.applicant, "education", None)

    def text(name: str) -> str:
        return str(read.get(name) or "")

    lines = [
        compared("Name", credential.applicant.full_name, text("read_name")),
        compared("School", education.school_name if education else credential.issuer, text("read_issuer")),
        _day("Graduated on", education.graduation_on if education else None, text("read_graduation_on")),
    ]
    if credential.kind == CredentialKind.DIPLOMA:
        lines.append(_day("Degree dated", education.degree_on if education else None, text("read_issued_on")))
        lines.append(_title(credential, text("read_degree_title"), school))
    return lines


def _day(label: str, on_record: date | None, in_document: str) -> Comparison:
    return (
        compared(label, on_record.isoformat(), in_document) if on_record else Comparison(label, "", in_document, None)
    )


def _title(credential: Credential, title: str, school: MedicalSchool | None) -> Comparison:
    if not title:
        return Comparison("Title", "Reference Guide of school and year", "", None)
    found = judge_title(title, school, year_of(credential))
    words = TITLE_WORDS[found.answer]
    reason = f"{words}: {found.reason}" if found.reason else words
    return Comparison("Title", reason, title, found.answer is TitleAnswer.ACCEPTED)


def facts_of(credential: Credential) -> list[tuple[str, str]]:
    """Return what the physician typed from the document."""
    issued_on = credential.issued_on.isoformat() if credential.issued_on else ""
    letter = credential.letter_accepted_on.isoformat() if credential.letter_accepted_on else ""
    facts = [
        ("Name as typed", credential.name_on_document),
        ("Title as typed", credential.degree_title),
        ("Issued by, as typed", credential.issuer),
        ("Issued on, as typed", issued_on),
        ("Language", languages.LABELS.get(credential.language, "")),
        ("Letter accepted on", letter),
    ]
    return [(term, value) for term, value in facts if value]
