"""People whose certificate can be issued, until it is."""

from django.db import models

from applicants.models import Applicant


class IssueCandidate(models.Model):
    """Somebody of whom every rule was MET or N/A when last looked at; a row goes when that ends or the certificate is there.

    Being listed decides nothing: whoever issues a certificate has the rules asked again.
    """

    applicant = models.OneToOneField(
        Applicant, primary_key=True, on_delete=models.PROTECT, related_name="issue_candidate"
    )
    eligible_since = models.DateField(help_text="First day on which everything was known to be met.")
    noted_at = models.DateTimeField(help_text="When it was last looked at.")

    class Meta:
        indexes = [models.Index(fields=["eligible_since"], name="candidate_longest_waiting")]

    def __str__(self) -> str:
        return f"candidate {self.pk}"
