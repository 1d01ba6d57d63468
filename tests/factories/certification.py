"""Smallest valid rows of certification."""

from datetime import UTC, date, datetime

from factory.declarations import LazyAttribute, LazyFunction, SelfAttribute, Sequence, SubFactory, Trait
from factory.django import DjangoModelFactory

from certification.models import (
    Annotation,
    Application,
    Certificate,
    CertificateChange,
    CertificateCopy,
    Credential,
    CredentialStatusChange,
    DegreeTitle,
    ExaminationResult,
    FileImport,
    Hold,
    IssueDecision,
    MedicalEducation,
    MedicalSchool,
    MedicalSchoolAttendance,
    OetResult,
    PathwayAcceptance,
    PathwayApplication,
    SchoolAccreditation,
    SchoolName,
    SponsorNote,
)
from certification.models.schools import searchable
from certification.states import (
    ApplicationState,
    CertificateChangeKind,
    CertificateOrigin,
    CredentialKind,
    CredentialStatus,
    Examination,
    HoldKind,
    ImportKind,
    PathwayState,
    RecognizedBy,
)
from tests.factories.applicants import ApplicantFactory


class MedicalSchoolFactory(DjangoModelFactory[MedicalSchool]):
    """A fictional school without a sponsor note."""

    class Meta:
        model = MedicalSchool

    code = Sequence(lambda number: f"T{number:06d}")
    name = Sequence(lambda number: f"Example Medical School {number}")
    city = "Accra"
    country = "GH"
    search_text = LazyAttribute(lambda school: searchable(school.name, school.city, school.country))


class SponsorNoteFactory(DjangoModelFactory[SponsorNote]):
    """A note that covers every year from 2000 on."""

    class Meta:
        model = SponsorNote

    school = SubFactory(MedicalSchoolFactory)
    from_year = 2000
    basis = "test"


class SchoolNameFactory(DjangoModelFactory[SchoolName]):
    """A name until 1987; does not write what the school is found by."""

    class Meta:
        model = SchoolName

    school = SubFactory(MedicalSchoolFactory)
    name = "Former Medical School"
    to_year = 1987


class SchoolAccreditationFactory(DjangoModelFactory[SchoolAccreditation]):
    """An accreditation that WFME recognizes."""

    class Meta:
        model = SchoolAccreditation

    school = SubFactory(MedicalSchoolFactory)
    agency = "Example Accreditation Council"
    recognized_by = RecognizedBy.WFME
    from_on = date(2024, 1, 1)
    basis = "test"


class MedicalEducationFactory(DjangoModelFactory[MedicalEducation]):
    """A degree of 2015."""

    class Meta:
        model = MedicalEducation

    applicant = SubFactory(ApplicantFactory)
    school = SubFactory(MedicalSchoolFactory)
    school_name = SelfAttribute("school.name")
    degree_title = "MB ChB"
    graduation_on = date(2015, 7, 10)
    degree_on = date(2015, 9, 1)


class ExaminationResultFactory(DjangoModelFactory[ExaminationResult]):
    """A pass of Step 1."""

    class Meta:
        model = ExaminationResult

    applicant = SubFactory(ApplicantFactory)
    examination = Examination.STEP_1
    taken_on = date(2018, 2, 1)
    reported_on = date(2018, 3, 1)
    passed = True


class OetResultFactory(DjangoModelFactory[OetResult]):
    """Scores that meet the minima of recent seasons exactly."""

    class Meta:
        model = OetResult

    applicant = SubFactory(ApplicantFactory)
    taken_on = date(2025, 9, 13)
    released_on = date(2025, 9, 30)
    listening = 350
    reading = 350
    speaking = 350
    writing = 300


class DegreeTitleFactory(DjangoModelFactory[DegreeTitle]):
    """A title of every school in Ghana, of all years."""

    class Meta:
        model = DegreeTitle

    country = "GH"
    title = "MB ChB"
    basis = "test"


class FileImportFactory(DjangoModelFactory[FileImport]):
    """A file of results that waits to be checked; its bytes are nowhere."""

    class Meta:
        model = FileImport

    kind = ImportKind.USMLE_RESULTS
    original_name = "results.csv"
    storage_name = Sequence(lambda number: f"{number:032x}")
    sha256 = Sequence(lambda number: f"{number:064x}")
    size = 100
    uploaded_at = datetime(2026, 1, 7, 14, tzinfo=UTC)
    uploaded_by = "user:1"


class PathwayAcceptanceFactory(DjangoModelFactory[PathwayAcceptance]):
    """Pathway 3 of season 2025 (R-PW-VALID: to the end of 2026)."""

    class Meta:
        model = PathwayAcceptance

    applicant = SubFactory(ApplicantFactory)
    pathway = 3
    season = 2025
    accepted_on = date(2025, 2, 3)
    oet_on = date(2024, 9, 14)
    valid_through = date(2026, 12, 31)


class PathwayApplicationFactory(DjangoModelFactory[PathwayApplication]):
    """A draft for Pathway 1 of season 2026."""

    class Meta:
        model = PathwayApplication

    applicant = SubFactory(ApplicantFactory)
    pathway = 1
    season = 2026
    created_at = datetime(2025, 9, 1, 14, tzinfo=UTC)
    changed_at = created_at

    class Params:
        in_review = Trait(
            pathway=6,
            state=PathwayState.IN_REVIEW,
            declared_at=datetime(2025, 9, 1, 15, tzinfo=UTC),
            submitted_at=datetime(2025, 9, 1, 15, tzinfo=UTC),
            paid_at=datetime(2025, 9, 1, 16, tzinfo=UTC),
        )


class CredentialFactory(DjangoModelFactory[Credential]):
    """A diploma of which nothing happened yet."""

    class Meta:
        model = Credential

    applicant = SubFactory(ApplicantFactory)
    kind = CredentialKind.DIPLOMA
    issuer = "Example Medical School"


class CredentialStatusChangeFactory(DjangoModelFactory[CredentialStatusChange]):
    """A verification."""

    class Meta:
        model = CredentialStatusChange

    credential = SubFactory(CredentialFactory)
    status = CredentialStatus.VERIFIED
    on = date(2019, 5, 6)


class CertificateFactory(DjangoModelFactory[Certificate]):
    """A certificate for life, carried over from earlier records."""

    class Meta:
        model = Certificate

    applicant = SubFactory(ApplicantFactory)
    number = Sequence(lambda number: f"C-{900_000 + number}")
    issued_on = date(2020, 6, 1)
    origin = CertificateOrigin.CARRIED_OVER


class IssueDecisionFactory(DjangoModelFactory[IssueDecision]):
    """A decision of two people, all rules met."""

    class Meta:
        model = IssueDecision

    applicant = SubFactory(ApplicantFactory)
    as_of = date(2026, 2, 2)
    outcome = "ELIGIBLE"
    verdict = LazyFunction(
        lambda: {"outcome": "ELIGIBLE", "rules": {"R-EXAM-1": {"outcome": "MET", "decides": "certificate"}}}
    )
    eligible_since = date(2026, 1, 20)
    proposed_by = "user:1"
    proposed_at = datetime(2026, 2, 1, 15, tzinfo=UTC)
    decided_by = "user:2"
    decided_at = datetime(2026, 2, 2, 15, tzinfo=UTC)


class CertificateChangeFactory(DjangoModelFactory[CertificateChange]):
    """An issue without an end."""

    class Meta:
        model = CertificateChange

    certificate = SubFactory(CertificateFactory)
    kind = CertificateChangeKind.ISSUED
    on = date(2020, 6, 1)
    at = datetime(2020, 6, 1, 15, tzinfo=UTC)
    reason = "Test"
    proposed_by = "user:1"
    decided_by = "user:2"


class CertificateCopyFactory(DjangoModelFactory[CertificateCopy]):
    """A first copy that waits to be made."""

    class Meta:
        model = CertificateCopy

    certificate = SubFactory(CertificateFactory)
    version = 1
    snapshot = "{}"
    template_version = "v1"
    requested_at = datetime(2026, 2, 2, 15, tzinfo=UTC)
    not_before = datetime(2026, 2, 2, 15, tzinfo=UTC)


class AnnotationFactory(DjangoModelFactory[Annotation]):
    """A finding."""

    class Meta:
        model = Annotation

    applicant = SubFactory(ApplicantFactory)
    text = "A finding of irregular behavior is on record."
    explanation = "The committee found in 2024 that a document had been altered."
    decided_on = date(2024, 11, 1)


class HoldFactory(DjangoModelFactory[Hold]):
    """An open hold that stops reports."""

    class Meta:
        model = Hold

    applicant = SubFactory(ApplicantFactory)
    kind = HoldKind.STAFF
    stops_reports = True
    reason = "Identity is being checked"
    placed_at = datetime(2026, 1, 7, 14, tzinfo=UTC)
    placed_by = "user:1"


class ApplicationFactory(DjangoModelFactory[Application]):
    """An application that was paid and waits for review; its history is empty."""

    class Meta:
        model = Application

    applicant = SubFactory(ApplicantFactory)
    state = ApplicationState.PAID
    created_at = changed_at = moved_at = submitted_at = fee_paid_at = datetime(2026, 5, 4, 15, tzinfo=UTC)
    order_line = 1
    degree_title = "MB ChB"
    graduated = True
    graduation_on = date(2015, 6, 30)


class AttendanceFactory(DjangoModelFactory[MedicalSchoolAttendance]):
    """Six years at a school that is not in the Directory and gave the degree."""

    class Meta:
        model = MedicalSchoolAttendance

    application = SubFactory(ApplicationFactory)
    school_name = "Unlisted Medical College"
    country = "GH"
    attended_from = date(2009, 9, 1)
    attended_to = date(2015, 6, 30)
    credit_years = 5
    awarded_degree = True
    disclosed_on = date(2026, 5, 4)
