"""Holds: why services stop for a person, and until when (R-HOLD-1, R-HOLD-2)."""

from datetime import date, datetime

from django.db import transaction

from applicants.models import Applicant
from certification.models import Hold
from certification.states import HoldKind
from portal import audit
from portal.eastern import eastern_date


class HoldAlreadyLiftedError(Exception):
    """The hold is no longer open."""


def open_report_hold(applicant_id: int) -> Hold | None:
    """Return the oldest open hold that stops reports of a person, or None."""
    open_holds = Hold.objects.filter(applicant_id=applicant_id, stops_reports=True, lifted_at__isnull=True)
    return open_holds.order_by("placed_at", "pk").first()


@transaction.atomic
def place_hold(
    *,
    applicant: Applicant,
    kind: HoldKind,
    stops_reports: bool,
    reason: str,
    at: datetime,
    actor: str,
    ends_on: date | None = None,
) -> Hold:
    """Stop services for a person from `at` on, until the end of `ends_on` or for good.

    `reason` is for staff and may not be empty (ValueError).
    """
    if not reason.strip():
        raise ValueError("A hold needs a reason.")
    hold = Hold.objects.create(
        applicant=applicant,
        kind=kind,
        stops_reports=stops_reports,
        reason=reason,
        placed_at=at,
        placed_by=actor,
        ends_on=ends_on,
    )
    audit.record(
        "certification.hold_placed",
        actor=actor,
        subject=hold,
        at=at,
        reason=reason,
        kind=kind.value,
        stops_reports=stops_reports,
    )
    return hold


@transaction.atomic
def lift_hold(*, hold_id: int, reason: str, at: datetime, actor: str) -> Hold:
    """End a hold at `at`. Raises HoldAlreadyLiftedError when somebody was first, Hold.DoesNotExist, ValueError without reason."""
    if not reason.strip():
        raise ValueError("Lifting a hold needs a reason.")
    hold = Hold.objects.select_for_update().get(pk=hold_id)
    if hold.lifted_at is not None:
        raise HoldAlreadyLiftedError(f"Hold {hold_id} was lifted by {hold.lifted_by}.")
    hold.lifted_at, hold.lifted_by = at, actor
    hold.save(update_fields=["lifted_at", "lifted_by"])
    audit.record(
        "certification.hold_lifted", actor=actor, subject=hold, at=at, reason=reason, kind=HoldKind(hold.kind).value
    )
    return hold


def lift_ended(*, at: datetime, limit: int = 200) -> int:
    """Lift holds whose last day is over; returns how many."""
    over = Hold.objects.filter(lifted_at__isnull=True, ends_on__lt=eastern_date(at)).order_by("pk")
    keys = list(over.values_list("pk", flat=True)[:limit])
    lifted = 0
    for key in keys:
        try:
            lift_hold(hold_id=key, reason="Its last day is over", at=at, actor="certificates")
        except HoldAlreadyLiftedError:
            continue
        lifted += 1
    return lifted
