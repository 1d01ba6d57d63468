"""Medical schools and the graduation years for which their graduates are eligible."""

from collections.abc import Collection, Iterable, Sequence
from functools import reduce
from operator import or_

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Case, F, IntegerField, Q, Value, When
from django_countries import countries
from django_countries.fields import CountryField

from certification.models.imports import Imported
from certification.rules.words import plain_text
from certification.states import RecognizedBy

# Words that nearly every school has say nothing about which one is meant.
COMMON_WORDS = frozenset(
    {
        *(
            "university",
            "universidad",
            "universidade",
            "universite",
            "universita",
            "universitat",
            "institute",
            "school",
        ),
        *("medical", "medicine", "medicina", "medecine", "college", "faculty", "faculdade", "facultad", "faculte"),
        *("of", "de", "du", "da", "del", "di", "the", "and", "for", "et", "y", "e"),
    }
)


def searchable(name: str, city: str, country: str, former_names: Iterable[str] = ()) -> str:
    """Return what a school is found by: name, former names, city and country (ISO 3166 code) in plain letters."""
    return plain_text(" ".join([name, *former_names, city, countries.name(country)]))


def telling_words(words: str) -> list[str]:
    """Return the plain words that tell one school from another; all of them when none does."""
    plain = plain_text(words).split()
    return [word for word in plain if word not in COMMON_WORDS] or plain


class MedicalSchoolQuerySet(models.QuerySet["MedicalSchool"]):
    """Questions about schools."""

    def named_like(self, words: str) -> "MedicalSchoolQuerySet":
        """Return the schools with each of `words` in name, former names, city or country; none without a word.

        Accents, case and punctuation do not matter.
        """
        wanted = plain_text(words).split()
        found = self if wanted else self.none()
        for word in wanted:
            found = found.filter(search_text__contains=word)
        return found

    def with_some_of(self, words: Sequence[Collection[str]]) -> "MedicalSchoolQuerySet":
        """Return the schools that have any of `words`, each given with its spellings, those with the most first.

        `agreed` is how many they have.
        """
        each = [_has_any(spellings) for spellings in words if spellings]
        if not each:
            return self.none().annotate(agreed=Value(0))
        # The condition beside the count lets the index leave out most schools.
        any_of_them = reduce(or_, each)
        counted = (Case(When(one, then=Value(1)), default=Value(0), output_field=IntegerField()) for one in each)
        return (
            self.filter(any_of_them).annotate(agreed=sum(counted, Value(0))).order_by("-agreed", "name", "city", "pk")
        )


def _has_any(spellings: Collection[str]) -> Q:
    return reduce(or_, (Q(search_text__contains=spelling) for spelling in spellings))


class MedicalSchool(models.Model):
    """A medical school of the World Directory. Being listed says nothing of eligibility; its sponsor notes do."""

    code = models.CharField(max_length=12, unique=True, help_text="Names the school for good, whatever it is called.")
    name = models.CharField(max_length=250)
    city = models.CharField(max_length=120)
    country = CountryField()
    founded = models.PositiveSmallIntegerField(null=True, blank=True)
    closed_in = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Year; empty while it teaches.")
    successor = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="predecessors", help_text="Took it over."
    )
    search_text = models.TextField(help_text="What the school is found by, see `searchable`; written with the names.")

    objects = MedicalSchoolQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "city", "country"], name="medical_school_once"),
            models.CheckConstraint(condition=~Q(search_text=""), name="medical_school_can_be_found"),
            models.CheckConstraint(condition=Q(code__regex=r"^[A-Z0-9]{4,12}$"), name="medical_school_code"),
            models.CheckConstraint(
                condition=Q(successor__isnull=True) | (Q(closed_in__isnull=False) & ~Q(successor=F("id"))),
                name="medical_school_closed_before_succeeded",
            ),
        ]
        indexes = [
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="medical_school_words"),
            models.Index(fields=["country", "name"], name="medical_school_of_country"),
        ]

    def __str__(self) -> str:
        return self.name


class SchoolName(models.Model):
    """A name that a school had in former years, both ends included; an empty end is not known."""

    school = models.ForeignKey(MedicalSchool, on_delete=models.PROTECT, related_name="former_names")
    name = models.CharField(max_length=250)
    from_year = models.PositiveSmallIntegerField(null=True, blank=True)
    to_year = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "name"], name="school_name_once"),
            models.CheckConstraint(
                condition=Q(from_year__isnull=True) | Q(to_year__isnull=True) | Q(to_year__gte=F("from_year")),
                name="school_name_years_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SchoolWord(models.Model):
    """A word by which schools are found, kept apart so that a misspelled one is compared with each word once."""

    word = models.CharField(max_length=250, unique=True)

    def __str__(self) -> str:
        return self.word


class SponsorNote(Imported):
    """Graduation years whose students and graduates are eligible, both ends included (R-SCH-1, R-SCH-2)."""

    school = models.ForeignKey(MedicalSchool, on_delete=models.PROTECT, related_name="sponsor_notes")
    from_year = models.PositiveSmallIntegerField()
    to_year = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Empty: current, open ended.")
    basis = models.CharField(max_length=60, help_text="Where the years come from.")
    withdrawn_on = models.DateField(
        null=True,
        blank=True,
        help_text="From this day on it makes nobody eligible; issued certificates stay (R-SCH-8).",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "from_year"], name="sponsor_note_once"),
            models.CheckConstraint(
                condition=Q(to_year__isnull=True) | Q(to_year__gte=F("from_year")), name="sponsor_note_years_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_year}–{self.to_year or 'current'}"


class SchoolAccreditation(models.Model):
    """A recognized accreditation of a school. Information only: it decides nothing about certification (R-SCH-5)."""

    school = models.ForeignKey(MedicalSchool, on_delete=models.PROTECT, related_name="accreditations")
    agency = models.CharField(max_length=250)
    recognized_by = models.CharField(max_length=12, choices=RecognizedBy.choices)
    from_on = models.DateField()
    to_on = models.DateField(null=True, blank=True, help_text="Last day; empty: no end is known.")
    basis = models.CharField(max_length=60, help_text="Where it comes from.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "agency", "from_on"], name="school_accreditation_once"),
            models.CheckConstraint(
                condition=Q(recognized_by__in=RecognizedBy.values), name="school_accreditation_recognized_by_known"
            ),
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(to_on__gte=F("from_on")), name="school_accreditation_days_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency} {self.from_on}"
