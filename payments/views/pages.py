"""Pages around the payment: back from Stripe, canceled, receipt, price list."""

import uuid
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from applicants import purchases
from applicants.http import ApplicantRequest, applicant_required
from applicants.second_factor import second_factor_required
from payments import gateway
from payments.models import Order, Payment
from payments.presenters import parts
from payments.services import checkout, fees, receipts, sync
from payments.states import PaymentState
from portal.audit import actor_label
from portal.eastern import eastern_date
from portal.rate_limits import RateLimit, by_account, limited

RECEIPTS = RateLimit("receipt-pdf", most=30, per=timedelta(hours=1))
NOT_CHARGED = "You have not been charged."
SETTLED = frozenset({PaymentState.PAID, PaymentState.PROCESSING, PaymentState.REVIEW})


def _payment_of(request: ApplicantRequest, payment_id: uuid.UUID) -> Payment:
    """Return a payment of the person; another person's does not exist for them."""
    return get_object_or_404(Payment.objects.select_related("order"), pk=payment_id, applicant=request.applicant)


@applicant_required
@require_safe
def payment_return(request: ApplicantRequest, payment_id: uuid.UUID) -> HttpResponseBase:
    """The person comes back from Stripe's page; what we believe is what Stripe tells us, never the address (D4)."""
    payment = _payment_of(request, payment_id)
    try:
        state = sync.sync(payment.pk)
    except gateway.GatewayUnavailableError:
        values = {"payment": payment, "menu_path": parts.menu_path(payment.order)}
        return render(request, "payments/confirming.html", values)
    return _leave(request, payment, state)


def _leave(request: HttpRequest, payment: Payment, state: PaymentState) -> HttpResponseBase:
    if state in SETTLED:
        return redirect("order_confirmation", payment.order.reference)
    messages.info(request, NOT_CHARGED)
    return redirect("order_review")


@applicant_required
@require_safe
def payment_status(request: ApplicantRequest, payment_id: uuid.UUID) -> HttpResponseBase:
    """The part of the waiting page that asks again, until there is something to show."""
    payment = _payment_of(request, payment_id)
    try:
        state = sync.sync(payment.pk)
    except gateway.GatewayUnavailableError:
        return render(request, "payments/_confirming.html", {"payment": payment})
    page = _leave(request, payment, state)
    return HttpResponseClientRedirect(page["Location"])


@applicant_required
@second_factor_required
@require_http_methods(["GET", "HEAD", "POST"])
def payment_cancel(request: ApplicantRequest, payment_id: uuid.UUID) -> HttpResponseBase:
    """Stripe's back link (GET) changes nothing: the page stays open. Our own button (POST) cancels the payment."""
    payment = _payment_of(request, payment_id)
    if request.method != "POST":
        messages.info(request, NOT_CHARGED)
        return redirect("order_review")
    try:
        state = checkout.cancel(payment_id=payment.pk, at=timezone.now(), actor=actor_label(request.user))
    except checkout.CannotCancelError:
        return redirect("order_confirmation", payment.order.reference)
    except checkout.CheckoutUnavailableError:
        messages.warning(
            request, "We are canceling the payment. Please wait a few minutes before you change the order."
        )
        return redirect("order_review")
    if state == PaymentState.PROCESSING:
        messages.info(request, "The bank payment is already under way. When it arrives, we send it back in full.")
    return _leave(request, payment, state)


def _order_of(request: ApplicantRequest, reference: str) -> Order:
    return get_object_or_404(Order.objects.visible_to(request.applicant), reference=reference)


@applicant_required
@require_safe
def receipt(request: ApplicantRequest, reference: str) -> HttpResponseBase:
    """The receipt of a paid order."""
    order = _order_of(request, reference)
    try:
        found = receipts.receipt_of(order)
    except receipts.NoReceiptError as error:
        raise Http404(str(error)) from error
    values = {"receipt": found, "paid_on": eastern_date(found.paid_at), "menu_path": parts.menu_path(order)}
    return render(request, "payments/receipt.html", values)


@applicant_required
@limited(RECEIPTS, by=by_account, counts=lambda _: True)
@require_safe
def receipt_pdf(request: ApplicantRequest, reference: str) -> HttpResponseBase:
    """The receipt as a file; typeset at each request, which is why there is a limit."""
    try:
        content = receipts.receipt_pdf(_order_of(request, reference))
    except receipts.NoReceiptError as error:
        raise Http404(str(error)) from error
    name = f'attachment; filename="receipt-{reference}.pdf"'
    return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": name})


@login_not_required
@require_safe
def fee_list(request: HttpRequest) -> HttpResponse:
    """What everything costs today, and announced changes."""
    prices = fees.price_list(eastern_date(timezone.now()))
    ordered_here: list[tuple[object, ...]] = []
    others: list[tuple[object, ...]] = []
    for price in prices:
        rows = ordered_here if parts.part_of(price.code) or purchases.explanation(price.code) else others
        rows.append(_fee_row(price))
    return render(request, "payments/fees.html", {"ordered_here": ordered_here, "others": others})


def _fee_row(price: fees.Price) -> tuple[object, ...]:
    coming = price.upcoming[0] if price.upcoming else None
    change = (coming.amount_cents, coming.effective_from) if coming else (None, None)
    return (price.description, price.amount_cents, price.effective_from, *change)
