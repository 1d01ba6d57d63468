"""The Application for Certification and the medical education history in it."""

from datetime import datetime

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django_countries.fields import CountryField

from applicants.models import Applicant
from applicants.models.reviews import HeldForReview, review_constraints
from certification.models.schools import MedicalSchool
from certification.states.application import (
    APPLICATION_KEPT,
    APPLICATION_MACHINE,
    ApplicationState,
)
from portal.constraints import state_is_known

MOST_CREDIT_YEARS = 12


class ApplicationQuerySet(models.QuerySet["Application"]):
    """Questions about applications."""

    def kept(self, applicant: Applicant) -> "ApplicationQuerySet":
        """Return the one application of `applicant` that is open or accepted."""
        return self.filter(applicant=applicant, state__in=APPLICATION_KEPT)

    def drafts_unchanged_since(self, moment: datetime) -> "ApplicationQuerySet":
        """Return drafts whose last answer came before `moment`."""
        return self.filter(state=ApplicationState.DRAFT, changed_at__lt=moment)


class Application(HeldForReview):
    """A person's Application for Certification: intent, medical education, confirmation (R-APP-1).

    `order_line` is what the till calls the fee of this application; `fee_paid_at` is when it was paid, once for all
    (R-APP-3). `graduation_on` is the day on which all requirements were or will be completed (R-SCH-7).
    """

    machine = APPLICATION_MACHINE
    LOADED = ("applicant__user",)

    # Another name than HeldForReview gives: a person also has applications for Pathways.
    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="certification_applications")
    state = models.CharField(max_length=12, choices=ApplicationState.choices, default=ApplicationState.DRAFT)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField(help_text="Last answer of the person; a draft is kept for a time from it.")
    moved_at = models.DateTimeField(help_text="Since when it is in its state.")
    details_seen_at = models.DateTimeField(null=True, blank=True)
    typed = models.JSONField(
        default=dict, blank=True, help_text="What was typed and not saved as an answer yet: page → field → text."
    )
    history_complete_at = models.DateTimeField(
        null=True, blank=True, help_text="The person said that every school and transfer is listed (R-CRED-3)."
    )
    graduated = models.BooleanField(null=True, blank=True)
    degree_title = models.CharField(max_length=250, blank=True, help_text="Exactly as on the diploma.")
    graduation_on = models.DateField(null=True, blank=True)
    degree_on = models.DateField(null=True, blank=True, help_text="Printed on the diploma; may be later.")
    booklet_version = models.CharField(max_length=20, blank=True)
    booklet_read_at = models.DateTimeField(null=True, blank=True)
    confirmation_version = models.CharField(max_length=20, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    signed_name = models.CharField(max_length=401, blank=True, help_text="As the person typed it.")
    warnings_accepted_at = models.DateTimeField(null=True, blank=True)
    order_line = models.BigIntegerField(null=True, blank=True)
    fee_paid_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True, help_text="The person was told that the draft will go.")
    read_school = models.CharField(
        max_length=12, blank=True, help_text="Code of the degree's school in the Directory, found by the reviewer."
    )

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = "application for certification"
        verbose_name_plural = "applications for certification"
        permissions = [
            ("review_applications", "Can review applications for certification"),
            ("reject_applications", "Can be the second person who rejects an application for certification"),
        ]
        indexes = [models.Index(fields=["state", "moved_at"], name="application_queue")]
        constraints = [
            state_is_known("application", "state", ApplicationState.values),
            *review_constraints("application"),
            models.CheckConstraint(
                condition=Q(fee_paid_at__isnull=True) | Q(order_line__isnull=False), name="application_paid_by_line"
            ),
            # R-APP-3: nothing is processed unpaid.
            models.CheckConstraint(
                condition=~Q(state__in=["paid", "in_review", "returned", "accepted", "rejected"])
                | Q(fee_paid_at__isnull=False),
                name="application_processed_only_paid",
            ),
            models.UniqueConstraint(
                fields=["applicant"],
                condition=Q(state__in=[state.value for state in APPLICATION_KEPT]),
                name="application_one_per_person",
            ),
        ]

    def __str__(self) -> str:
        return f"application {self.pk}"

    @property
    def number(self) -> str:
        """Return how staff and the person call it."""
        return f"A-{self.pk:06d}"


class MedicalSchoolAttendance(models.Model):
    """One medical school that the person attended, with what was earned there (R-CRED-1 to R-CRED-3).

    Credits of a school that did not award the degree were transferred to the one that did.
    """

    audit_person = "application__applicant_id"

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="attendances")
    school = models.ForeignKey(MedicalSchool, null=True, blank=True, on_delete=models.PROTECT, related_name="attended")
    school_name = models.CharField(max_length=250)
    country = CountryField()
    attended_from = models.DateField()
    attended_to = models.DateField(null=True, blank=True, help_text="Empty: still there.")
    credit_years = models.DecimalField(
        max_digits=4,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(MOST_CREDIT_YEARS)],
        help_text="Academic years credited by this school itself.",
    )
    awarded_degree = models.BooleanField(help_text="This school gave or will give the degree.")
    passed = models.BooleanField(default=True, help_text="The courses were passed at this school (R-CRED-2).")
    premedical_only = models.BooleanField(default=False, help_text="Credits for a pre-medical phase only.")
    accepted_on = models.DateField(
        null=True, blank=True, help_text="Day on which the school of the degree accepted the credits (R-CRED-2g)."
    )
    disclosed_on = models.DateField(help_text="Day (US Eastern) on which the person first listed it.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(awarded_degree=True), name="attendance_one_degree"
            ),
            models.CheckConstraint(
                condition=Q(attended_to__isnull=True) | Q(attended_to__gte=F("attended_from")),
                name="attendance_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(credit_years__gte=0, credit_years__lte=MOST_CREDIT_YEARS), name="attendance_credit_years"
            ),
            models.CheckConstraint(
                condition=Q(accepted_on__isnull=True) | Q(awarded_degree=False), name="attendance_accepted_from_another"
            ),
        ]

    def __str__(self) -> str:
        return f"attendance {self.pk}"
