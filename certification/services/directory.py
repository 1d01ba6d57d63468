"""What registration asks about medical schools."""

from collections.abc import Iterable, Mapping

from django.db.models import Case, IntegerField, Value, When

from certification.models import MedicalEducation, MedicalSchool

MOST_SUGGESTIONS = 6
# Words that nearly every school has say nothing about which one is meant.
COMMON_WORDS = frozenset(
    {"university", "of", "medical", "school", "medicine", "college", "faculty", "the", "and", "for"}
)


def names_of(applicant_ids: Iterable[int]) -> Mapping[int, list[str]]:
    """Return the names of the school on record for each of these people, as recorded and as listed (one query)."""
    rows = MedicalEducation.objects.filter(applicant_id__in=list(applicant_ids))
    found = rows.values_list("applicant_id", "school_name", "school__name")
    return {applicant_id: sorted({recorded, listed}) for applicant_id, recorded, listed in found}


def suggest(words: str, country: str) -> list[str]:
    """Return at most `MOST_SUGGESTIONS` listed names with every telling word of `words`, those in `country` first."""
    telling = " ".join(word for word in words.split() if word.strip(".,").lower() not in COMMON_WORDS)
    here = Case(When(country=country, then=Value(0)), default=Value(1), output_field=IntegerField())
    schools = MedicalSchool.objects.named_like(telling).order_by(here, "name", "city")
    return list(dict.fromkeys(schools.values_list("name", flat=True)[:MOST_SUGGESTIONS]))
