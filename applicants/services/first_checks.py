"""What a person told of themselves and nobody has read in a document yet: the first document that is read sets it right.

Whoever mistyped a name while registering could otherwise neither show a passport, which must bear the name of record
(R-APP-6), nor change that name.
"""

from datetime import date

from applicants.models import Applicant, Registration
from applicants.services.registration.duplicates import find_alike
from applicants.services.reviews import DecisionError

COMPARE_FIRST = "Another record may be of the same person. Compare both records first"


def was_checked(applicant: Applicant) -> bool:
    """Tell whether what is on record was ever read in a document; one query at most."""
    return applicant.identity_checked_on is not None or applicant.former_names_of_record.exists()


def others_alike(applicant: Applicant, *, name: tuple[str, str], birth_date: date) -> list[Applicant]:
    """Return people on record who may be `applicant`, who turns out to have this name and birth date (R-ID-1).

    The search of the registration could only look for what was told then.
    """
    told = Registration.objects.filter(applicant=applicant).first() or Registration()
    told.family_name, told.given_names = name
    told.native_script_name, told.birth_date = applicant.native_script_name, birth_date
    others = Applicant.objects.filter(pk__in=find_alike(told)).exclude(pk=applicant.pk)
    return list(others.order_by("pk"))


def require_compared(applicant: Applicant, *, name: tuple[str, str], birth_date: date, not_a_duplicate: bool) -> None:
    """Raise `DecisionError` while somebody may be the same person and the reviewer has not compared both records."""
    if not not_a_duplicate and others_alike(applicant, name=name, birth_date=birth_date):
        raise DecisionError("not_a_duplicate", COMPARE_FIRST)
