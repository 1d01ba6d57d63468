"""Rows that staff see, for the access tests."""

from datetime import date

from django.utils import timezone

from applicants.models import Applicant
from certification.models import (
    Certificate,
    CertificateExtension,
    CertificateLookup,
    IssueCandidate,
)
from portal.mail import store_email
from tests.factories import rule_tables
from tests.factories.applicants import (
    IdentityCheckFactory,
    NameRequestFactory,
)
from tests.factories.certification import (
    AnnotationFactory,
    CertificateChangeFactory,
    CertificateCopyFactory,
    CertificateFactory,
    CredentialStatusChangeFactory,
    DegreeTitleFactory,
    ExaminationResultFactory,
    FileImportFactory,
    HoldFactory,
    IssueDecisionFactory,
    OetResultFactory,
    PathwayAcceptanceFactory,
    PathwayApplicationFactory,
    SponsorNoteFactory,
)
from tests.factories.payments import FeeFactory


def records_of(owner: Applicant) -> str:
    """Rows about the owner that staff see, and of the tables beside them; returns the code of a school."""
    IdentityCheckFactory.create(applicant=owner)
    NameRequestFactory.create(applicant=owner)
    for factory in (AnnotationFactory, CertificateFactory, ExaminationResultFactory, HoldFactory):
        factory.create(applicant=owner)
    OetResultFactory.create(applicant=owner)
    certificate = Certificate.objects.get(applicant=owner)
    IssueDecisionFactory.create(applicant=owner)
    IssueCandidate.objects.create(applicant=owner, eligible_since=date(2026, 1, 2), noted_at=timezone.now())
    CertificateChangeFactory.create(certificate=certificate)
    CertificateCopyFactory.create(certificate=certificate)
    CertificateExtension.objects.create(
        certificate=certificate,
        new_end=date(2030, 1, 1),
        reason="Test",
        found=1,
        proposed_by="user:0",
        proposed_at=timezone.now(),
    )
    CertificateLookup.objects.create(at=timezone.now(), client="0" * 32, found=True, certificate=certificate)
    PathwayAcceptanceFactory.create(applicant=owner)
    rule_tables.WindowExceptionFactory.create(applicant=owner)
    for table in rule_tables.TABLES:
        table.create()
    DegreeTitleFactory.create()
    FileImportFactory.create()
    PathwayApplicationFactory.create(applicant=owner)
    CredentialStatusChangeFactory.create(credential__applicant=owner)
    FeeFactory.create(effective_from=date(2100, 1, 1))
    store_email(template="access", to_email=owner.user.email, subject="Test", text="", html="", at=timezone.now())
    return SponsorNoteFactory.create().school.code
