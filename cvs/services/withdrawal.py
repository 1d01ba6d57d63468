"""Withdrawing an issued report: two people, a reason, and word to the authority that holds it (design, section 6)."""

from datetime import datetime

from django.db import transaction

from applicants.permissions import agreed_by_two, require
from cvs.emails import tell_authority_withdrawn, tell_withdrawn
from cvs.models import IssuedReport
from cvs.services.moves import lock_request
from cvs.services.staff import UNFINISHED, NotPossibleError, require_reason
from cvs.states import REPORT_MACHINE, ReportState
from portal import audit, four_eyes
from portal.models import FourEyesAct


@transaction.atomic
def withdraw(*, report_id: int, reason: str, actor: str, at: datetime) -> bool:
    """Withdraw a report once two people want it; returns whether it is, False for the first of them.

    Whoever checks it from then on reads that it was withdrawn; an authority that was sent it is told, and so is
    the physician. Raises `NotAllowedError`, `ReasonMissingError`, `NotPossibleError` or `SamePersonError`; nothing is
    written then.
    """
    require(actor, four_eyes.ACTS[FourEyesAct.WITHDRAW_REPORT].propose)
    require_reason(reason)
    request = lock_request(IssuedReport.objects.values_list("request_id", flat=True).get(pk=report_id))
    report = IssuedReport.objects.select_for_update(of=("self",)).get(pk=report_id)
    if not REPORT_MACHINE.allows(report.state, ReportState.WITHDRAWN):
        raise NotPossibleError("This report was withdrawn before.")
    if request.jobs.filter(state__in=UNFINISHED).exists():
        raise NotPossibleError("A report for this request is on its way. Wait until it was sent.")
    if not agreed_by_two(FourEyesAct.WITHDRAW_REPORT, subject=report, reason=reason, actor=actor, at=at):
        return False
    report.state = ReportState.WITHDRAWN
    report.save(update_fields=["state"])
    audit.record("cvs.report_withdrawn", actor=actor, subject=report, at=at, reason=reason)
    tell_withdrawn(request, at=at)
    if request.dispatched_at is not None:
        tell_authority_withdrawn(report, to_email=request.authority.email, at=at)
    return True
