"""Report snapshots for tests: one ordinary record, and the ways records differ from it."""

from dataclasses import replace
from datetime import UTC, date, datetime

from cvs.snapshot import (
    TEMPLATE_VERSION,
    Annotation,
    Certification,
    CertificationStatus,
    Credential,
    CredentialStatus,
    MedicalEducation,
    Organization,
    Paper,
    Physician,
    Recipient,
    ReportSnapshot,
    ReportType,
    Requirement,
    Validity,
    Verification,
)

SHORT_CODE = "7Q4KM2XP9RTDH6VZ"
VERIFY_URL = "https://portal.example.org/verify/7Q4KM2XP9RTDH6VWB3F8N5Y2C1"

ORDINARY = ReportSnapshot(
    report_type=ReportType.STATUS,
    number="CV-2026-004817-01",
    version=1,
    replaces=None,
    issued_at=datetime(2026, 6, 3, 14, 5, tzinfo=UTC),
    as_of=date(2026, 6, 3),
    rules_version="2026.1",
    template_version=TEMPLATE_VERSION,
    paper=Paper.LETTER,
    recipient=Recipient(
        name="Medical Board of California",
        address=("2005 Example Street", "Sacramento, CA 95815"),
        country="United States",
    ),
    physician=Physician(
        family_name="Okonkwo",
        given_names="Amara Chidinma",
        native_name=None,
        other_verified_names=(),
        birth_date=date(1997, 2, 14),
        identification_number="04821375",
    ),
    education=MedicalEducation(
        school="College of Medicine of the University of Lagos",
        city="Lagos",
        country="Nigeria",
        degree_title="MB BS",
        degree_year=2021,
    ),
    certification=Certification(
        status=CertificationStatus.YES,
        certificate_number="C-0931-447",
        issued_on=date(2026, 5, 20),
        validity=Validity.THROUGH,
        valid_through=date(2027, 12, 31),
    ),
    requirements=(
        Requirement("Step 1", met=True, on=date(2025, 11, 4), how="Passed"),
        Requirement("Step 2 CK", met=True, on=date(2026, 3, 9), how="Passed"),
        Requirement("Clinical skills", met=True, on=date(2026, 4, 2), how="Pathway 1, 2026 season"),
        Requirement("Communication skills", met=True, on=date(2026, 3, 28), how="OET Medicine"),
    ),
    credentials=(
        Credential("Final medical diploma", "University of Lagos", CredentialStatus.VERIFIED, date(2026, 5, 11)),
        Credential("Final transcript", "University of Lagos", CredentialStatus.VERIFIED, date(2026, 5, 11)),
        Credential("Transfer transcripts", "", CredentialStatus.NOT_APPLICABLE, None),
    ),
    annotations=(),
    disclaimer=(
        "This report may be used only for the purpose the physician authorized. It may not be sold or passed on.",
        "Examination scores are not part of this report.",
        "If a fact changes, a revised report is sent; this one stays on record.",
    ),
    organization=Organization(
        name="IMG Certification Portal",
        address="100 Example Street, Philadelphia, PA 19104, USA",
        email="reports@example.org",
        signatory="Rosa Santos",
        signatory_title="Director, Credential Verification",
    ),
    verification=Verification(url=VERIFY_URL, page_url="https://portal.example.org/verify", short_code=SHORT_CODE),
)

NOT_CERTIFIED = replace(
    ORDINARY,
    certification=Certification(CertificationStatus.NO, None, None, Validity.NOT_APPLICABLE, None),
    requirements=(
        Requirement("Step 1", met=True, on=date(2025, 11, 4), how="Passed"),
        Requirement("Step 2 CK", met=False, on=None, how=""),
        Requirement("Clinical skills", met=False, on=None, how=""),
        Requirement("Communication skills", met=False, on=None, how=""),
    ),
    credentials=(
        Credential("Final medical diploma", "University of Lagos", CredentialStatus.IN_PROGRESS, date(2026, 5, 11)),
        Credential("Final transcript", "University of Lagos", CredentialStatus.NOT_RECEIVED, None),
        Credential("Transfer transcripts", "Universidad de Example", CredentialStatus.REFUSED, date(2026, 4, 30)),
    ),
)

REVOKED = replace(
    ORDINARY,
    certification=Certification(
        CertificationStatus.REVOKED, "C-0931-447", date(2019, 5, 20), Validity.NOT_APPLICABLE, None
    ),
    annotations=(
        Annotation(
            text="Certificate revoked by the credentials committee",
            explanatory_note="The committee found that a document was altered. The decision is final.",
            on=date(2026, 1, 15),
        ),
    ),
)

EXPIRED = replace(
    ORDINARY,
    certification=Certification(
        CertificationStatus.EXPIRED, "C-0931-447", date(2022, 5, 20), Validity.THROUGH, date(2024, 12, 31)
    ),
)

REVISED = replace(ORDINARY, number="CV-2026-004817-01-R2", version=2, replaces="CV-2026-004817-01")


def named(family_name: str, given_names: str = "", native_name: str | None = None) -> ReportSnapshot:
    """Return the ordinary record under another name."""
    physician = replace(ORDINARY.physician, family_name=family_name, given_names=given_names, native_name=native_name)
    return replace(ORDINARY, physician=physician)


def annotated(count: int) -> ReportSnapshot:
    """Return the ordinary record with `count` long annotations."""
    annotations = tuple(
        Annotation(
            text=f"Finding {number} of the credentials committee",
            explanatory_note="The committee considered the documents and the physician's answer. " * 4,
            on=date(2025, 3, number + 1),
        )
        for number in range(count)
    )
    return replace(ORDINARY, annotations=annotations)


LONG_SCHOOL = replace(
    ORDINARY,
    education=replace(
        ORDINARY.education, school=("Faculty of Medicine and Allied Sciences named after Example " * 4)[:200]
    ),
)
