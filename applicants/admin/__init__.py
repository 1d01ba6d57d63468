"""Staff pages of people."""

from applicants.admin.people import ApplicantAdmin, UserAdmin

__all__ = ["ApplicantAdmin", "UserAdmin"]
