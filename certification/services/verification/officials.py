"""The list of people who may speak for a school: kept by staff, from what the school told us in writing (R-PSV-4)."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from applicants.permissions import require
from certification.models import MedicalSchool, SchoolOfficial
from certification.services.verification import accounts, requests
from certification.states import WITH_THE_SCHOOL
from portal import audit, mail
from portal.eastern import eastern_date


class ListError(Exception):
    """The list cannot be changed so; nothing was written. The text says why."""


@dataclass(frozen=True)
class Entry:
    """What the list says of a person."""

    name: str
    title: str
    email: str
    language: str = "en"
    institution: str = ""
    may_verify: bool = True
    may_attest: bool = False
    may_coordinate: bool = False


@transaction.atomic
def add(*, school_id: int, entry: Entry, reason: str, at: datetime, actor: str) -> SchoolOfficial:
    """Put a person on the list of a school from today on, and send what waited for somebody to be listed.

    `reason` says where the school told us, for staff. Raises `NotAllowedError`, `ListError`.
    """
    require(actor, accounts.KEEP_LIST)
    if not reason.strip():
        raise ListError("Say where the school told us, such as the letter and its date.")
    school = MedicalSchool.objects.select_for_update(no_key=True).get(pk=school_id)
    official = SchoolOfficial(school=school, listed_from=eastern_date(at), **asdict(entry))
    try:
        official.full_clean()
    except ValidationError as error:
        raise ListError(" ".join(error.messages)) from error
    official.save()
    audit.record("certification.official_listed", actor=actor, subject=official, at=at, reason=reason, school=school_id)
    requests.send_waiting(at=at, school_id=school_id)
    return official


@transaction.atomic
def remove(official_id: int, *, reason: str, at: datetime, actor: str) -> SchoolOfficial:
    """Take a person off the list today: links end at once, the account too. Staff are told of what must go to others.

    Raises `NotAllowedError`, `ListError`.
    """
    require(actor, accounts.KEEP_LIST)
    if not reason.strip():
        raise ListError("Say why the person is not on the list any more.")
    rows = SchoolOfficial.objects.select_for_update(of=("self",)).select_related("user", "school")
    official = rows.get(pk=official_id)
    today = eastern_date(at)
    if official.listed_until is not None and official.listed_until <= today:
        raise ListError("This person is not on the list any more.")
    official.listed_until = max(today, official.listed_from)
    official.save(update_fields=["listed_until"])
    audit.record("certification.official_removed", actor=actor, subject=official, at=at, reason=reason)
    accounts.end_account(official, actor=actor, at=at)
    _tell_staff(official, at=at)
    return official


def _tell_staff(official: SchoolOfficial, *, at: datetime) -> None:
    waiting = official.verification_requests.filter(state__in=WITH_THE_SCHOOL).order_by("pk")
    lines = [f"Request {request.reference} was addressed to this person." for request in waiting[:50]]
    colleagues = SchoolOfficial.objects.listed_on(eastern_date(at)).filter(school_id=official.school_id)
    if official.may_coordinate and not colleagues.filter(may_coordinate=True).exists():
        lines.append(f"School {official.school_id} has no coordinator any more.")
    if lines:
        mail.alert_staff(subject="An official left a school’s list", lines=lines, at=at)
