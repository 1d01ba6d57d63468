"""Requests about a certificate, and clinical training that counts for it."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from applicants.models import Applicant
from applicants.models.reviews import FILE_NOT_READY, HeldForReview, review_constraints
from certification.models.certificates import Certificate
from certification.states import (
    CERTIFICATE_REQUEST_MACHINE,
    OPEN_REQUESTS,
    CertificateRequestKind,
    CertificateRequestState,
)
from portal.constraints import state_is_known
from portal.models import Upload
from portal.states import Machine


class CertificateRequest(HeldForReview):
    """Permanent validation (R-CERT-5, R-CERT-6) or a new copy (R-CERT-9), with the document that shows why."""

    machine: ClassVar[Machine[CertificateRequestState]] = CERTIFICATE_REQUEST_MACHINE
    LOADED = ("applicant__user", "upload", "certificate")

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="requests")
    kind = models.CharField(max_length=12, choices=CertificateRequestKind.choices)
    state = models.CharField(
        max_length=20, choices=CertificateRequestState.choices, default=CertificateRequestState.SUBMITTED
    )
    program = models.CharField(max_length=250, blank=True, help_text="Of the clinical training.")
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True, help_text="Empty: goes on.")
    jurisdiction = models.CharField(max_length=120, blank=True, help_text="That gave the license.")
    licensed_on = models.DateField(null=True, blank=True)
    explanation = models.TextField(max_length=2000, blank=True)
    upload = models.ForeignKey(Upload, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    order_line = models.BigIntegerField(null=True, blank=True, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            *review_constraints("certificate_request"),
            state_is_known("certificate_request", "state", CertificateRequestState.values),
            state_is_known("certificate_request", "kind", CertificateRequestKind.values),
            models.UniqueConstraint(
                fields=["certificate"], condition=Q(state__in=OPEN_REQUESTS), name="certificate_request_one_open"
            ),
            models.CheckConstraint(
                condition=Q(started_on__isnull=True) | Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="certificate_request_training_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"certificate request {self.pk}"

    @property
    def not_ready(self) -> str:
        """Return why there is nothing to review yet; a loss needs no document."""
        if self.upload is None:
            return ""
        return "" if self.upload.is_shown else FILE_NOT_READY


class ClinicalTraining(models.Model):
    """Clinical training in an accredited program or one associated with it (R-CERT-5)."""

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="clinical_training")
    program = models.CharField(max_length=250)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True, help_text="Empty: goes on.")
    j1_sponsored = models.BooleanField(default=False, help_text="We sponsor the visa, so nobody has to ask (R-CERT-6).")
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")), name="clinical_training_in_order"
            )
        ]
        indexes = [models.Index(fields=["started_on"], condition=Q(j1_sponsored=True), name="clinical_training_j1")]

    def __str__(self) -> str:
        return f"training {self.pk}"
