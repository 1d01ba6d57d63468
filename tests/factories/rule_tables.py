"""Longer time limits for examinations; the rule tables themselves come from their loader."""

from datetime import UTC, date, datetime

from factory.declarations import SubFactory
from factory.django import DjangoModelFactory

from certification.models import WindowException
from certification.states import Examination
from tests.factories.applicants import ApplicantFactory


class WindowExceptionFactory(DjangoModelFactory[WindowException]):
    """A longer time limit for Step 1."""

    class Meta:
        model = WindowException

    applicant = SubFactory(ApplicantFactory)
    examination = Examination.STEP_1
    new_end_on = date(2027, 1, 1)
    reason = "Combined degree"
    granted_at = datetime(2026, 1, 5, 15, tzinfo=UTC)
    granted_by = "user:1"
