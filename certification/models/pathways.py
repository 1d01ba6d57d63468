"""How clinical and communication skills were shown."""

from django.db import models
from django.db.models import F, Q

from applicants.models import Applicant


class PathwayAcceptance(models.Model):
    """An accepted Pathway with its OET Medicine: clinical and communication skills (R-CLIN-1, R-PW-VALID)."""

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="pathway_acceptances")
    pathway = models.PositiveSmallIntegerField()
    season = models.PositiveSmallIntegerField()
    accepted_on = models.DateField()
    oet_on = models.DateField(help_text="Day of the OET Medicine sitting that met the season's minima.")
    valid_through = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pathway__gte=1, pathway__lte=6), name="pathway_one_to_six"),
            models.CheckConstraint(
                condition=Q(valid_through__gte=F("accepted_on")), name="pathway_valid_after_accepted"
            ),
        ]

    def __str__(self) -> str:
        return f"Pathway {self.pathway}, season {self.season}"
