"""The one way a report request changes its state: checked against the table, written with its times, audited."""

from datetime import datetime

from cvs.models import ReportRequest
from cvs.states import REQUEST_MACHINE, RequestState
from portal import audit


def lock_request(request_id: int) -> ReportRequest:
    """Return the request locked until the end of the caller's transaction. Lock order: order, payment, request, job."""
    return ReportRequest.objects.select_for_update(of=("self",)).select_related("order_line").get(pk=request_id)


def move(
    request: ReportRequest, target: RequestState, *, at: datetime, actor: str, reason: str = "", **values: object
) -> None:
    """Move a locked request to `target`, writing `values` with it, and record it.

    Raises `portal.states.IllegalMoveError`, with nothing written, when the table has no such move.
    """
    REQUEST_MACHINE.check(request.state, target)
    before = request.state
    request.state = target
    for name, value in values.items():
        setattr(request, name, value)
    request.save(update_fields=["state", *values])
    audit.record(f"cvs.request_{target.value}", actor=actor, subject=request, at=at, reason=reason, before=before)
