"""What certification knows: schools, education, examinations, pathways, credentials, the certificate."""

from certification.models.application import Application, MedicalSchoolAttendance
from certification.models.cases import (
    CaseAllegation,
    CaseDecision,
    CaseDocument,
    CaseSanction,
    IrregularBehaviorCase,
)
from certification.models.certificate_copies import CertificateCopy, CertificateLookup
from certification.models.certificate_requests import CertificateRequest, ClinicalTraining
from certification.models.certificates import Certificate, CertificateChange, IssueDecision
from certification.models.credentials import (
    Credential,
    CredentialDocument,
    CredentialSpecimen,
    CredentialStatusChange,
)
from certification.models.degree_titles import DegreeTitle
from certification.models.education import MedicalEducation
from certification.models.evaluations import (
    COMPONENTS,
    HIGHEST_SCORE,
    LOWEST_SCORE,
    Evaluation,
    Evaluator,
)
from certification.models.examinations import ExaminationResult
from certification.models.extensions import CertificateExtension
from certification.models.holds import Annotation, Hold
from certification.models.imports import FileImport, FileImportRow
from certification.models.issuing import IssueCandidate
from certification.models.last_verdicts import LastVerdict
from certification.models.oet import OetResult
from certification.models.officials import SchoolOfficial
from certification.models.pathway_applications import License, PathwayApplication, SchoolBasis
from certification.models.pathways import PathwayAcceptance
from certification.models.rule_tables import (
    AttemptLimit,
    ExcludedAward,
    OetMinimum,
    PathwaySeason,
    RulePeriod,
    RuleTableChange,
    Threshold,
    WindowException,
)
from certification.models.schools import (
    MedicalSchool,
    SchoolAccreditation,
    SchoolName,
    SchoolWord,
    SponsorNote,
)
from certification.models.verification import (
    VerificationAnswer,
    VerificationAttempt,
    VerificationDocument,
    VerificationRequest,
)

__all__ = [
    "COMPONENTS",
    "HIGHEST_SCORE",
    "LOWEST_SCORE",
    "Annotation",
    "Application",
    "AttemptLimit",
    "CaseAllegation",
    "CaseDecision",
    "CaseDocument",
    "CaseSanction",
    "Certificate",
    "CertificateChange",
    "CertificateCopy",
    "CertificateExtension",
    "CertificateLookup",
    "CertificateRequest",
    "ClinicalTraining",
    "Credential",
    "CredentialDocument",
    "CredentialSpecimen",
    "CredentialStatusChange",
    "DegreeTitle",
    "Evaluation",
    "Evaluator",
    "ExaminationResult",
    "ExcludedAward",
    "FileImport",
    "FileImportRow",
    "Hold",
    "IrregularBehaviorCase",
    "IssueCandidate",
    "IssueDecision",
    "LastVerdict",
    "License",
    "MedicalEducation",
    "MedicalSchool",
    "MedicalSchoolAttendance",
    "OetMinimum",
    "OetResult",
    "PathwayAcceptance",
    "PathwayApplication",
    "PathwaySeason",
    "RulePeriod",
    "RuleTableChange",
    "SchoolAccreditation",
    "SchoolBasis",
    "SchoolName",
    "SchoolOfficial",
    "SchoolWord",
    "SponsorNote",
    "Threshold",
    "VerificationAnswer",
    "VerificationAttempt",
    "VerificationDocument",
    "VerificationRequest",
    "WindowException",
]
