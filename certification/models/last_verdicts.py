"""What the rules said of a person last, kept between evaluations."""

from django.db import models
from django.db.models import F, Q

from applicants.models import Applicant
from certification.rules.trace import Overall
from portal.constraints import state_is_known


class LastVerdict(models.Model):
    """The latest evaluation of a person, as they may be told; a copy for lists and warnings, never what a decision rests on.

    `changed_on` is since when the outcome has been what it is. `open_rules` maps each rule that is in the way to its answer.
    `pass_by` is the last day for the missing examinations (R-EXAM-3); None when none is missing or nothing was passed yet.
    """

    applicant = models.OneToOneField(Applicant, on_delete=models.CASCADE, related_name="last_verdict")
    as_of = models.DateField(db_index=True)
    rules_version = models.CharField(max_length=20)
    outcome = models.CharField(max_length=16, choices=[(one.value, one.value) for one in Overall])
    changed_on = models.DateField()
    valid_through = models.DateField(null=True, blank=True, help_text="Empty: no end, or no certificate possible.")
    match_ready = models.BooleanField()
    registration_blocked = models.BooleanField()
    pass_by = models.DateField(null=True, blank=True)
    open_rules = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            state_is_known("last_verdict", "outcome", [one.value for one in Overall]),
            models.CheckConstraint(condition=Q(changed_on__lte=F("as_of")), name="last_verdict_days_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.as_of}"
