"""The physician behind an account, and other names verified as theirs."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from applicants.models.accounts import User


class NameKey(models.Func):
    """A name without case, accents and order of its parts, as PostgreSQL makes it: two arguments, family and given names.

    Two spellings of one name often have one key; the function comes with a migration.
    """

    function = "applicants_name_key"
    output_field = models.TextField()


class Applicant(models.Model):
    """A physician's record of identity (R-ID-1: one identification number for life).

    Names are kept as in the passport, one field per part, any script, never split and never upper-cased. A person with a
    single name has it in `family_name` and an empty `given_names`.
    """

    audit_person = "pk"

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
    identity_checked_on = models.DateField(
        null=True,
        blank=True,
        help_text="Day (US Eastern) on which identity was checked; nothing can be ordered before (R-APP-5).",
    )

    class Meta:
        indexes = [
            models.Index(fields=["birth_date"], name="applicant_birth_date"),
            models.Index(NameKey("family_name", "given_names"), name="applicant_name_key"),
        ]
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
        indexes = [models.Index(NameKey("family_name", "given_names"), name="verified_name_key")]
        constraints = [
            models.UniqueConstraint(fields=["applicant", "family_name", "given_names"], name="verified_name_once")
        ]

    def __str__(self) -> str:
        return f"verified name {self.pk}"
