"""Sealed PDFs of certificates, and look-ups by those who were shown one."""

import uuid

from django.db import models
from django.db.models import Q

from certification.models.certificates import Certificate
from certification.states import CopyState
from portal.constraints import filled_exactly_in, state_is_known
from portal.lookups import LookupQuerySet


class CertificateCopy(models.Model):
    """One version of a certificate's PDF: what it prints, frozen, and the queue entry of its making.

    `attempts` is the worker's token: one whose lease passed finds another number and writes nothing. A later version
    replaces the earlier ones; all keep the certificate's number.
    """

    audit_person = "certificate__applicant_id"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="copies")
    version = models.PositiveSmallIntegerField()
    snapshot = models.TextField(help_text="Canonical JSON of everything it prints.")
    template_version = models.CharField(max_length=10)
    requested_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=CopyState.choices, default=CopyState.WAITING)
    not_before = models.DateTimeField(help_text="Not claimed before this time.")
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0, help_text="Of its own; a missing key is none.")
    last_error = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)
    stored_as = models.CharField(max_length=80, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size_bytes = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "certificate copies"
        constraints = [
            state_is_known("certificate_copy", "state", CopyState.values),
            filled_exactly_in("certificate_copy", "state", "lease_until", [CopyState.MAKING]),
            filled_exactly_in("certificate_copy", "state", "made_at", [CopyState.READY]),
            models.UniqueConstraint(fields=["certificate", "version"], name="certificate_copy_version_once"),
            models.CheckConstraint(
                condition=(Q(state=CopyState.READY) & ~Q(stored_as="") & ~Q(sha256=""))
                | (~Q(state=CopyState.READY) & Q(stored_as="", sha256="")),
                name="certificate_copy_file_when_ready",
            ),
        ]
        indexes = [models.Index(fields=["not_before"], condition=Q(state="waiting"), name="certificate_copy_due")]

    def __str__(self) -> str:
        return f"copy {self.version} of {self.certificate_id}"


class CertificateLookup(models.Model):
    """Somebody asked whether a certificate is genuine. The client is a keyed hash of its address, never the address."""

    audit_person = "certificate__applicant_id"

    at = models.DateTimeField()
    client = models.CharField(max_length=32)
    found = models.BooleanField()
    certificate = models.ForeignKey(
        Certificate, null=True, blank=True, on_delete=models.PROTECT, related_name="lookups"
    )

    objects = LookupQuerySet["CertificateLookup"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["client", "at"], name="certificate_lookup_client")]

    def __str__(self) -> str:
        return f"look-up {self.pk}"
