"""Records of certification in the staff door; shown, and changed only by services."""

from certification.admin.applications import ApplicationAdmin
from certification.admin.cases import CaseDecisionAdmin, IrregularBehaviorCaseAdmin
from certification.admin.certificate_requests import CertificateRequestAdmin
from certification.admin.certificates import (
    CertificateAdmin,
    CertificateChangeAdmin,
    CertificateCopyAdmin,
    CertificateLookupAdmin,
    IssueDecisionAdmin,
)
from certification.admin.credentials import CredentialAdmin, CredentialStatusChangeAdmin
from certification.admin.degree_titles import DegreeTitleAdmin
from certification.admin.education import MedicalEducationAdmin
from certification.admin.examinations import ExaminationResultAdmin, OetResultAdmin
from certification.admin.extensions import CertificateExtensionAdmin
from certification.admin.holds import AnnotationAdmin, HoldAdmin
from certification.admin.imports import FileImportAdmin
from certification.admin.issuing import IssueCandidateAdmin
from certification.admin.officials import SchoolOfficialAdmin
from certification.admin.pathways import PathwayAcceptanceAdmin, PathwayApplicationAdmin
from certification.admin.rule_tables import (
    AttemptLimitAdmin,
    ExcludedAwardAdmin,
    OetMinimumAdmin,
    PathwaySeasonAdmin,
    RulePeriodAdmin,
    RuleTableChangeAdmin,
    ThresholdAdmin,
    WindowExceptionAdmin,
)
from certification.admin.schools import MedicalSchoolAdmin, SponsorNoteAdmin
from certification.admin.verification import VerificationRequestAdmin

__all__ = [
    "AnnotationAdmin",
    "ApplicationAdmin",
    "AttemptLimitAdmin",
    "CaseDecisionAdmin",
    "CertificateAdmin",
    "CertificateChangeAdmin",
    "CertificateCopyAdmin",
    "CertificateExtensionAdmin",
    "CertificateLookupAdmin",
    "CertificateRequestAdmin",
    "CredentialAdmin",
    "CredentialStatusChangeAdmin",
    "DegreeTitleAdmin",
    "ExaminationResultAdmin",
    "ExcludedAwardAdmin",
    "FileImportAdmin",
    "HoldAdmin",
    "IrregularBehaviorCaseAdmin",
    "IssueCandidateAdmin",
    "IssueDecisionAdmin",
    "MedicalEducationAdmin",
    "MedicalSchoolAdmin",
    "OetMinimumAdmin",
    "OetResultAdmin",
    "PathwayAcceptanceAdmin",
    "PathwayApplicationAdmin",
    "PathwaySeasonAdmin",
    "RulePeriodAdmin",
    "RuleTableChangeAdmin",
    "SchoolOfficialAdmin",
    "SponsorNoteAdmin",
    "ThresholdAdmin",
    "VerificationRequestAdmin",
    "WindowExceptionAdmin",
]
