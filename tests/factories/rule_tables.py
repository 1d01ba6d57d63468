"""Smallest valid rows of the rule tables; none of them says anything about a rule that exists."""

from datetime import UTC, date, datetime

from factory.declarations import SubFactory
from factory.django import DjangoModelFactory

from certification.models import (
    AttemptLimit,
    ExcludedAward,
    OetMinimum,
    PathwaySeason,
    RulePeriod,
    RuleTableChange,
    Threshold,
    WindowException,
)
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


class RuleTableChangeFactory(DjangoModelFactory[RuleTableChange]):
    """A note that a threshold was changed."""

    class Meta:
        model = RuleTableChange

    at = datetime(2026, 1, 5, 15, tzinfo=UTC)
    actor = "user:1"
    reason = "New policy"
    table = "threshold"
    row = "credit_years from 2030-01-01"


class ThresholdFactory(DjangoModelFactory[Threshold]):
    """A threshold of a code that no rule asks for."""

    class Meta:
        model = Threshold

    code = "example"
    value = 1
    effective_from = date(2030, 1, 1)
    basis = "test"


class RulePeriodFactory(DjangoModelFactory[RulePeriod]):
    """A span of a rule that nobody knows."""

    class Meta:
        model = RulePeriod

    rule_id = "R-EXAMPLE-1"
    effective_from = date(2030, 1, 1)
    basis = "test"


class AttemptLimitFactory(DjangoModelFactory[AttemptLimit]):
    """A limit of a rule that nobody knows."""

    class Meta:
        model = AttemptLimit

    rule_id = "R-EXAMPLE-1"
    attempts = 4
    scope = "any_step"
    effective_from = date(2030, 1, 1)
    basis = "test"


class PathwaySeasonFactory(DjangoModelFactory[PathwaySeason]):
    """A season far away."""

    class Meta:
        model = PathwaySeason

    season = 2099
    opens_on = date(2098, 8, 1)
    closes_on = date(2099, 1, 31)
    pathways = [1, 3, 6]
    basis = "test"


class OetMinimumFactory(DjangoModelFactory[OetMinimum]):
    """Minima of a season far away."""

    class Meta:
        model = OetMinimum

    season = 2099
    taken_from = date(2097, 1, 1)
    listening = reading = speaking = writing = 350
    basis = "test"


class ExcludedAwardFactory(DjangoModelFactory[ExcludedAward]):
    """An award nobody has."""

    class Meta:
        model = ExcludedAward

    word = "exampl"
    award = "Example"
    basis = "test"


TABLES = (
    RuleTableChangeFactory,
    ThresholdFactory,
    RulePeriodFactory,
    AttemptLimitFactory,
    PathwaySeasonFactory,
    OetMinimumFactory,
    ExcludedAwardFactory,
)
