"""Contact information with its history."""

import uuid

from django.db import models
from django.db.models import Q
from django_countries.fields import CountryField

from applicants.models.people import Applicant


class ContactInformation(models.Model):
    """One version of a person's contact information (R-CONTACT-1); a change supersedes it and adds the next."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="contacts")
    email = models.EmailField(max_length=254)
    phone = models.CharField(max_length=40)
    fax = models.CharField(max_length=40, blank=True)
    line1 = models.CharField(max_length=200)
    line2 = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=120)
    region = models.CharField(max_length=120, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    country = CountryField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=120, help_text="As in the audit log.")
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["applicant"], condition=Q(superseded_at__isnull=True), name="contact_one_current"
            )
        ]

    def __str__(self) -> str:
        return f"contact information {self.pk}"
