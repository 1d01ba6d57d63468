"""How long schools take, from our own records, and how long a request has waited."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Prefetch, Subquery
from django.utils import translation
from django.utils.translation import gettext

from certification.models import VerificationAnswer, VerificationAttempt, VerificationRequest
from certification.states import WITH_THE_SCHOOL, AttemptKind, VerificationState

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


@dataclass(frozen=True)
class Waiting:
    """What a physician sees of one request: where it stands, what was written when, and a text to remind the school.

    `days` is since when the school has had it, None while it has not; `nudge` is empty where nobody needs to be reminded.
    """

    request: VerificationRequest
    days: int | None
    is_with_school: bool
    attempts: tuple[VerificationAttempt, ...]
    nudge: str
    nudge_subject: str


# What staff found is told through the credential, not here.
HIDDEN = (VerificationState.WITHDRAWN,)


def requests_of(applicant_id: int, *, at: datetime) -> list[Waiting]:
    """Return what schools were asked about a person, the newest first; two queries."""
    rows = VerificationRequest.objects.filter(applicant_id=applicant_id).exclude(state__in=HIDDEN)
    rows = rows.select_related("school", "official", "credential", "applicant").order_by("-prepared_at", "-pk")
    attempts = VerificationAttempt.objects.order_by("-at", "-pk")
    return [_waiting(row, at=at) for row in rows.prefetch_related(Prefetch("attempts", queryset=attempts))[:20]]


def _waiting(request: VerificationRequest, *, at: datetime) -> Waiting:
    is_with_school = request.state in WITH_THE_SCHOOL
    subject, text = nudge_for(request) if is_with_school else ("", "")
    return Waiting(
        request=request,
        days=(at - request.sent_at).days if request.sent_at and is_with_school else None,
        is_with_school=is_with_school,
        attempts=tuple(request.attempts.all()),
        nudge=text,
        nudge_subject=subject,
    )


def nudge_for(request: VerificationRequest) -> tuple[str, str]:
    """Return subject and text of a message with which a physician can ask the school to answer, in its language."""
    language = request.official.language if request.official else "en"
    with translation.override(language):
        values = {"reference": request.reference, "name": request.applicant.full_name, "school": request.school.name}
        subject = gettext("Request %(reference)s to your school") % values
        text = gettext(
            "Dear Sir or Madam,\n\nI studied at %(school)s. For my certification, a request with the number %(reference)s "
            "was sent to your school. May I ask you to look at it? It takes about five minutes, and the answer goes "
            "directly to the organization that sent it, not to me.\n\nThank you very much.\n%(name)s"
        )
        return subject, text % values
