"""The people of schools in the access tests."""

from django.utils import timezone

from applicants.models import Applicant, User
from tests.access_table import OFFICIALS
from tests.factories.schools_portal import OfficialUserFactory, SchoolOfficialFactory, VerificationRequestFactory


def ask_school_about(owner: Applicant) -> tuple[str, dict[str, User]]:
    """A request about the owner: its key, an official of the school that was asked, and one of another school."""
    users = [OfficialUserFactory.create() for _ in OFFICIALS]
    asked = SchoolOfficialFactory.create(user=users[0], may_coordinate=True)
    SchoolOfficialFactory.create(user=users[1])
    request = VerificationRequestFactory.create(
        credential__applicant=owner,
        school=asked.school,
        official=asked,
        state="sent",
        sent_at=timezone.now(),
        due_on=timezone.now(),
    )
    return str(request.pk), dict(zip(OFFICIALS, users, strict=True))
