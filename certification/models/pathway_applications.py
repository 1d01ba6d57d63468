"""An application for a Pathway in one season, and what it rests on: a license, or the school's attestation."""

import json

from django.db import models
from django.db.models import F, Q
from django_countries.fields import CountryField

from applicants.models.reviews import HeldForReview, review_constraints
from certification.models.pathways import PathwayAcceptance
from certification.models.schools import MedicalSchool
from certification.states import (
    OPEN_PATHWAY_STATES,
    PATHWAY_MACHINE,
    Confirmation,
    LicenseKind,
    Pathway,
    PathwayState,
)
from portal.constraints import both_or_neither, state_is_known
from portal.encryption import EncryptedTextField
from portal.models import Upload


class PathwayApplication(HeldForReview):
    """One application, from its first draft to the decision. A person has at most one that is open.

    Submitted means complete and declared by the person; nobody processes it before `paid_at` (R-APP-3). `complete_at` is
    when everything of others had arrived: what is complete by then is decided after the season's end too (R-PW-CLOSE).
    """

    machine = PATHWAY_MACHINE

    pathway = models.PositiveSmallIntegerField(choices=Pathway.choices)
    season = models.PositiveSmallIntegerField()
    holds_license = models.BooleanField(default=False, help_text="Says that they are or were licensed somewhere.")
    registered_on = models.DateField(
        null=True,
        blank=True,
        help_text="Day on which the person says that they first registered for a Step; asked while no result is known.",
    )
    is_revalidation = models.BooleanField(default=False, help_text="Renews an acceptance that ends (R-CERT-8).")
    state = models.CharField(max_length=24, choices=PathwayState.choices, default=PathwayState.DRAFT)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    declared_at = models.DateTimeField(null=True, blank=True)
    declaration_version = models.CharField(max_length=20, blank=True, help_text="Text that the person confirmed.")
    typed = EncryptedTextField(
        blank=True,
        help_text="What was typed and not saved as an answer yet, as JSON: page → field → text. A license's number is in it.",
    )
    order_line = models.PositiveBigIntegerField(null=True, blank=True, help_text="The fee, in the person's order.")
    paid_at = models.DateTimeField(null=True, blank=True)
    complete_at = models.DateTimeField(null=True, blank=True)
    warned = models.CharField(max_length=20, blank=True, help_text="Last warning: last day of the season, days before.")
    committee_since = models.DateTimeField(
        null=True, blank=True, help_text="From then on the committee decides: scores below the threshold (R-PW-6)."
    )
    recheck_requested_at = models.DateTimeField(null=True, blank=True)
    acceptance = models.OneToOneField(
        PathwayAcceptance, null=True, blank=True, on_delete=models.PROTECT, related_name="application"
    )

    class Meta:
        indexes = [models.Index(fields=["state", "paid_at"], name="pathway_application_queue")]
        permissions = [
            ("review_pathways", "Can review Pathway applications and record what others confirm"),
            ("reject_pathways", "Can carry out the rejection of a Pathway application"),
            ("decide_pathway_scores", "Can decide Pathway 6 below the threshold"),
        ]
        constraints = [
            state_is_known("pathway_application", "state", PathwayState.values),
            models.CheckConstraint(condition=Q(pathway__in=Pathway.values), name="pathway_application_one_to_six"),
            models.UniqueConstraint(
                fields=["applicant"],
                condition=Q(state__in=[state.value for state in OPEN_PATHWAY_STATES]),
                name="pathway_application_one_open",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["submitted", "awaiting_third_party", "in_review", "accepted", "rejected"])
                | Q(submitted_at__isnull=False, declared_at__isnull=False),
                name="pathway_application_declared",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["awaiting_third_party", "in_review", "accepted", "rejected"])
                | Q(paid_at__isnull=False),
                name="pathway_application_paid",
            ),
            models.CheckConstraint(
                condition=Q(state=PathwayState.ACCEPTED, acceptance__isnull=False)
                | (~Q(state=PathwayState.ACCEPTED) & Q(acceptance__isnull=True)),
                name="pathway_application_accepted_has_acceptance",
            ),
            *review_constraints("pathway_application"),
        ]

    def __str__(self) -> str:
        return f"Pathway {self.pathway}, season {self.season}, application {self.pk}"

    @property
    def typed_pages(self) -> dict[str, dict[str, str | list[str]]]:
        """Return what was typed and not saved: page → field → text."""
        return json.loads(self.typed) if self.typed else {}

    @property
    def not_ready(self) -> str:
        """Return why nothing can be decided, as a sentence for the reviewer; empty when everything has arrived."""
        if self.state == PathwayState.IN_REVIEW:
            return ""
        if self.state in OPEN_PATHWAY_STATES:
            return "Not everything has arrived. There is nothing to decide yet."
        return f"This is {self.state_label.lower()} already."


class License(models.Model):
    """A license or registration to practice medicine, as the applicant states it and the authority confirms it (R-PW-1)."""

    audit_person = "application__applicant_id"

    application = models.OneToOneField(PathwayApplication, on_delete=models.CASCADE, related_name="license")
    authority = models.CharField(max_length=200)
    country = CountryField()
    number = EncryptedTextField(help_text="Restricted; encrypted in the database.")
    kind = models.CharField(max_length=12, choices=LicenseKind.choices)
    unsupervised = models.BooleanField(help_text="Permits practice without supervision.")
    met_all_requirements = models.BooleanField()
    disciplined = models.BooleanField(help_text="Any disciplinary action, ever, anywhere.")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True, help_text="Empty: no end.")
    upload = models.ForeignKey(Upload, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(null=True, blank=True, help_text="Confirmation was asked for.")
    confirmation = models.CharField(max_length=16, choices=Confirmation.choices, default=Confirmation.WAITING)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=120, null=True, blank=True, help_text="Who recorded it.")  # noqa: DJ001 - NULL until answered
    confirmation_note = models.TextField(blank=True, max_length=2000, help_text="How and from whom it came.")

    class Meta:
        constraints = [
            state_is_known("license", "kind", LicenseKind.values),
            state_is_known("license", "confirmation", Confirmation.values),
            both_or_neither("license", "confirmed_at", "confirmed_by"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="license_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(confirmation=Confirmation.WAITING, confirmed_at__isnull=True)
                | (~Q(confirmation=Confirmation.WAITING) & Q(confirmed_at__isnull=False)),
                name="license_answered_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"license {self.pk}"


class SchoolBasis(models.Model):
    """What a Pathway by the school rests on (R-PW-2 to R-PW-5): accreditation, joint degree, or the clinical examination.

    The school is the one on the person's record; a student's `graduation_on` is the day expected.
    """

    audit_person = "application__applicant_id"

    application = models.OneToOneField(PathwayApplication, on_delete=models.CASCADE, related_name="school_basis")
    school = models.ForeignKey(MedicalSchool, on_delete=models.PROTECT, related_name="+")
    claim = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Pathway 2 to 5 for which the person says that the school qualifies."
    )
    graduation_on = models.DateField(null=True, blank=True)
    agency = models.CharField(max_length=200, blank=True, help_text="Accrediting agency (Pathways 3 and 4).")
    partner_school = models.CharField(max_length=250, blank=True, help_text="U.S. school of a joint degree.")
    examination_name = models.CharField(max_length=200, blank=True, help_text="Clinical examination (Pathway 2).")
    examination_passed_on = models.DateField(null=True, blank=True)

    attested_at = models.DateTimeField(null=True, blank=True, help_text="The school's attestation was accepted.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(claim__isnull=True) | Q(claim__gte=2, claim__lte=5), name="school_basis_claim_by_school"
            )
        ]

    def __str__(self) -> str:
        return f"school of {self.application_id}"
