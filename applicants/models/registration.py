"""First-time users: their registration, what it may duplicate, numbers ever issued, and links sent by mail."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django_countries.fields import CountryField

from applicants.models.accounts import User
from applicants.models.people import Applicant
from applicants.states import LinkPurpose, RegistrationState
from portal.constraints import both_or_neither, filled_exactly_in, state_is_known


class EarlierNumber(models.TextChoices):
    """Answer to "did you ever have a number or apply before?" (R-ID-1)."""

    NO = "no", "No, never"
    YES = "yes", "Yes"
    UNSURE = "unsure", "I am not sure"


class Registration(models.Model):
    """Everything a first-time user told us, from the first answer to the account or to the end (R-ID-1).

    Answers may be empty only in a draft. Names are kept as typed. The password is a hash and is emptied once the
    account has it or none is opened.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField(max_length=20, choices=RegistrationState.choices, default=RegistrationState.DRAFT)
    had_number = models.CharField("had a number before", max_length=10, choices=EarlierNumber.choices, blank=True)
    earlier_number = models.CharField(max_length=8, blank=True)
    earlier_name = models.CharField(max_length=200, blank=True)
    family_name = models.CharField(max_length=200, blank=True)
    given_names = models.CharField(max_length=200, blank=True)
    native_script_name = models.CharField(max_length=200, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    birth_country = CountryField(blank=True)
    citizenship = CountryField(blank=True)
    school_name = models.CharField(max_length=250, blank=True)
    school_country = CountryField(blank=True)
    graduation_year = models.PositiveSmallIntegerField(null=True, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    email_confirmed_at = models.DateTimeField(null=True, blank=True)
    password = models.CharField(max_length=128, blank=True, editable=False)
    agreed_at = models.DateTimeField(null=True, blank=True)
    terms_version = models.CharField(max_length=40, blank=True)
    privacy_version = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True, help_text="Account opened or registration closed.")
    applicant = models.OneToOneField(
        Applicant, on_delete=models.PROTECT, null=True, blank=True, related_name="registration"
    )
    same_as = models.ForeignKey(
        Applicant, on_delete=models.PROTECT, null=True, blank=True, related_name="closed_registrations"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=120, null=True, blank=True, help_text="As in the audit log.")  # noqa: DJ001 - a fact that is not there yet
    decision_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "changed_at"], name="registration_state"),
            models.Index(fields=["birth_date"], name="registration_birth_date"),
            models.Index(Upper("email"), name="registration_email"),
        ]
        constraints = [
            state_is_known("registration", "state", RegistrationState.values),
            both_or_neither("registration", "decided_at", "decided_by"),
            filled_exactly_in("registration", "state", "applicant", [RegistrationState.COMPLETED]),
            filled_exactly_in("registration", "state", "same_as", [RegistrationState.CLOSED]),
            models.CheckConstraint(
                condition=Q(state=RegistrationState.DRAFT)
                | Q(
                    submitted_at__isnull=False,
                    email_confirmed_at__isnull=False,
                    agreed_at__isnull=False,
                    birth_date__isnull=False,
                ),
                name="registration_complete",
            ),
            models.CheckConstraint(
                condition=~Q(state=RegistrationState.CLOSED) | Q(decided_at__isnull=False),
                name="registration_closed_by_staff",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[RegistrationState.DRAFT, RegistrationState.UNDER_REVIEW]) | Q(password=""),
                name="registration_password_gone",
            ),
        ]

    def __str__(self) -> str:
        return f"registration {self.pk}"


class SuspectedDuplicate(models.Model):
    """Why a registration waits for staff: somebody on record, or another registration, who may be the same person.

    A row without either means that the person said that there was a number before, and nobody was found.
    """

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="suspicions")
    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    other_registration = models.ForeignKey(
        Registration, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    reasons = models.JSONField(help_text="Short codes of what agrees; no personal data.")
    found_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "applicant", "other_registration"],
                name="suspicion_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(applicant__isnull=True) | Q(other_registration__isnull=True), name="suspicion_of_one"
            ),
        ]

    def __str__(self) -> str:
        return f"suspected duplicate {self.pk}"


class IssuedNumber(models.Model):
    """A number that this portal made; kept for ever, so that no number is ever given to a second person (R-ID-1)."""

    number = models.CharField(primary_key=True, max_length=8)
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(number__regex=r"^[0-9]{8}$"), name="issued_number_eight_digits")
        ]

    def __str__(self) -> str:
        return f"issued number {self.issued_at:%Y-%m-%d}"


class MailedLink(models.Model):
    """A link that was sent by mail: single use, short-lived, kept only as a hash of its secret part."""

    digest = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=20, choices=LinkPurpose.choices)
    registration = models.ForeignKey(
        Registration, on_delete=models.CASCADE, null=True, blank=True, related_name="links"
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    email = models.EmailField(max_length=254)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="mailed_link_expires")]
        constraints = [
            state_is_known("mailed_link", "purpose", LinkPurpose.values),
            models.CheckConstraint(
                condition=Q(registration__isnull=True) ^ Q(user__isnull=True), name="mailed_link_of_one"
            ),
        ]

    def __str__(self) -> str:
        return f"mailed link {self.pk}"
