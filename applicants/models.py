"""People: sign-in accounts, the physician behind one, verified names and contact information with its history."""

import uuid
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django_countries.fields import CountryField


class UserManager(BaseUserManager["User"]):
    """Makes accounts."""

    def create_user(self, username: str, email: str, password: str | None = None) -> "User":
        """Create an account that signs in with `username`; without a password it cannot sign in yet."""
        user = self.model(username=username, email=self.normalize_email(email))
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, username: str, email: str, password: str | None = None) -> "User":
        """Create a staff account with every permission."""
        user = self.create_user(username, email, password)
        user.is_staff = user.is_superuser = True
        user.save(update_fields=["is_staff", "is_superuser"])
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A sign-in account. Physicians sign in with their identification number, staff with their e-mail address."""

    username = models.CharField(
        max_length=254,
        unique=True,
        help_text="Identification number without dashes, or a staff member's e-mail address.",
    )
    email = models.EmailField(max_length=254)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Meta:
        indexes = [models.Index(fields=["email"], name="user_email")]

    def __str__(self) -> str:
        return f"user {self.pk}"

    @property
    def time_zone(self) -> str:
        """Return the physician's IANA time zone, or an empty string for an account without a physician, such as staff."""
        applicant: Applicant | None = getattr(self, "applicant", None)
        return applicant.time_zone if applicant else ""


class Applicant(models.Model):
    """A physician's record of identity (R-ID-1: one identification number for life).

    Names are kept as in the passport, one field per part, any script, never split and never upper-cased. A person with a
    single name has it in `family_name` and an empty `given_names`.
    """

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="applicant")
    identification_number = models.CharField(
        max_length=8,
        unique=True,
        validators=[RegexValidator(r"^\d{8}$", "The identification number has eight digits.")],
        help_text="Eight digits without dashes; imported numbers are taken as they are (R-ID-3).",
    )
    family_name = models.CharField(max_length=200)
    given_names = models.CharField(max_length=200, blank=True)
    native_script_name = models.CharField(max_length=200, blank=True)
    birth_date = models.DateField()
    time_zone = models.CharField(max_length=64, default="America/New_York")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(identification_number__regex=r"^[0-9]{8}$"), name="applicant_number_eight_digits"
            ),
            models.CheckConstraint(condition=~Q(family_name=""), name="applicant_has_name"),
        ]

    def __str__(self) -> str:
        return f"applicant {self.pk}"

    @property
    def full_name(self) -> str:
        """Return the name of record, given names first."""
        return f"{self.given_names} {self.family_name}".strip()


class VerifiedName(models.Model):
    """Another name that was verified as this person's (R-NAME-4); printed on reports beside the name of record."""

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="verified_names")
    family_name = models.CharField(max_length=200)
    given_names = models.CharField(max_length=200, blank=True)
    verified_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["applicant", "family_name", "given_names"], name="verified_name_once")
        ]

    def __str__(self) -> str:
        return f"verified name {self.pk}"


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
