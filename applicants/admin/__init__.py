"""Staff pages of people."""

from applicants.admin.identity import BirthDateCorrectionAdmin, IdentityCheckAdmin, NameRequestAdmin
from applicants.admin.people import ApplicantAdmin, UserAdmin
from applicants.admin.privacy import CorrectionRequestAdmin, DataExportAdmin, DeletionRequestAdmin
from applicants.admin.proposals import ProposalAdmin
from applicants.admin.registration import RegistrationAdmin

__all__ = [
    "ApplicantAdmin",
    "BirthDateCorrectionAdmin",
    "CorrectionRequestAdmin",
    "DataExportAdmin",
    "DeletionRequestAdmin",
    "IdentityCheckAdmin",
    "NameRequestAdmin",
    "ProposalAdmin",
    "RegistrationAdmin",
    "UserAdmin",
]
