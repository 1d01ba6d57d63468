"""May a job go on: paid for, not held, not canceled; and what happens to it when it may not."""

from datetime import datetime

from cvs.models import DispatchJob, ReportRequest
from cvs.services.moves import move
from cvs.states import RequestState
from payments.models import Payment
from payments.states import PaymentState
from portal import mail
from portal.models import DeliveryState

# A resend works on a request that is sent already; everything else must be funded and free of holds.
SENDABLE = frozenset(
    {RequestState.FUNDED, RequestState.DISPATCHED, RequestState.DELIVERED, RequestState.DELIVERY_PROBLEM}
)
PAYMENT_IN_REVIEW = "The payment is being checked"


def is_paid(request: ReportRequest) -> bool:
    """Tell whether the money of a locked `request` is there now: paid, and not being checked (invariant 8)."""
    paid_by = request.order_line.paid_by_id
    return paid_by is not None and Payment.objects.filter(pk=paid_by, state=PaymentState.PAID).exists()


def may_proceed(request: ReportRequest) -> bool:
    """Tell whether a report for a locked `request` may be made or sent at this moment."""
    return request.state in SENDABLE and is_paid(request)


def pause(request: ReportRequest, *, at: datetime) -> None:
    """Hold the unfinished job of a locked request that may not go on, and say why."""
    DispatchJob.objects.filter(request=request, state__in=[DeliveryState.READY, DeliveryState.LEASED]).update(
        state=DeliveryState.HELD, token=None, lease_until=None, handoff_at=None
    )
    if request.state == RequestState.FUNDED:
        move(
            request,
            RequestState.ON_HOLD,
            at=at,
            actor="dispatch",
            reason=PAYMENT_IN_REVIEW,
            hold_reason=PAYMENT_IN_REVIEW,
        )
        mail.alert_staff(
            subject="A paid report is on hold", lines=[f"Report request {request.pk}: {PAYMENT_IN_REVIEW}."], at=at
        )
