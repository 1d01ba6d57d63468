"""Results of examinations."""

from django.db import models
from django.db.models import F, Q

from applicants.models import Applicant
from certification.models.imports import Imported
from certification.rules.facts import Result
from certification.states import Examination
from portal.constraints import state_is_known


class ExaminationResult(Imported):
    """One sitting of an examination. Scores are not kept here: no report ever shows one (R-CVS-2)."""

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="examination_results")
    examination = models.CharField(max_length=12, choices=Examination.choices)
    taken_on = models.DateField()
    reported_on = models.DateField(help_text="The result counts from this day.")
    passed = models.BooleanField()
    incomplete = models.BooleanField(
        default=False, help_text="Begun and not finished; counts as an attempt (R-EXAM-5)."
    )

    class Meta:
        constraints = [
            state_is_known("examination_result", "examination", Examination.values),
            models.UniqueConstraint(fields=["applicant", "examination", "taken_on"], name="one_result_per_sitting"),
            models.CheckConstraint(condition=~Q(passed=True, incomplete=True), name="incomplete_result_is_no_pass"),
            models.CheckConstraint(condition=Q(reported_on__gte=F("taken_on")), name="result_after_sitting"),
        ]

    def __str__(self) -> str:
        return f"{self.examination} {self.taken_on}"

    @property
    def result(self) -> str:
        """Return how the sitting ended: a value of `Result`."""
        if self.incomplete:
            return Result.INCOMPLETE
        return Result.PASS if self.passed else Result.FAIL

    @result.setter
    def result(self, value: str) -> None:
        """Take a value of `Result`."""
        self.passed, self.incomplete = value == Result.PASS, value == Result.INCOMPLETE
