"""What a settled payment means for report requests: funded with one dispatch job each, or unpaid again."""

import uuid

from certification.services import open_report_hold
from cvs import jobs
from cvs.models import DispatchJob, ReportRequest
from cvs.services.moves import move
from cvs.states import RequestState
from payments.signals import Settlement
from portal import mail
from portal.jobs import enqueue_on_commit
from portal.models import DeliveryState


def _requests_of(settlement: Settlement) -> list[ReportRequest]:
    return list(
        ReportRequest.objects.select_for_update(of=("self",))
        .filter(order_line_id__in=settlement.order_line_ids)
        .select_related("authority", "order_line")
        .order_by("id")
    )


def new_job(request: ReportRequest, version: int, **values: object) -> DispatchJob:
    """Return an unsaved dispatch job for `request`; its Message-ID names the job, so a repeat carries the same."""
    key = uuid.uuid4()
    return DispatchJob(
        id=key,
        request=request,
        version=version,
        message_id=f"<report-{key}@{mail.message_domain()}>",
        **values,
    )


def _fund(request: ReportRequest, settlement: Settlement, *, hold: bool) -> None:
    reason = "Open hold on the physician's record" if hold else ""
    move(request, RequestState.FUNDED, at=settlement.at, actor="payments", funded_at=settlement.at)
    state = DeliveryState.READY
    if hold:
        state = DeliveryState.HELD
        move(request, RequestState.ON_HOLD, at=settlement.at, actor="payments", reason=reason, hold_reason=reason)
        mail.alert_staff(
            subject="A paid report is on hold", lines=[f"Report request {request.pk}: {reason}."], at=settlement.at
        )
    job = new_job(request, 1, state=state, not_before=settlement.at, created_at=settlement.at)
    job.save(force_insert=True)
    enqueue_on_commit(jobs.PREPARE_REPORT, job_id=str(job.pk))


def on_settlement(settlement: Settlement) -> None:
    """Fund or release the requests of a settled payment, inside the transaction that settles it (invariants 6 and 7).

    Settling the same payment again changes nothing: a funded request has its job already.
    """
    requests = _requests_of(settlement)
    # All requests of a payment are one person's.
    hold = bool(requests) and open_report_hold(requests[0].applicant_id) is not None
    for request in requests:
        if settlement.paid and request.state in {RequestState.AWAITING_PAYMENT, RequestState.PAYMENT_PENDING}:
            _fund(request, settlement, hold=hold)
        elif not settlement.paid and request.state == RequestState.PAYMENT_PENDING:
            move(request, RequestState.AWAITING_PAYMENT, at=settlement.at, actor="payments", reason="Payment not made")
