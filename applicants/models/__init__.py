"""People: sign-in accounts, the physician behind one, verified names and contact information with its history."""

from applicants.models.accounts import User, UserManager
from applicants.models.contact import ContactInformation
from applicants.models.people import Applicant, VerifiedName

__all__ = ["Applicant", "ContactInformation", "User", "UserManager", "VerifiedName"]
