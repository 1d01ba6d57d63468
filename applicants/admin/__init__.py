"""Staff pages of people."""

from applicants.admin.people import ApplicantAdmin, UserAdmin
from applicants.admin.privacy import CorrectionRequestAdmin, DataExportAdmin, DeletionRequestAdmin
from applicants.admin.registration import RegistrationAdmin

__all__ = [
    "ApplicantAdmin",
    "CorrectionRequestAdmin",
    "DataExportAdmin",
    "DeletionRequestAdmin",
    "RegistrationAdmin",
    "UserAdmin",
]
