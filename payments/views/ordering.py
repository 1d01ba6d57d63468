"""One page to review and pay an order whatever is in it, and the page that says it is paid."""

from collections.abc import Callable
from functools import wraps

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applicants import purchases
from applicants.http import ApplicantRequest, applicant_required, identity_required
from applicants.second_factor import second_factor_required
from applicants.services.identity import IdentityNotCheckedError
from payments.forms import ReviewForm
from payments.models import Order, OrderLine, Payment
from payments.presenters import parts
from payments.presenters.attempts import is_placed, last_attempt, payment_of, what_happened
from payments.presenters.parts import OrderPart, Refusal
from payments.presenters.review import Review, follows_of, review_of
from payments.services import checkout, placing
from payments.services.orders import OrderNotEditableError, unpaid_order
from payments.services.sessions import CheckoutUnavailableError
from payments.states import OrderState, PaymentState
from portal.audit import actor_label
from portal.money import format_cents

RETRY_AFTER_SECONDS = 120
# Where somebody who has chosen nothing begins.
NOTHING_CHOSEN_PAGE = "order_authorities"

View = Callable[[ApplicantRequest], HttpResponse]


def may_lead_to_payment_page(view: View) -> View:
    """Let forms of this page lead to the payment provider: browsers apply `form-action` to the redirect as well."""

    @wraps(view)
    def allowed(request: ApplicantRequest) -> HttpResponse:
        update = csp_update({"form-action": [settings.CHECKOUT_ORIGIN]})
        response: HttpResponse = update(view)(request)  # type: ignore[arg-type, assignment]  # typed for HttpRequest only
        return response

    return allowed


@applicant_required
@identity_required
@second_factor_required
@may_lead_to_payment_page
@require_http_methods(["GET", "HEAD", "POST"])
def order_review(request: ApplicantRequest) -> HttpResponse:
    """Show everything in the order on one page, what must be agreed to, and the way to the payment page."""
    order = unpaid_order(request.applicant)
    if order is None:
        return redirect(NOTHING_CHOSEN_PAGE)
    if order.state == OrderState.PAYMENT_PENDING:
        return _under_way(request, order)
    at = timezone.now()
    basket = placing.basket_of(order, at=at)
    if not basket.lines:
        return redirect(NOTHING_CHOSEN_PAGE)
    known = [part for part in map(parts.part_of, basket.by_fee()) if part]
    before = next((page for part in known if (page := part.page_before(request))), "")
    if before:
        return redirect(before)
    try:
        reviewed = review_of(request.applicant, basket, at=at)
    except placing.NotPlacedError as error:
        return _refused(request, None, known, error)
    form = _form(request, reviewed)
    if form.is_bound and form.is_valid():
        return _place(request, form, known)
    return _page(request, form, reviewed)


def _form(request: HttpRequest, reviewed: Review) -> ReviewForm:
    data = request.POST if request.method == "POST" else None
    return ReviewForm(data, credit_label=reviewed.basket.credit_label, asked=reviewed.fields)


def _place(request: ApplicantRequest, form: ReviewForm, known: list[OrderPart]) -> HttpResponse:
    try:
        payment = placing.place(
            applicant=request.applicant,
            shown_total_cents=form.cleaned_data["total_cents"],
            use_credit=form.said("use_credit"),
            agreements={part.fee_code: part.agreement(request, form) for part in known},
            at=timezone.now(),
            actor=actor_label(request.user),
        )
    except (IdentityNotCheckedError, placing.EmptyOrderError, OrderNotEditableError):
        return redirect("order_review")
    except (placing.NotPlacedError, purchases.PurchaseRefusedError) as error:
        return _refused(request, form, known, error)
    for part in known:
        part.placed(request)
    return _to_payment(request, payment)


def _refused(
    request: ApplicantRequest, form: ReviewForm | None, known: list[OrderPart], error: Exception
) -> HttpResponse:
    """Show why nothing was paid: on the review page, or by leading to the page that must come first."""
    refusal = _refusal(known, error)
    order = unpaid_order(request.applicant)
    if refusal.page or form is None or order is None:
        return redirect(refusal.page or NOTHING_CHOSEN_PAGE)
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.text)
    at = timezone.now()
    return _page(request, form, review_of(request.applicant, placing.basket_of(order, at=at), at=at))


def _refusal(known: list[OrderPart], error: Exception) -> Refusal:
    if isinstance(error, placing.TotalChangedError):
        return Refusal(f"The total is now {format_cents(error.total_cents)}. Check it and continue again")
    if isinstance(error, placing.NotPlacedError):
        said = [refusal for part in known if (refusal := part.refusal(error))]
        return said[0] if said else Refusal(page=NOTHING_CHOSEN_PAGE)
    return Refusal(str(error))


def _page(request: ApplicantRequest, form: ReviewForm, reviewed: Review) -> HttpResponse:
    order = reviewed.basket.order
    values = {
        "form": form,
        "review": reviewed,
        "basket": reviewed.basket,
        "problem": what_happened(last_attempt(order)) if order.placed_at is not None else "",
        "menu_path": parts.menu_path_of(reviewed.basket.by_fee()),
    }
    return render(request, "payments/order_review.html", values)


def _under_way(request: ApplicantRequest, order: Order) -> HttpResponse:
    """Show that a payment page was opened, with the way back to it; a POST goes there."""
    payment = last_attempt(order)
    if payment is None or payment.state in {PaymentState.PROCESSING, PaymentState.REVIEW}:
        return redirect("order_confirmation", order.reference)
    if request.method == "POST":
        return _to_payment(request, payment)
    values = {"order": order, "payment": payment, "menu_path": parts.menu_path(order)}
    return render(request, "payments/payment_under_way.html", values)


def _to_payment(request: HttpRequest, payment: Payment) -> HttpResponse:
    """Redirect to the payment page, or to the confirmation where credit has paid everything."""
    if not payment.due_cents:
        return redirect("order_confirmation", payment.order.reference)
    try:
        address = checkout.open_session(payment.pk)
    except CheckoutUnavailableError:
        values = {"reference": payment.order.reference, "menu_path": parts.menu_path(payment.order)}
        response = render(request, "payments/payments_paused.html", values, status=503)
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return response


@applicant_required
@identity_required
@second_factor_required
@require_POST
def order_line_remove(request: ApplicantRequest, line_id: int) -> HttpResponse:
    """Take a service out of the person's order; what has a page of its own to choose on is removed there."""
    mine = OrderLine.objects.filter(order__applicant=request.applicant)
    line = get_object_or_404(mine, pk=line_id)
    if parts.part_of(line.fee_code) is not None:
        return redirect("order_review")
    try:
        purchases.till().remove_from_order(line_id=line.pk, at=timezone.now())
    except purchases.PaymentUnderWayError:
        messages.warning(request, "Cancel the payment first. Then you can change the order.")
        return redirect("order_review")
    messages.info(request, "Removed from your order. You can add it again.")
    told = purchases.explanation(line.fee_code)
    left = OrderLine.objects.filter(order=line.order_id, removed_at__isnull=True).exists()
    return redirect("order_review" if left or told is None else told.page)


@applicant_required
@require_safe
def order_confirmation(request: ApplicantRequest, reference: str) -> HttpResponse:
    """Say that the payment is there, or on its way; the address stays good for a bookmark."""
    order = get_object_or_404(Order.objects.visible_to(request.applicant), reference=reference)
    if not is_placed(order):
        closed = order.state in {OrderState.EXPIRED, OrderState.CANCELED}
        return redirect("dashboard" if closed else "order_review")
    payment = payment_of(order)
    lines = list(order.lines.filter(removed_at__isnull=True).order_by("id"))
    values: dict[str, object] = {
        "order": order,
        "payment": payment,
        "lines": lines,
        "steps": next((part.steps for line in lines if (part := parts.part_of(line.fee_code))), ""),
        "zone": request.applicant.time_zone,
        "menu_path": parts.menu_path_of(line.fee_code for line in lines),
    }
    if order.state != OrderState.PAID:
        is_bank_payment = payment is not None and payment.state == PaymentState.PROCESSING
        return render(request, "payments/payment_on_its_way.html", {**values, "is_bank_payment": is_bank_payment})
    values["sections"] = follows_of(order, request.applicant, lines)
    return render(request, "payments/order_confirmation.html", {**values, "email": request.user.email})
