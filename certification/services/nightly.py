"""Judges everybody once a day, a few hundred people at a time, keeps what came of it, and warns before a window closes."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from applicants.models import Applicant
from certification.models import IrregularBehaviorCase, LastVerdict
from certification.rules.tables import RuleTables
from certification.rules.trace import Outcome, Verdict
from certification.services.certificates.candidates import note_verdicts
from certification.services.evaluation import evaluate_people
from certification.services.rule_tables import current_tables
from portal import inbox
from portal.eastern import eastern_date

AT_ONCE = 500
WINDOW = "R-EXAM-3"
# Months before the window closes in which a person is told; the fewest that are left, once each.
WARNED_MONTHS = (12, 6, 1)
_COLUMNS = ("as_of", "rules_version", "outcome", "changed_on", "valid_through", "match_ready", "registration_blocked")
_WRITTEN = (*_COLUMNS, "pass_by", "open_rules")


def evaluate_everybody(
    *,
    at: datetime,
    seconds: float | None = None,
    at_once: int = AT_ONCE,
    told: Callable[[int], None] | None = None,
) -> int:
    """Judge everybody who was not judged today (US Eastern), for at most `seconds`; returns how many were.

    `told` hears after each lot how many were judged so far. Each lot is one transaction, so that a run that is killed goes on where it stopped, and memory holds one lot.
    """
    today, tables, ends_at = eastern_date(at), current_tables(), _end(seconds)
    judged = 0
    for keys in _lots(today, at_once):
        judged += _judge(keys, today, tables, at=at)
        if told is not None:
            told(judged)
        if time.monotonic() >= ends_at:
            break
    return judged


def _end(seconds: float | None) -> float:
    return float("inf") if seconds is None else time.monotonic() + seconds


def _lots(today: date, at_once: int) -> Iterator[list[int]]:
    """Return the keys of those not judged today, in order, each lot read when the one before is done."""
    last = 0
    while True:
        waiting = Q(last_verdict__isnull=True) | Q(last_verdict__as_of__lt=today)
        found = Applicant.objects.filter(waiting, pk__gt=last).order_by("pk").values_list("pk", flat=True)
        keys = list(found[:at_once])
        if not keys:
            return
        yield keys
        last = keys[-1]


@transaction.atomic
def _judge(keys: list[int], today: date, tables: RuleTables, *, at: datetime) -> int:
    verdicts = evaluate_people(keys, today, tables)
    untold = IrregularBehaviorCase.objects.untold().filter(applicant__in=keys).values_list("applicant_id", flat=True)
    _keep({**verdicts, **evaluate_people(set(untold), today, tables, as_told=True)})
    note_verdicts(verdicts, at=at)
    _warn({key: day for key, verdict in verdicts.items() if (day := pass_by(verdict)) is not None}, today, at=at)
    return len(verdicts)


def pass_by(verdict: Verdict) -> date | None:
    """Return the last day for the missing examinations, or None when none is missing or nothing counts yet."""
    trace = verdict.trace(WINDOW)
    return trace.complete_by if trace.outcome is Outcome.NOT_MET else None


def _keep(verdicts: Mapping[int, Verdict]) -> None:
    before = LastVerdict.objects.filter(applicant__in=verdicts).values_list("applicant_id", "outcome", "changed_on")
    known = {key: (outcome, changed_on) for key, outcome, changed_on in before}
    rows = [_row(key, verdict, known.get(key)) for key, verdict in verdicts.items()]
    LastVerdict.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["applicant"], update_fields=list(_WRITTEN)
    )


def _row(key: int, verdict: Verdict, before: tuple[str, date] | None) -> LastVerdict:
    same = before is not None and before[0] == verdict.outcome.value
    return LastVerdict(
        applicant_id=key,
        as_of=verdict.as_of,
        rules_version=verdict.rules_version,
        outcome=verdict.outcome.value,
        changed_on=before[1] if before is not None and same else verdict.as_of,
        valid_through=verdict.valid_through if isinstance(verdict.valid_through, date) else None,
        match_ready=verdict.match_ready,
        registration_blocked=verdict.registration_blocked,
        pass_by=pass_by(verdict),
        open_rules={trace.rule_id: trace.outcome.value for trace in verdict.open_traces},
    )


def _warn(days: Mapping[int, date], today: date, *, at: datetime) -> None:
    """Tell people whose window closes soon; the key of the message keeps it from being written twice."""
    soon = {key: (day, months) for key, day in days.items() if (months := months_left(day, today)) is not None}
    for applicant in Applicant.objects.filter(pk__in=soon).select_related("user") if soon else ():
        day, months = soon[applicant.pk]
        inbox.notify(
            user=applicant.user,
            template="time_limit_near",
            context={"page_url": f"{settings.BASE_URL}{reverse('requirement', args=['examinations'])}"},
            private={"day": day},
            key=f"time_limit:{day}:{months}",
            at=at,
        )


def months_left(day: date, today: date, warned: Iterable[int] = WARNED_MONTHS) -> int | None:
    """Return the smallest of `warned` months that begin before `day` and have begun by `today`; None before all of them."""
    begun = [months for months in warned if months_before(day, months) <= today <= day]
    return min(begun, default=None)


def months_before(day: date, months: int) -> date:
    """Return the same day `months` earlier, or the last day of a month that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for number in range(day.day, 27, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    return date(year, month + 1, min(day.day, 27))
