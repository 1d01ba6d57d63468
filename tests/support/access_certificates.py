"""What the world of the access tests has about certificates and cases."""

from datetime import date, timedelta

from django.utils import timezone

from applicants.models import Applicant
from certification.models import (
    CaseDecision,
    Certificate,
    CertificateExtension,
    CertificateLookup,
    CertificateRequest,
    IrregularBehaviorCase,
    IssueCandidate,
)
from certification.services.cases.steps import open_case
from certification.states import CaseState
from tests.factories.certification import CertificateChangeFactory, CertificateCopyFactory, IssueDecisionFactory


def certificate_rows(owner: Applicant) -> None:
    """Add rows about the owner's certificate, which is there."""
    _case_about(owner)
    certificate = Certificate.objects.get(applicant=owner)
    IssueDecisionFactory.create(applicant=owner)
    IssueCandidate.objects.create(applicant=owner, eligible_since=date(2026, 1, 2), noted_at=timezone.now())
    CertificateChangeFactory.create(certificate=certificate)
    CertificateCopyFactory.create(certificate=certificate)
    CertificateRequest.objects.create(
        applicant=owner, certificate=certificate, kind="lost", submitted_at=timezone.now(), created_at=timezone.now()
    )
    CertificateExtension.objects.create(
        certificate=certificate,
        new_end=date(2030, 1, 1),
        reason="Test",
        found=1,
        proposed_by="user:0",
        proposed_at=timezone.now(),
    )
    CertificateLookup.objects.create(at=timezone.now(), client="0" * 32, found=True, certificate=certificate)


def _case_about(owner: Applicant) -> None:
    """A case whose notice waits for an answer, and what somebody proposed about it."""
    at = timezone.now()
    case = open_case(applicant=owner, allegation="Test", at=at, actor="user:0")
    IrregularBehaviorCase.objects.filter(pk=case.pk).update(
        state=CaseState.NOTICE_SENT, notice="Test", notice_sent_at=at, answer_by=at.date() + timedelta(days=9)
    )
    CaseDecision.objects.create(case=case, finding=False, words="Test", proposed_by="user:0", proposed_at=at)
