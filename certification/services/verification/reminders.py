"""Reminders to schools on the days that the rule tables name, and after the last one staff (R-PSV-6)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from certification.models import VerificationRequest
from certification.services.rule_tables import current_tables
from certification.services.verification import requests
from certification.states import WITH_THE_SCHOOL, AttemptKind, CredentialState
from portal import audit, mail
from portal.eastern import eastern_date

MOST_REMINDERS = 3


def reminder_days(*, at: datetime) -> list[int]:
    """Return after how many days a school is reminded for the first, the second and the last time, as the tables say."""
    tables, today = current_tables(), eastern_date(at)
    return sorted(tables.number(f"verification_reminder_{number}", today) for number in range(1, MOST_REMINDERS + 1))


def sweep(*, at: datetime, limit: int = 200) -> int:
    """Send what waited for an official, remind schools, and tell staff of those that stay silent; returns how many."""
    sent = requests.send_waiting(at=at, limit=limit)
    due = Q()
    for count, days in enumerate(reminder_days(at=at)):
        due |= Q(reminders=count, sent_at__lte=at - timedelta(days=days))
    rows = VerificationRequest.objects.filter(due, state__in=WITH_THE_SCHOOL).order_by(F("sent_at"), "pk")
    lines = [line for key in rows.values_list("pk", flat=True)[:limit] for line in remind(key, at=at)]
    if lines:
        mail.alert_staff(subject="Schools that need you", lines=lines, at=at)
    return sent + len(lines)


@transaction.atomic
def remind(request_id: int, *, at: datetime) -> list[str]:
    """Remind the school if it is time; returns what staff must know. After a standstill of ours one reminder is enough."""
    request = requests.lock(request_id)
    if request.state not in WITH_THE_SCHOOL or request.sent_at is None:
        return []
    waited = at - request.sent_at
    count = sum(waited >= timedelta(days=days) for days in reminder_days(at=at))
    if count <= request.reminders:
        return []
    request.reminders = count
    lines = []
    official = request.official
    is_written = official is not None and official.is_listed(eastern_date(at))
    if official is not None and is_written:
        requests.write(request, official, AttemptKind.REMINDER, at=at)
    else:
        lines.append(f"Request {request.reference}: nobody can be reminded by e-mail. Choose an official, or write.")
    if count == MOST_REMINDERS:
        lines.append(f"Request {request.reference}: no answer after {waited.days} days.")
    if lines:
        request.staff_told_at = at
    request.save(update_fields=["reminders", "staff_told_at"])
    audit.record(
        "certification.verification_reminded",
        actor=requests.ACTOR,
        subject=request,
        at=at,
        number=count,
        written=is_written,
    )
    requests.move_credential(request, CredentialState.REMINDED, at=at, actor=requests.ACTOR)
    return lines
