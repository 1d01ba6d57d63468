"""Two fictional records as reports print them: one that fits on a page and one that needs two."""

from dataclasses import replace
from datetime import UTC, date, datetime

from cvs import snapshot as printed

ISSUED_AT = datetime(2026, 6, 3, 14, 5, tzinfo=UTC)

ONE_PAGE = printed.ReportSnapshot(
    report_type=printed.ReportType.STATUS,
    number="CV-2026-000001-01",
    version=1,
    replaces=None,
    issued_at=ISSUED_AT,
    as_of=date(2026, 6, 3),
    rules_version="2026.1",
    template_version=printed.TEMPLATE_VERSION,
    paper=printed.Paper.LETTER,
    recipient=printed.Recipient(
        name="Example Board of Medicine",
        address=("100 Example Street", "Sampleton, CA 90000"),
        country="United States",
    ),
    physician=printed.Physician(
        family_name="Example",
        given_names="Doctor Ngozi",
        native_name=None,
        other_verified_names=("Sample, Doctor",),
        birth_date=date(1991, 5, 17),
        identification_number="50000000",
    ),
    education=printed.MedicalEducation(
        school="Example University Faculty of Medicine",
        city="Lagos",
        country="Nigeria",
        degree_title="MB BS",
        degree_year=2015,
    ),
    certification=printed.Certification(
        status=printed.CertificationStatus.YES,
        certificate_number="C-50000000",
        issued_on=date(2018, 3, 2),
        validity=printed.Validity.INDEFINITE,
        valid_through=None,
    ),
    requirements=(
        printed.Requirement("Step 1", met=True, on=date(2016, 2, 1), how="Passed"),
        printed.Requirement("Step 2 CK", met=True, on=date(2017, 4, 10), how="Passed"),
        printed.Requirement("Clinical skills", met=True, on=date(2017, 9, 4), how="Step 2 CS"),
        printed.Requirement("Communication skills", met=True, on=date(2017, 9, 4), how="Step 2 CS"),
    ),
    credentials=(
        printed.Credential(
            "Final medical diploma", "Example University", printed.CredentialStatus.VERIFIED, date(2018, 1, 9)
        ),
        printed.Credential(
            "Final transcript", "Example University", printed.CredentialStatus.VERIFIED, date(2018, 1, 9)
        ),
    ),
    annotations=(),
    disclaimer=(
        "This report may be used only for the purpose the physician authorized. It may not be sold or passed on.",
        "Examination scores are not part of this report.",
    ),
    organization=printed.Organization(
        name="Example Certification Commission",
        address="100 Example Street, Philadelphia, PA 19100, United States",
        email="help@commission.example",
        signatory="Jordan Example",
        signatory_title="Director of Verification",
    ),
    verification=printed.Verification(
        url="https://portal.example/v/7Q4KM2XP9RTDH6VWB3F8N5Y2C1/",
        page_url="https://portal.example/verify/",
        short_code="7Q4KM2XP9RTDH6VZ",
    ),
)

_FINDING = printed.Annotation(
    text="Finding of the credentials committee",
    explanatory_note="The committee considered the documents and the physician’s answer at its meeting. " * 4,
    on=date(2020, 3, 2),
)
TWO_PAGES = replace(ONE_PAGE, annotations=(_FINDING,) * 6)
