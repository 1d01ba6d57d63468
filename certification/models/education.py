"""A physician's medical degree."""

from django.db import models

from applicants.models import Applicant
from certification.models.schools import MedicalSchool


class MedicalEducation(models.Model):
    """A physician's medical degree; the year of `graduation_on` counts for the sponsor note (R-SCH-7)."""

    applicant = models.OneToOneField(Applicant, on_delete=models.PROTECT, related_name="education")
    school = models.ForeignKey(MedicalSchool, on_delete=models.PROTECT, related_name="graduates")
    school_name = models.CharField(max_length=250, help_text="As in the Directory on the day of the degree.")
    degree_title = models.CharField(max_length=250, blank=True, help_text="As on the diploma.")
    graduation_on = models.DateField(null=True, blank=True)
    degree_on = models.DateField(null=True, blank=True, help_text="Printed on the diploma; may be later.")

    def __str__(self) -> str:
        return f"education of {self.applicant_id}"
