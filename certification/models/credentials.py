"""Medical education credentials and how their verification went."""

from django.db import models

from applicants.models import Applicant
from certification.states import CredentialKind, CredentialStatus
from portal.constraints import state_is_known


class Credential(models.Model):
    """A medical education credential that is verified with the school that issued it (R-PSV-1 to R-PSV-3)."""

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="credentials")
    kind = models.CharField(max_length=20, choices=CredentialKind.choices)
    issuer = models.CharField(max_length=250)

    class Meta:
        constraints = [state_is_known("credential", "kind", CredentialKind.values)]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class CredentialStatusChange(models.Model):
    """From which day a credential had which verification status; the newest one on a day is the status on that day."""

    audit_person = "credential__applicant_id"

    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="status_changes")
    status = models.CharField(max_length=20, choices=CredentialStatus.choices)
    on = models.DateField()

    class Meta:
        constraints = [state_is_known("credential_status", "status", CredentialStatus.values)]
        indexes = [models.Index(fields=["credential", "on"], name="credential_status_on")]

    def __str__(self) -> str:
        return f"{self.status} {self.on}"
