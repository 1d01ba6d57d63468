"""Findings and holds."""

from django.db import models

from applicants.models import Applicant
from certification.states import HoldKind
from portal.constraints import both_or_neither, state_is_known


class Annotation(models.Model):
    """Permanent mark of a finding of irregular behavior; travels with every later report (R-IRR-4)."""

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="annotations")
    text = models.CharField(max_length=500)
    explanation = models.TextField(help_text="Explanatory note that is enclosed with each report.")
    decided_on = models.DateField()
    annulled_on = models.DateField(null=True, blank=True, help_text="Ended on appeal; later reports do not state it.")

    def __str__(self) -> str:
        return f"annotation {self.pk}"


class Hold(models.Model):
    """A reason why services stop for a person (R-HOLD-1, R-HOLD-2). Open while `lifted_at` is empty."""

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="holds")
    kind = models.CharField(max_length=24, choices=HoldKind.choices)
    stops_reports = models.BooleanField(default=False, help_text="No report is sent while this hold is open.")
    reason = models.CharField(max_length=500)
    placed_at = models.DateTimeField()
    placed_by = models.CharField(max_length=120)
    ends_on = models.DateField(null=True, blank=True, help_text="Last day, after which it is lifted by itself.")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.CharField(max_length=120, null=True, blank=True)  # noqa: DJ001 (filled together with lifted_at)

    class Meta:
        constraints = [
            state_is_known("hold", "kind", HoldKind.values),
            both_or_neither("hold", "lifted_at", "lifted_by"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
