"""The exact titles of medical degrees by country, school and year (R-CRED-4, R-CRED-5)."""

from django.db import models
from django.db.models import F, Q
from django_countries.fields import CountryField

from certification.models.imports import Imported
from certification.models.schools import MedicalSchool


class DegreeTitleQuerySet(models.QuerySet["DegreeTitle"]):
    """Questions about titles."""

    def concerning(self, school: MedicalSchool, year: int | None) -> "DegreeTitleQuerySet":
        """Return the titles of `school`, and of its country, for graduation in `year` (None: of any year)."""
        found = self.filter(Q(school=school) | Q(school__isnull=True, country=school.country))
        if year is None:
            return found
        begun = Q(from_year__isnull=True) | Q(from_year__lte=year)
        return found.filter(begun, Q(to_year__isnull=True) | Q(to_year__gte=year))

    def accepted(self) -> "DegreeTitleQuerySet":
        """Leave the awards out that are never eligible (R-CRED-5)."""
        return self.filter(excluded_reason="")


class DegreeTitle(Imported):
    """A title as it is printed on diplomas of a school, or of every school in a country; years include both ends.

    With an `excluded_reason` it is the title of an award that is never eligible (R-CRED-5).
    """

    school = models.ForeignKey(
        MedicalSchool, on_delete=models.PROTECT, null=True, blank=True, related_name="degree_titles",
        help_text="Empty: every school of the country.",
    )  # fmt: skip
    country = CountryField()
    title = models.CharField(max_length=250, help_text="Exactly as printed.")
    from_year = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Empty: as long as is known.")
    to_year = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Empty: still in use.")
    excluded_reason = models.CharField(
        max_length=250, blank=True, help_text="Why an award of this title is never eligible; empty: it is accepted."
    )
    basis = models.CharField(max_length=60, help_text="Where it comes from.")

    objects = DegreeTitleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "country", "title", "from_year"], nulls_distinct=False, name="degree_title_once"
            ),
            models.CheckConstraint(
                condition=Q(from_year__isnull=True) | Q(to_year__isnull=True) | Q(to_year__gte=F("from_year")),
                name="degree_title_years_in_order",
            ),
        ]
        indexes = [models.Index(fields=["country"], name="degree_title_country")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_excluded(self) -> bool:
        """Tell whether the award is never eligible."""
        return bool(self.excluded_reason)
