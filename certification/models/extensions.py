"""Extensions of certificates, of one or of all that end on a day or rest on a season."""

from django.db import models
from django.db.models import Q

from certification.models.certificates import Certificate
from certification.states import ExtensionState
from portal.constraints import state_is_known


class CertificateExtension(models.Model):
    """What two people want extended to which day, and how far that has gone.

    Chosen by exactly one certificate, or by season, by the day they end on, or by both. `last_certificate` is the key of
    the last one dealt with, from which a run that was interrupted goes on.
    """

    audit_person = "certificate__applicant_id"

    certificate = models.ForeignKey(
        Certificate, null=True, blank=True, on_delete=models.PROTECT, related_name="extensions"
    )
    season = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Of the Pathway that they rest on.")
    ending_on = models.DateField(null=True, blank=True, help_text="Day on which they end now.")
    new_end = models.DateField(help_text="Day on which they are to end.")
    reason = models.CharField(max_length=2000)
    state = models.CharField(max_length=12, choices=ExtensionState.choices, default=ExtensionState.PROPOSED)
    found = models.PositiveIntegerField(help_text="How many there were when it was proposed.")
    extended = models.PositiveIntegerField(default=0)
    last_certificate = models.BigIntegerField(default=0)
    proposed_by = models.CharField(max_length=120)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            state_is_known("certificate_extension", "state", ExtensionState.values),
            models.CheckConstraint(
                condition=Q(certificate__isnull=False, season__isnull=True, ending_on__isnull=True)
                | (Q(certificate__isnull=True) & (Q(season__isnull=False) | Q(ending_on__isnull=False))),
                name="certificate_extension_one_or_many",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ExtensionState.RUNNING, ExtensionState.DONE])
                | (~Q(decided_by="") & Q(decided_at__isnull=False) & ~Q(decided_by=models.F("proposed_by"))),
                name="certificate_extension_by_two",
            ),
            models.CheckConstraint(
                condition=Q(ending_on__isnull=True) | Q(new_end__gt=models.F("ending_on")),
                name="certificate_extension_to_later",
            ),
        ]

    def __str__(self) -> str:
        return f"extension {self.pk}"
