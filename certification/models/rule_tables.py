"""Thresholds, seasons and limits as administrators edit them; the rules read them as `certification.rules.tables`.

The columns are named as the fields of those rows, whose meaning is told there.
"""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from applicants.models import Applicant
from certification.states import Examination
from portal.constraints import state_is_known

BASIS_LENGTH = 120
OPEN_END = "Last day, included; empty: no end."
HIGHEST_SCORE = 500


class RuleTableChange(models.Model):
    """One change of the tables, in words; the newest one is their version. Append-only."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=120)
    reason = models.CharField(max_length=500)
    table = models.CharField(max_length=40)
    row = models.CharField(max_length=120, help_text="What the row is about.")
    before = models.JSONField(default=dict, help_text="Columns as they were; empty for a new row.")
    after = models.JSONField(default=dict)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="rule_table_change_has_reason")]

    def __str__(self) -> str:
        return f"{self.table}: {self.row}"


class TableRow(models.Model):
    """What every row of the tables has: where it comes from."""

    basis = models.CharField(
        max_length=BASIS_LENGTH, help_text="Where it comes from: seed, source, derived, assumption."
    )

    class Meta:
        abstract = True


class DatedRow(TableRow):
    """A row that is in effect for a span of days, both included."""

    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True, help_text=OPEN_END)

    class Meta:
        abstract = True


def _days_in_order(table: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")), name=f"{table}_days_in_order"
    )


class Threshold(DatedRow):
    """A number that a rule compares with."""

    code = models.CharField(max_length=60)
    value = models.DecimalField(max_digits=8, decimal_places=2)

    class Meta:
        constraints = [
            _days_in_order("threshold"),
            models.UniqueConstraint(fields=["code", "effective_from"], name="threshold_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.code} from {self.effective_from}"


class RulePeriod(DatedRow):
    """From when until when a rule is in effect; a rule without a row always is."""

    rule_id = models.CharField(max_length=20, unique=True)

    class Meta:
        constraints = [_days_in_order("rule_period")]

    def __str__(self) -> str:
        return self.rule_id


class AttemptLimit(DatedRow):
    """How many attempts without a pass end registration (R-EXAM-5, R-EXAM-5h)."""

    rule_id = models.CharField(max_length=20)
    attempts = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    scope = models.CharField(max_length=12, choices=[("any_step", "any Step"), ("same_step", "the same Step")])
    newcomers_only = models.BooleanField(default=False, help_text="Only for people without an earlier examination.")

    class Meta:
        constraints = [
            _days_in_order("attempt_limit"),
            state_is_known("attempt_limit", "scope", ["any_step", "same_step"]),
            models.UniqueConstraint(fields=["rule_id", "effective_from"], name="attempt_limit_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} from {self.effective_from}"


class PathwaySeason(TableRow):
    """One season of the Pathways; it closes at the end of `closes_on`, US Eastern."""

    season = models.PositiveSmallIntegerField(unique=True)
    opens_on = models.DateField()
    closes_on = models.DateField(help_text="11:59 PM US Eastern.")
    pathways = ArrayField(models.PositiveSmallIntegerField(), help_text="Numbers with commas: 1,3,4,5,6.")
    licence_valid_on_or_after = models.DateField(null=True, blank=True, help_text="Pathway 1.")
    training_licence_accepted = models.BooleanField(default=False, help_text="Pathway 1.")
    graduation_on_or_after = models.DateField(null=True, blank=True, help_text="Pathways 2 to 5.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(closes_on__gte=F("opens_on")), name="pathway_season_days_in_order"),
            models.CheckConstraint(
                condition=Q(pathways__contained_by=[1, 2, 3, 4, 5, 6]) & Q(pathways__len__gt=0),
                name="pathway_season_offers_known_ones",
            ),
        ]

    def __str__(self) -> str:
        return f"season {self.season}"


def _score() -> "models.PositiveSmallIntegerField[int, int]":
    return models.PositiveSmallIntegerField(validators=[MaxValueValidator(HIGHEST_SCORE)])


class OetMinimum(TableRow):
    """Minimum scores of OET Medicine for a season and a span of test days, both ends included (R-OET)."""

    season = models.PositiveSmallIntegerField()
    taken_from = models.DateField()
    taken_to = models.DateField(null=True, blank=True, help_text=OPEN_END)
    listening = _score()
    reading = _score()
    speaking = _score()
    writing = _score()

    class Meta:
        verbose_name = "OET minimum"
        constraints = [
            models.CheckConstraint(
                condition=Q(taken_to__isnull=True) | Q(taken_to__gte=F("taken_from")), name="oet_minimum_days_in_order"
            ),
            models.UniqueConstraint(fields=["season", "taken_from"], name="oet_minimum_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"OET, season {self.season}, from {self.taken_from}"


class ExcludedAward(TableRow):
    """A beginning of a word in a degree title that tells of an award which is never eligible (R-CRED-5)."""

    word = models.CharField(max_length=60, unique=True)
    award = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.word


class WindowException(models.Model):
    """A longer time limit that staff granted for one pass of one person (R-EXAM-4). Never changed; a new one replaces it."""

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="window_exceptions")
    examination = models.CharField(max_length=12, choices=Examination.choices)
    new_end_on = models.DateField(help_text="Last day by which all counted examinations must be passed, included.")
    reason = models.CharField(max_length=500, help_text="The ground, such as a combined degree; for staff.")
    granted_at = models.DateTimeField()
    granted_by = models.CharField(max_length=120)

    class Meta:
        permissions = [("grant_window_exception", "Can grant a longer time limit for examinations")]
        constraints = [
            state_is_known("window_exception", "examination", Examination.values),
            models.CheckConstraint(condition=~Q(reason=""), name="window_exception_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.examination} until {self.new_end_on}"
