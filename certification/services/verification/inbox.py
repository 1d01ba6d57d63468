"""What the officials of a school see of its requests and of each other."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from certification.models import SchoolOfficial, VerificationRequest
from certification.services.verification.requests import RIGHTS
from certification.states import WITH_THE_SCHOOL, VerificationState
from portal.eastern import eastern_date

# What was never sent, or ended before it was answered, is not for the school.
HIDDEN = (VerificationState.PREPARED, VerificationState.WITHDRAWN, VerificationState.UNABLE_TO_VERIFY)


def requests_for(
    listings: Sequence[SchoolOfficial], *, show: str, school: str = "", words: str = ""
) -> QuerySet[VerificationRequest]:
    """Return the requests that these entries of lists may answer, those that wait first and the oldest on top.

    `show` is waiting, answered or all; `school` the key of one school, `words` a number of a request or part of a name.
    """
    allowed = Q(pk__in=[])
    for listing in listings:
        purposes = [purpose for purpose, right in RIGHTS.items() if getattr(listing, right)]
        allowed |= Q(school_id=listing.school_id, purpose__in=purposes)
    rows = VerificationRequest.objects.filter(allowed).exclude(state__in=HIDDEN)
    rows = rows.select_related("applicant", "school", "credential")
    if show == "waiting":
        rows = rows.filter(state__in=WITH_THE_SCHOOL)
    elif show == "answered":
        rows = rows.exclude(state__in=WITH_THE_SCHOOL)
    if school.isdecimal():
        rows = rows.filter(school_id=int(school))
    if words:
        number = words.upper().removeprefix("V-")
        named = Q(applicant__family_name__icontains=words) | Q(applicant__given_names__icontains=words)
        rows = rows.filter(named | Q(pk=int(number)) if number.isdecimal() and len(number) < 19 else named)
    waits = Case(When(state__in=sorted(WITH_THE_SCHOOL), then=Value(0)), default=Value(1), output_field=IntegerField())
    return rows.order_by(waits, "sent_at", "pk")


def colleagues(schools: Sequence[int], *, at: datetime) -> QuerySet[SchoolOfficial]:
    """Return who is on the lists of these schools at `at`, by school and name."""
    listed = SchoolOfficial.objects.listed_on(eastern_date(at)).filter(school_id__in=schools, institution="")
    return listed.select_related("school").order_by("school__name", "name", "pk")
