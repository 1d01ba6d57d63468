"""Orders that were placed: the list and tracking. No page here leads to a report (R-CVS-1)."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from applicants.http import ApplicantRequest, applicant_required
from cvs.presenters.orders import order_page, unpaid_order_of
from cvs.presenters.tracking import has_reports, tracking_of
from payments.models import Order
from payments.presenters.attempts import is_placed
from payments.states import OrderState

# htmx stops polling at this status: https://htmx.org/attributes/hx-trigger/#polling
STOP_POLLING = 286


@applicant_required
@require_safe
def reports(request: ApplicantRequest) -> HttpResponse:
    """List the person's orders, newest first, a page at a time; `?before=` is where an older page starts."""
    before = request.GET.get("before", "")
    start = int(before) if before.isascii() and before.isdigit() and len(before) <= 18 else None
    values = {
        "page": order_page(request.applicant, before=start),
        "unpaid": unpaid_order_of(request.applicant, at=timezone.now()),
        "is_first_page": start is None,
        "zone": request.applicant.time_zone,
    }
    return render(request, "cvs/reports.html", values)


def _own_order(request: ApplicantRequest, reference: str) -> Order:
    """Return the person's order with this reference; somebody else's does not exist (404)."""
    return get_object_or_404(Order.objects.visible_to(request.applicant), reference=reference)


def _elsewhere(order: Order) -> HttpResponse:
    """Return the way to the page that an order which is not placed belongs on."""
    closed = order.state in {OrderState.EXPIRED, OrderState.CANCELED}
    return redirect("reports" if closed else "order_review")


@applicant_required
@require_safe
def order_tracking(request: ApplicantRequest, reference: str) -> HttpResponse:
    """Show where each report of an order is and whether the person must act."""
    order = _own_order(request, reference)
    if not is_placed(order):
        return _elsewhere(order)
    if not has_reports(order):
        return redirect("order_confirmation", order.reference)
    values = {"tracking": tracking_of(order, request.applicant), "zone": request.applicant.time_zone}
    return render(request, "cvs/order_tracking.html", values)


@applicant_required
@require_safe
def order_status(request: ApplicantRequest, reference: str) -> HttpResponse:
    """Answer the poll of the tracking page: its changing part, or 204 while it is as the page has `?seen=` it."""
    order = _own_order(request, reference)
    if not is_placed(order):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    tracking = tracking_of(order, request.applicant)
    if request.GET.get("seen") == tracking.version:
        return HttpResponse(status=204)
    values = {"tracking": tracking, "zone": request.applicant.time_zone, "is_poll": True}
    return render(request, "cvs/_tracking.html", values, status=STOP_POLLING if tracking.finished else 200)
