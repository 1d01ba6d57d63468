"""Orders that were placed: the list, tracking, confirmation. No page here leads to a report (R-CVS-1)."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from applicants.http import ApplicantRequest, applicant_required
from cvs.presenters.orders import order_page, unpaid_order_of
from cvs.presenters.tracking import payment_of, requests_of, tracking_of
from payments.models import Order
from payments.states import OrderState, PaymentState

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


def _is_placed(order: Order) -> bool:
    """Tell whether there is something to follow: the money is there, or a bank is bringing it."""
    if order.state == OrderState.PAID:
        return True
    payment = payment_of(order) if order.state == OrderState.PAYMENT_PENDING else None
    return payment is not None and payment.state in {PaymentState.PROCESSING, PaymentState.REVIEW}


def _elsewhere(order: Order) -> HttpResponse:
    """Return the way to the page that an order which is not placed belongs on."""
    closed = order.state in {OrderState.EXPIRED, OrderState.CANCELED}
    return redirect("reports" if closed else "order_review")


@applicant_required
@require_safe
def order_tracking(request: ApplicantRequest, reference: str) -> HttpResponse:
    """Show where each report of an order is and whether the person must act."""
    order = _own_order(request, reference)
    if not _is_placed(order):
        return _elsewhere(order)
    values = {"tracking": tracking_of(order, request.applicant), "zone": request.applicant.time_zone}
    return render(request, "cvs/order_tracking.html", values)


@applicant_required
@require_safe
def order_status(request: ApplicantRequest, reference: str) -> HttpResponse:
    """Answer the poll of the tracking page: its changing part, or 204 while it is as the page has `?seen=` it."""
    order = _own_order(request, reference)
    if not _is_placed(order):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    tracking = tracking_of(order, request.applicant)
    if request.GET.get("seen") == tracking.version:
        return HttpResponse(status=204)
    values = {"tracking": tracking, "zone": request.applicant.time_zone, "is_poll": True}
    return render(request, "cvs/_tracking.html", values, status=STOP_POLLING if tracking.finished else 200)


@applicant_required
@require_safe
def order_confirmation(request: ApplicantRequest, reference: str) -> HttpResponse:
    """Say that the payment is there, or on its way; the address stays good for a bookmark."""
    order = _own_order(request, reference)
    if not _is_placed(order):
        return _elsewhere(order)
    payment = payment_of(order)
    values = {"order": order, "payment": payment, "zone": request.applicant.time_zone}
    if order.state != OrderState.PAID:
        is_bank_payment = payment is not None and payment.state == PaymentState.PROCESSING
        return render(request, "cvs/payment_on_its_way.html", {**values, "is_bank_payment": is_bank_payment})
    requests = requests_of(order, request.applicant)
    return render(request, "cvs/order_confirmation.html", {**values, "requests": requests})
