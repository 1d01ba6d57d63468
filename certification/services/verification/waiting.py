"""How long schools take, from our own records, and how long a request has waited."""

from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery

from certification.models import VerificationAnswer, VerificationAttempt
from certification.states import AttemptKind

WINDOW = timedelta(days=365)
MOST_ANSWERS = 200
ENOUGH_ANSWERS = 10
# Nine of ten.
SHARE = (9, 10)
# What authorities report, as long as our own records say too little (R-PSV-6).
REPORTED_DAYS = 90


def most_answer_within(*, at: datetime) -> int:
    """Return within how many days nine of ten answers of the last year came; 90 as long as there are too few. One query."""
    asked = VerificationAttempt.objects.filter(request=OuterRef("request"), round=OuterRef("round"))
    asked = asked.exclude(kind=AttemptKind.REMINDER).order_by("at")
    rows = VerificationAnswer.objects.filter(received_at__gt=at - WINDOW, received_at__lte=at)
    spans = rows.annotate(asked_at=Subquery(asked.values("at")[:1])).order_by("-received_at")
    days = sorted(
        max((received - asked_at).days, 0)
        for received, asked_at in spans.values_list("received_at", "asked_at")[:MOST_ANSWERS]
        if asked_at is not None
    )
    if len(days) < ENOUGH_ANSWERS:
        return REPORTED_DAYS
    part, whole = SHARE
    nine_of_ten: int = days[-(-len(days) * part // whole) - 1]
    return max(1, nine_of_ten)
