"""Medical schools and the graduation years for which their graduates are eligible."""

from django.db import models
from django.db.models import F, Q
from django_countries.fields import CountryField

from certification.rules.words import plain_text


class MedicalSchoolQuerySet(models.QuerySet["MedicalSchool"]):
    """Questions about schools."""

    def named_like(self, words: str) -> "MedicalSchoolQuerySet":
        """Return the schools whose name or city holds each of `words`, whatever accents and case; none without a word."""
        wanted = plain_text(words).split()
        found = self if wanted else self.none()
        for word in wanted:
            found = found.filter(search_text__contains=word)
        return found


class MedicalSchool(models.Model):
    """A medical school of the World Directory. Being listed says nothing of eligibility; its sponsor notes do."""

    name = models.CharField(max_length=250)
    city = models.CharField(max_length=120)
    country = CountryField()
    founded = models.PositiveSmallIntegerField(null=True, blank=True)
    search_text = models.CharField(max_length=500, help_text="`plain_text` of name and city, written with them.")

    objects = MedicalSchoolQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "city", "country"], name="medical_school_once"),
            models.CheckConstraint(condition=~Q(search_text=""), name="medical_school_can_be_found"),
        ]

    def __str__(self) -> str:
        return self.name


class SponsorNote(models.Model):
    """Graduation years whose students and graduates are eligible, both ends included (R-SCH-1, R-SCH-2)."""

    school = models.ForeignKey(MedicalSchool, on_delete=models.PROTECT, related_name="sponsor_notes")
    from_year = models.PositiveSmallIntegerField()
    to_year = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Empty: current, open ended.")
    basis = models.CharField(max_length=60, help_text="Where the years come from.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(to_year__isnull=True) | Q(to_year__gte=F("from_year")), name="sponsor_note_years_in_order"
            )
        ]

    def __str__(self) -> str:
        return f"{self.from_year}–{self.to_year or 'current'}"
