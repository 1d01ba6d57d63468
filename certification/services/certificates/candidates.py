"""Who waits for a certificate, and for how long people have waited."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import transaction

from applicants.models import Applicant
from certification.models import Certificate, IssueCandidate, IssueDecision
from certification.rules.trace import Overall, Verdict
from certification.services.evaluation import evaluate_people, evaluate_person
from certification.services.rule_tables import current_tables
from portal import audit
from portal.eastern import eastern_date
from portal.models import AuditEvent

# Between two looks at what happened; the overlap finds events whose transaction took long.
LOOK_BACK = timedelta(minutes=15)
MOST_EVENTS = 5000
AT_ONCE = 200
# R-CERT-1, a threshold of the rule tables: what is said as long as our own record cannot tell.
WEEKS_TO_ISSUE = "weeks_to_issue"
ENOUGH_DECISIONS = 10
PROMISE_WINDOW = timedelta(days=365)


def note_verdicts(verdicts: Mapping[int, Verdict], *, at: datetime) -> int:
    """List or unlist the people with these verdicts, by key of the applicant; returns how many are listed newly.

    For whoever evaluates many people, such as the nightly evaluation; two queries, and one for each person that changes.
    """
    keys = list(verdicts)
    certified = set(Certificate.objects.filter(applicant__in=keys).values_list("applicant_id", flat=True))
    listed = set(IssueCandidate.objects.filter(applicant__in=keys).values_list("applicant_id", flat=True))
    wanted = {key for key, verdict in verdicts.items() if verdict.outcome is Overall.ELIGIBLE} - certified
    for key in sorted(wanted - listed):
        _list(key, verdicts[key].as_of, at=at)
    for key in sorted(listed.intersection(keys) - wanted):
        unlist(key, at=at)
    return len(wanted - listed)


@transaction.atomic
def _list(applicant_id: int, since: date, *, at: datetime) -> None:
    applicant = Applicant.objects.select_for_update(of=("self",), no_key=True).get(pk=applicant_id)
    _, is_new = IssueCandidate.objects.get_or_create(
        applicant=applicant, defaults={"eligible_since": since, "noted_at": at}
    )
    if is_new:
        audit.record("certification.candidate_listed", actor="certificates", subject=applicant, at=at)


@transaction.atomic
def unlist(applicant_id: int, *, at: datetime) -> None:
    """Take a person off the list because not everything is met any more; nothing happens for one who is not on it."""
    applicant = Applicant.objects.select_for_update(of=("self",), no_key=True).get(pk=applicant_id)
    deleted, _ = IssueCandidate.objects.filter(applicant=applicant).delete()
    if deleted:
        audit.record("certification.candidate_unlisted", actor="certificates", subject=applicant, at=at)


def look_again(applicant_ids: list[int], *, at: datetime) -> int:
    """Evaluate these people as of today and list or unlist them; returns how many are listed newly."""
    today, listed = eastern_date(at), 0
    for start in range(0, len(applicant_ids), AT_ONCE):
        listed += note_verdicts(evaluate_people(applicant_ids[start : start + AT_ONCE], today), at=at)
    return listed


def find(*, at: datetime) -> int:
    """Look again at everybody of whom the audit log tells something new; returns how many are listed newly.

    What changes by the calendar alone is found by the nightly evaluation.
    """
    newest = AuditEvent.objects.order_by("-pk").values_list("person", "at", "event")[:MOST_EVENTS]
    people = {
        person
        for person, happened_at, event in newest
        if person is not None and happened_at > at - LOOK_BACK and event != audit.READING
    }
    known = Applicant.objects.filter(pk__in=people, education__isnull=False, certificate__isnull=True)
    return look_again(sorted(known.values_list("pk", flat=True)), at=at)


def is_waiting(applicant: Applicant, *, at: datetime) -> bool:
    """Tell whether the person, who has no certificate, waits for nothing but us, as they may be told.

    The list is not asked: it tells of a case before its notice (R-IRR-2).
    """
    return evaluate_person(applicant, eastern_date(at), as_told=True).outcome is Overall.ELIGIBLE


def usual_weeks(*, at: datetime) -> int:
    """Return within how many weeks nine of ten certificates of the last year were issued, once all was met; two queries."""
    recent = IssueDecision.objects.filter(decided_at__gt=at - PROMISE_WINDOW).order_by("-decided_at")
    days = sorted((until - since).days for since, until in recent.values_list("eligible_since", "as_of")[:200])
    if len(days) < ENOUGH_DECISIONS:
        return current_tables().number(WEEKS_TO_ISSUE, eastern_date(at))
    return max(1, -(-days[-(-len(days) * 9 // 10) - 1] // 7))
