"""Licensing authorities, report requests, issued reports, their dispatch, and look-ups by those who received one."""

import uuid

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django_countries.fields import CountryField

from applicants.models import Applicant, ContactInformation
from cvs.states import AuthorityKind, DeliveryChannel, JobStep, ReportState, RequestState
from payments.models import OrderLine
from portal.constraints import state_is_known
from portal.lookups import LookupQuerySet
from portal.models import Delivery


class LicensingAuthorityQuerySet(models.QuerySet["LicensingAuthority"]):
    """Questions about authorities."""

    def open_for_orders(self) -> "LicensingAuthorityQuerySet":
        """Return the authorities a report can be ordered for: open, with a postal and a delivery address (R-CVS-7)."""
        return self.filter(closed_on__isnull=True).exclude(email="").exclude(line1="")

    def in_order_of_jurisdiction(self) -> "LicensingAuthorityQuerySet":
        """Return the authorities as the picker lists them: U.S. jurisdictions by name, then other countries."""
        return self.annotate(abroad=Q(kind=AuthorityKind.INTERNATIONAL)).order_by("abroad", "jurisdiction", "name")


class LicensingAuthority(models.Model):
    """Who may receive a status report at a physician's request."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=250)
    kind = models.CharField(max_length=16, choices=AuthorityKind.choices)
    jurisdiction = models.CharField(max_length=120)
    line1 = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=120)
    region = models.CharField(max_length=60, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    country = CountryField()
    channel = models.CharField(max_length=10, choices=DeliveryChannel.choices, default=DeliveryChannel.EMAIL)
    email = models.EmailField(max_length=254, blank=True, help_text="Where reports are sent.")
    special_instructions = models.TextField(blank=True, help_text="Shown to physicians who choose it (R-CVS-11).")
    closed_on = models.DateField(null=True, blank=True)
    successor = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT)

    objects = LicensingAuthorityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "licensing authorities"
        constraints = [
            state_is_known("authority", "kind", AuthorityKind.values),
            state_is_known("authority", "channel", DeliveryChannel.values),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> str:
        """Return city and region, or city and country abroad."""
        return f"{self.city}, {self.region or self.country.name}"


class ReportRequestQuerySet(models.QuerySet["ReportRequest"]):
    """Questions about report requests."""

    def visible_to(self, applicant: Applicant) -> "ReportRequestQuerySet":
        """Return the requests of `applicant`; nobody sees anybody else's."""
        return self.filter(applicant=applicant)

    def under_way_to(self, authority_ids: list[int]) -> "ReportRequestQuerySet":
        """Return paid requests for these authorities that were not sent yet."""
        return self.filter(authority_id__in=authority_ids, state__in=[RequestState.FUNDED, RequestState.ON_HOLD])


class ReportRequest(models.Model):
    """One report for one authority. Nobody processes it before its money is there (R-CVS-5)."""

    order_line = models.OneToOneField(OrderLine, on_delete=models.PROTECT, related_name="report_request")
    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="report_requests")
    authority = models.ForeignKey(LicensingAuthority, on_delete=models.PROTECT, related_name="report_requests")
    position = models.PositiveSmallIntegerField(help_text="Within the order; ends the report number.")
    state = models.CharField(max_length=20, choices=RequestState.choices, default=RequestState.AWAITING_PAYMENT)
    contact = models.ForeignKey(
        ContactInformation, null=True, blank=True, on_delete=models.PROTECT, help_text="As confirmed when ordered."
    )
    contact_confirmed_at = models.DateTimeField(null=True, blank=True)
    consented_at = models.DateTimeField(null=True, blank=True, help_text="Release to the authority agreed to.")
    knows_not_certified_at = models.DateTimeField(null=True, blank=True, help_text="R-CVS-3.")
    hold_reason = models.CharField(max_length=500, blank=True)
    problem = models.CharField(max_length=300, blank=True, help_text="Why delivery failed, in words for the physician.")
    created_at = models.DateTimeField()
    funded_at = models.DateTimeField(null=True, blank=True)
    dispatched_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    canceled_at = models.DateTimeField(null=True, blank=True)

    objects = ReportRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            state_is_known("report_request", "state", RequestState.values),
            models.CheckConstraint(
                condition=Q(
                    state__in=[RequestState.AWAITING_PAYMENT, RequestState.PAYMENT_PENDING, RequestState.CANCELED]
                )
                | Q(funded_at__isnull=False),
                name="report_request_funded_has_time",
            ),
            models.CheckConstraint(
                condition=Q(funded_at__isnull=True) | Q(consented_at__isnull=False, contact__isnull=False),
                name="report_request_funded_has_consent",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[RequestState.DISPATCHED, RequestState.DELIVERED])
                | Q(dispatched_at__isnull=False),
                name="report_request_dispatched_has_time",
            ),
            models.CheckConstraint(
                condition=(Q(state=RequestState.CANCELED) & Q(canceled_at__isnull=False))
                | (~Q(state=RequestState.CANCELED) & Q(canceled_at__isnull=True)),
                name="report_request_canceled_has_time",
            ),
        ]
        indexes = [models.Index(fields=["applicant", "-id"], name="request_of_applicant")]

    def __str__(self) -> str:
        return f"report request {self.pk}"


class IssuedReport(models.Model):
    """A report that exists: frozen facts, the bytes' hash and place, its codes. Never edited, never deleted.

    A correction is a new version, free of charge, that names the one it replaces.
    """

    audit_person = "request__applicant_id"

    request = models.ForeignKey(ReportRequest, on_delete=models.PROTECT, related_name="reports")
    version = models.PositiveSmallIntegerField(default=1)
    replaces = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
    number = models.CharField(max_length=30, unique=True)
    state = models.CharField(max_length=12, choices=ReportState.choices, default=ReportState.ISSUED)
    snapshot = models.TextField(help_text="Canonical JSON of everything that is printed.")
    template_version = models.CharField(max_length=10)
    issued_at = models.DateTimeField()
    report_on = models.DateField(help_text="Date printed on the report, US Eastern; second datum of the short code.")
    url_code = models.CharField(max_length=26, unique=True)
    short_code = models.CharField(max_length=16, unique=True)
    acknowledge_code = models.CharField(max_length=26, unique=True, help_text="Only in the mail to the authority.")
    stored_as = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64, validators=[RegexValidator(r"^[0-9a-f]{64}$")])
    size_bytes = models.PositiveIntegerField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            state_is_known("issued_report", "state", ReportState.values),
            models.UniqueConstraint(fields=["request", "version"], name="issued_report_version_once"),
            models.UniqueConstraint(
                fields=["request"], condition=Q(state=ReportState.ISSUED), name="issued_report_one_current"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class DispatchJobQuerySet(models.QuerySet["DispatchJob"]):
    """Questions about dispatch jobs."""

    def at_step(self, step: JobStep) -> "DispatchJobQuerySet":
        """Return the jobs whose next step is `step`."""
        return self.filter(step=step)


class DispatchJob(Delivery):
    """The queue entry that takes one funded request to the authority's mail server; a resend is a new version."""

    audit_person = "request__applicant_id"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(ReportRequest, on_delete=models.PROTECT, related_name="jobs")
    version = models.PositiveSmallIntegerField(default=1)
    step = models.CharField(max_length=8, choices=JobStep.choices, default=JobStep.PREPARE)
    report = models.ForeignKey(IssuedReport, null=True, blank=True, on_delete=models.PROTECT, related_name="jobs")

    objects = DispatchJobQuerySet.as_manager()

    class Meta:
        constraints = [
            *Delivery.delivery_constraints("dispatch_job"),
            models.UniqueConstraint(fields=["request", "version"], name="dispatch_job_version_once"),
            models.UniqueConstraint(
                fields=["request"],
                condition=Q(state__in=["ready", "leased", "held", "uncertain"]),
                name="dispatch_job_one_unfinished",
            ),
            models.CheckConstraint(
                condition=Q(step=JobStep.PREPARE, report__isnull=True) | Q(step=JobStep.SEND, report__isnull=False),
                name="dispatch_job_document_before_sending",
            ),
        ]
        indexes = [
            models.Index(fields=["step", "not_before"], condition=Q(state="ready"), name="dispatch_job_due"),
            models.Index(fields=["lease_until"], condition=Q(state="leased"), name="dispatch_job_leases"),
        ]

    def __str__(self) -> str:
        return f"dispatch job {self.pk}"


class DispatchAttempt(models.Model):
    """What one claim of a job came to. Append-only."""

    audit_person = "job__request__applicant_id"

    job = models.ForeignKey(DispatchJob, on_delete=models.PROTECT, related_name="attempt_log")
    step = models.CharField(max_length=8, choices=JobStep.choices)
    number = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    outcome = models.CharField(max_length=20)
    detail = models.CharField(max_length=500, blank=True, help_text="The server's words, or the error.")
    recipient = models.EmailField(max_length=254, blank=True)
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of the bytes that were sent.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(finished_at__gte=F("started_at")), name="attempt_ends_after_start")
        ]
        indexes = [models.Index(fields=["job", "id"], name="attempt_of_job")]

    def __str__(self) -> str:
        return f"attempt {self.pk}"


class VerificationLookup(models.Model):
    """Somebody asked whether a report is genuine. The client is a keyed hash of its address, never the address."""

    audit_person = "report__request__applicant_id"

    at = models.DateTimeField()
    client = models.CharField(max_length=32)
    found = models.BooleanField()
    by_link = models.BooleanField(help_text="With the code of the QR, not typed.")
    report = models.ForeignKey(IssuedReport, null=True, blank=True, on_delete=models.PROTECT, related_name="lookups")

    objects = LookupQuerySet["VerificationLookup"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["client", "at"], name="lookup_of_client")]

    def __str__(self) -> str:
        return f"look-up {self.pk}"
