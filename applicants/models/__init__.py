"""People: sign-in accounts, the physician behind one, identity, names, and contact information with its history."""

from applicants.models.accounts import User, UserManager
from applicants.models.contact import ContactInformation
from applicants.models.identity import IdentityCheck
from applicants.models.names import FormerNameOfRecord, NameRequest
from applicants.models.people import Applicant, VerifiedName

__all__ = [
    "Applicant",
    "ContactInformation",
    "FormerNameOfRecord",
    "IdentityCheck",
    "NameRequest",
    "User",
    "UserManager",
    "VerifiedName",
]
