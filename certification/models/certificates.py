"""The certificate, the decision behind it, and what happened to it."""

from django.db import models
from django.db.models import F, Q

from applicants.models import Applicant
from certification.states import CertificateChangeKind, CertificateOrigin, CertificateState
from portal.constraints import state_is_known

ELIGIBLE = "ELIGIBLE"


class IssueDecision(models.Model):
    """Why a certificate was issued, frozen: the verdict on that day, and the two people (invariant 20). Append-only."""

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="issue_decisions")
    as_of = models.DateField(help_text="Day (US Eastern) for which the rules were evaluated.")
    outcome = models.CharField(max_length=20)
    verdict = models.JSONField(help_text="What each rule said, and the facts that it used.")
    eligible_since = models.DateField(help_text="First day on which everything was known to be met.")
    reason = models.CharField(max_length=2000, blank=True, help_text="Words of the second person.")
    proposed_by = models.CharField(max_length=120)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=120)
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(outcome=ELIGIBLE), name="issue_decision_only_eligible"),
            models.CheckConstraint(condition=~Q(proposed_by=F("decided_by")), name="issue_decision_by_two"),
            models.CheckConstraint(
                condition=~Q(proposed_by="") & ~Q(decided_by="") & Q(decided_at__gte=F("proposed_at")),
                name="issue_decision_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"decision {self.pk}"


class Certificate(models.Model):
    """The certificate. A person is certified from `issued_on` (R-CERT-1); its number is its own (R-ID-5).

    One that this portal decided about has its `decision`; those carried over from earlier records have none.
    """

    applicant = models.OneToOneField(Applicant, on_delete=models.PROTECT, related_name="certificate")
    number = models.CharField(max_length=20, unique=True)
    issued_on = models.DateField()
    valid_through = models.DateField(null=True, blank=True, help_text="Empty: no expiry (R-CERT-4).")
    extended_on = models.DateField(null=True, blank=True, help_text="Day of the latest extension.")
    made_permanent_on = models.DateField(null=True, blank=True, help_text="R-CERT-5.")
    revoked_on = models.DateField(null=True, blank=True, help_text="R-CERT-10.")
    state = models.CharField(max_length=16, choices=CertificateState.choices, default=CertificateState.ISSUED)
    origin = models.CharField(max_length=16, choices=CertificateOrigin.choices, default=CertificateOrigin.DECIDED_HERE)
    decision = models.OneToOneField(
        IssueDecision, null=True, blank=True, on_delete=models.PROTECT, related_name="certificate"
    )

    class Meta:
        constraints = [
            state_is_known("certificate", "state", CertificateState.values),
            state_is_known("certificate", "origin", CertificateOrigin.values),
            models.CheckConstraint(
                condition=Q(origin=CertificateOrigin.DECIDED_HERE, decision__isnull=False)
                | Q(origin=CertificateOrigin.CARRIED_OVER, decision__isnull=True),
                name="certificate_has_its_decision",
            ),
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


class CertificateChange(models.Model):
    """One thing that happened to a certificate, with its end before and after. Append-only."""

    audit_person = "certificate__applicant_id"

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=16, choices=CertificateChangeKind.choices)
    on = models.DateField(help_text="Day (US Eastern) from which it counts.")
    at = models.DateTimeField()
    valid_through_before = models.DateField(null=True, blank=True)
    valid_through_after = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=2000, help_text="For staff; the person reads the kind of the change.")
    proposed_by = models.CharField(max_length=120, blank=True, help_text="Empty where one person is enough.")
    decided_by = models.CharField(max_length=120)

    class Meta:
        constraints = [
            state_is_known("certificate_change", "kind", CertificateChangeKind.values),
            models.CheckConstraint(
                condition=Q(proposed_by="") | ~Q(proposed_by=F("decided_by")), name="certificate_change_by_two"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[CertificateChangeKind.REPLACED, CertificateChangeKind.MADE_PERMANENT])
                | ~Q(proposed_by=""),
                name="certificate_change_needs_two",
            ),
            models.CheckConstraint(
                condition=~Q(kind=CertificateChangeKind.EXTENDED)
                | Q(valid_through_after__gt=F("valid_through_before")),
                name="certificate_extended_to_later",
            ),
        ]
        indexes = [models.Index(fields=["certificate", "at"], name="certificate_change_order")]

    def __str__(self) -> str:
        return f"{self.kind} {self.on}"
