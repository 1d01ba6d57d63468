"""What registration asks about medical schools."""

from collections.abc import Iterable, Mapping

from certification.models import MedicalEducation
from certification.models.schools import telling_words
from certification.services import schools

MOST_SUGGESTIONS = 6


def names_of(applicant_ids: Iterable[int]) -> Mapping[int, list[str]]:
    """Return the names of the school on record for each of these people, as recorded and as listed (one query)."""
    rows = MedicalEducation.objects.filter(applicant_id__in=list(applicant_ids))
    found = rows.values_list("applicant_id", "school_name", "school__name")
    return {applicant_id: sorted({recorded, listed}) for applicant_id, recorded, listed in found}


def suggest(words: str, country: str) -> list[str]:
    """Return at most `MOST_SUGGESTIONS` listed names that `words` may mean, those in `country` first."""
    found = schools.find(" ".join(telling_words(words)), first=country, most=MOST_SUGGESTIONS)
    return list(dict.fromkeys(school.name for school in found.rows))
