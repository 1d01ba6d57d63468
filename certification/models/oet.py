"""Results of OET Medicine, as the owner of the test releases them."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

from applicants.models import Applicant
from certification.models.imports import Imported

HIGHEST_OET_SCORE = 500
SUBTESTS = ("listening", "reading", "speaking", "writing")


def _score() -> "models.PositiveSmallIntegerField[int, int]":
    return models.PositiveSmallIntegerField(validators=[MaxValueValidator(HIGHEST_OET_SCORE)])


class OetResult(Imported):
    """One administration of OET Medicine with its four sub-tests (R-OET). Released scores alone: nobody types their own."""

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="oet_results")
    taken_on = models.DateField()
    released_on = models.DateField(help_text="The scores count from this day.")
    listening = _score()
    reading = _score()
    speaking = _score()
    writing = _score()

    class Meta:
        verbose_name = "OET result"
        constraints = [
            models.UniqueConstraint(fields=["applicant", "taken_on"], name="one_oet_result_per_day"),
            models.CheckConstraint(condition=Q(released_on__gte=F("taken_on")), name="oet_released_after_taken"),
            *[
                models.CheckConstraint(condition=Q(**{f"{name}__lte": HIGHEST_OET_SCORE}), name=f"oet_{name}_in_range")
                for name in SUBTESTS
            ],
        ]

    def __str__(self) -> str:
        return f"OET {self.taken_on}"
