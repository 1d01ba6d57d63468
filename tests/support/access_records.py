"""Rows that staff see, for the access tests."""

from datetime import date

from django.utils import timezone

from applicants.models import Applicant
from certification.services.rule_tables import load_shipped
from portal.mail import store_email
from tests.factories.applicants import (
    BirthDateCorrectionFactory,
    IdentityCheckFactory,
    NameRequestFactory,
)
from tests.factories.certification import (
    AnnotationFactory,
    CertificateFactory,
    CredentialStatusChangeFactory,
    DegreeTitleFactory,
    ExaminationResultFactory,
    FileImportFactory,
    HoldFactory,
    OetResultFactory,
    PathwayAcceptanceFactory,
    PathwayApplicationFactory,
    SponsorNoteFactory,
)
from tests.factories.payments import FeeFactory
from tests.factories.rule_tables import WindowExceptionFactory
from tests.support.access_certificates import certificate_rows


def records_of(owner: Applicant) -> str:
    """Rows about the owner that staff see, and of the tables beside them; returns the code of a school."""
    IdentityCheckFactory.create(applicant=owner)
    NameRequestFactory.create(applicant=owner)
    BirthDateCorrectionFactory.create(applicant=owner)
    for factory in (AnnotationFactory, CertificateFactory, ExaminationResultFactory, HoldFactory):
        factory.create(applicant=owner)
    OetResultFactory.create(applicant=owner)
    certificate_rows(owner)
    PathwayAcceptanceFactory.create(applicant=owner)
    WindowExceptionFactory.create(applicant=owner)
    load_shipped(at=timezone.now(), actor="test")
    DegreeTitleFactory.create()
    FileImportFactory.create()
    PathwayApplicationFactory.create(applicant=owner)
    PathwayApplicationFactory.create(in_review=True)
    CredentialStatusChangeFactory.create(credential__applicant=owner, credential__state="submitted")
    FeeFactory.create(effective_from=date(2100, 1, 1))
    store_email(template="access", to_email=owner.user.email, subject="Test", text="", html="", at=timezone.now())
    return SponsorNoteFactory.create().school.code
