"""People: accounts, the physician behind one, registration, identity, names, and contact information with its history."""

from applicants.models.accounts import User, UserManager
from applicants.models.birth_dates import BirthDateCorrection
from applicants.models.contact import ContactInformation
from applicants.models.identity import IdentityCheck
from applicants.models.names import FormerNameOfRecord, NameRequest
from applicants.models.people import Applicant, VerifiedName
from applicants.models.privacy import CorrectionRequest, DataExport, DeletionRequest
from applicants.models.registration import (
    EarlierNumber,
    IssuedNumber,
    MailedLink,
    Registration,
    SuspectedDuplicate,
)

__all__ = [
    "Applicant",
    "BirthDateCorrection",
    "ContactInformation",
    "CorrectionRequest",
    "DataExport",
    "DeletionRequest",
    "EarlierNumber",
    "FormerNameOfRecord",
    "IdentityCheck",
    "IssuedNumber",
    "MailedLink",
    "NameRequest",
    "Registration",
    "SuspectedDuplicate",
    "User",
    "UserManager",
    "VerifiedName",
]
