"""What a person told of themselves and nobody has read in a document yet: the first document that is read sets it right.

Whoever mistyped a name while registering could otherwise neither show a passport, which must bear the name of record
(R-APP-6), nor change that name.
"""

from copy import copy
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q

from applicants.birth_dates import is_plausible
from applicants.models import Applicant, FormerNameOfRecord, Registration, SuspectedDuplicate
from applicants.services import readings
from applicants.services.readings import Reading
from applicants.services.registration.duplicates import find_alike, find_alike_waiting
from applicants.services.reviews import DecisionError
from portal import audit
from portal.eastern import eastern_date

IMPLAUSIBLE = "Nobody who studied medicine was born on this day. Read the date again"
COMPARE_FIRST = "Another record may be of the same person. Compare both records first"


def was_checked(applicant: Applicant) -> bool:
    """Tell whether what is on record was ever read in a document; one query at most."""
    return applicant.identity_checked_on is not None or applicant.former_names_of_record.exists()


def was_renamed(applicant_key: str) -> Exists:
    """Return an annotation for rows that name a person by `applicant_key`: whether a document changed their name before."""
    return Exists(FormerNameOfRecord.objects.filter(applicant=OuterRef(applicant_key)))


def others_alike(applicant: Applicant, *, name: tuple[str, str], birth_date: date) -> list[Applicant]:
    """Return people on record who may be `applicant`, who turns out to have this name and birth date (R-ID-1).

    The search of the registration could only look for what was told then.
    """
    told = _as_if_told(applicant, name=name, birth_date=birth_date)
    others = Applicant.objects.filter(pk__in=find_alike(told)).exclude(pk=applicant.pk)
    return list(others.order_by("pk"))


def suspect_waiting(applicant: Applicant, *, at: datetime) -> None:
    """Show staff `applicant`, who just got another name or birth date, beside every waiting registration that is alike.

    When those registrations were sent, the search could not find this person. The caller holds the turn of registrations.
    """
    name = (applicant.family_name, applicant.given_names)
    told = _as_if_told(applicant, name=name, birth_date=applicant.birth_date)
    alike = {suspect.registration_id: suspect.reasons for suspect in find_alike_waiting(told)}
    # A registration may have been suspected to be the one with which this person came.
    known = Q(suspicions__applicant=applicant) | Q(suspicions__other_registration__applicant=applicant)
    for registration in Registration.objects.filter(pk__in=list(alike)).exclude(known):
        reasons = list(alike[str(registration.pk)])
        SuspectedDuplicate.objects.create(registration=registration, applicant=applicant, reasons=reasons, found_at=at)


def _as_if_told(applicant: Applicant, *, name: tuple[str, str], birth_date: date) -> Registration:
    """Return what `applicant` told while registering, unsaved, with another name and birth date."""
    known = getattr(applicant, "registration", None)
    # A copy: what was told stays as it was.
    told = copy(known) if known is not None else Registration()
    told.family_name, told.given_names = name
    told.native_script_name, told.birth_date = applicant.native_script_name, birth_date
    return told


def require_compared(applicant: Applicant, *, name: tuple[str, str], birth_date: date, not_a_duplicate: bool) -> None:
    """Raise `DecisionError` while somebody may be the same person and the reviewer has not compared both records."""
    if not not_a_duplicate and others_alike(applicant, name=name, birth_date=birth_date):
        raise DecisionError("not_a_duplicate", COMPARE_FIRST)


def agree_on_birth_date(
    applicant: Applicant, reading: Reading, *, name: tuple[str, str], not_a_duplicate: bool, actor: str, at: datetime
) -> bool:
    """Let the document correct the birth date of a locked person who was never checked; returns whether it did.

    Raises `DecisionError` where the date differs from the record otherwise, is impossible, or makes the person somebody
    who may be on record already.
    """
    born = reading.birth_date
    if born is None or born == applicant.birth_date or not reading.takes_birth_date or was_checked(applicant):
        readings.require_birth_date(reading, applicant)
        return False
    if not is_plausible(born, today=eastern_date(at)):
        raise DecisionError("birth_date", IMPLAUSIBLE)
    require_compared(applicant, name=name, birth_date=born, not_a_duplicate=not_a_duplicate)
    applicant.birth_date = born
    applicant.save(update_fields=["birth_date"])
    audit.record("applicants.birth_date_corrected", actor=actor, subject=applicant, at=at)
    return True
