"""The certificate."""

from django.db import models
from django.db.models import F, Q

from applicants.models import Applicant
from certification.states import CertificateState
from portal.constraints import state_is_known


class Certificate(models.Model):
    """The certificate. A person is certified from `issued_on` (R-CERT-1); its number is its own (R-ID-5)."""

    applicant = models.OneToOneField(Applicant, on_delete=models.PROTECT, related_name="certificate")
    number = models.CharField(max_length=20, unique=True)
    issued_on = models.DateField()
    valid_through = models.DateField(null=True, blank=True, help_text="Empty: no expiry (R-CERT-4).")
    made_permanent_on = models.DateField(null=True, blank=True, help_text="R-CERT-5.")
    revoked_on = models.DateField(null=True, blank=True, help_text="R-CERT-10.")
    state = models.CharField(max_length=16, choices=CertificateState.choices, default=CertificateState.ISSUED)

    class Meta:
        constraints = [
            state_is_known("certificate", "state", CertificateState.values),
            models.CheckConstraint(
                condition=Q(state=CertificateState.REVOKED, revoked_on__isnull=False)
                | (~Q(state=CertificateState.REVOKED) & Q(revoked_on__isnull=True)),
                name="certificate_revoked_has_day",
            ),
            models.CheckConstraint(
                condition=Q(valid_through__isnull=True) | Q(valid_through__gte=F("issued_on")),
                name="certificate_valid_after_issue",
            ),
        ]

    def __str__(self) -> str:
        return self.number
