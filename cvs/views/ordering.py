"""The order in three steps: contact information, licensing authorities, review and pay."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from urllib.parse import urlencode
from uuid import UUID

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from applicants.http import ApplicantRequest, applicant_required, identity_required
from applicants.second_factor import second_factor_required
from applicants.services.contact import current_contact
from applicants.services.identity import IdentityNotCheckedError
from cvs import kept_choices
from cvs.forms import NOTHING_CHOSEN, ReviewForm, SelectionForm
from cvs.presenters.payment import last_attempt, what_happened
from cvs.presenters.picker import picker_of
from cvs.presenters.review import Review, review_of
from cvs.presenters.words import listed
from cvs.services import baskets, ordering
from cvs.services.ordering import Agreement
from payments.models import Order, Payment
from payments.services import checkout
from payments.services.orders import OrderNotEditableError, unpaid_order
from payments.services.sessions import CheckoutUnavailableError
from payments.states import OrderState, PaymentState
from portal.audit import actor_label
from portal.money import format_cents

CONFIRMED_CONTACT = "order_contact"
RETRY_AFTER_SECONDS = 120
form_methods = require_http_methods(["GET", "HEAD", "POST"])


@applicant_required
@identity_required
@second_factor_required
@form_methods
def order_details(request: ApplicantRequest) -> HttpResponse:
    """Step 1: confirm the contact information on file (R-CVS-4); a POST notes that it was confirmed in this session."""
    if _payment_under_way(request):
        return redirect("order_review")
    contact = current_contact(request.applicant)
    if contact is None:
        return redirect(_details_form())
    if request.method == "POST":
        if request.POST.get("contact") == str(contact.pk):
            request.session[CONFIRMED_CONTACT] = {"contact_id": str(contact.pk), "at": timezone.now().isoformat()}
            return redirect("order_authorities")
        messages.warning(request, "Your contact details changed meanwhile. Check them again.")
    values = {"applicant": request.applicant, "contact": contact, "change": _details_form()}
    return render(request, "cvs/order_details.html", values)


def _details_form() -> str:
    return f"{reverse('contact_details')}?{urlencode({'next': reverse('order_details')})}"


def _payment_under_way(request: ApplicantRequest) -> bool:
    order = unpaid_order(request.applicant)
    return order is not None and order.state == OrderState.PAYMENT_PENDING


def _confirmed(request: ApplicantRequest) -> tuple[UUID, datetime] | None:
    """Return key and time of the contact information confirmed in this session; None when it has changed since."""
    noted = request.session.get(CONFIRMED_CONTACT)
    if noted is None:
        return None
    contact = current_contact(request.applicant)
    if contact is None or noted["contact_id"] != str(contact.pk):
        return None
    return contact.pk, datetime.fromisoformat(noted["at"])


@applicant_required
@identity_required
@second_factor_required
@form_methods
def order_authorities(request: ApplicantRequest) -> HttpResponse:
    """Step 2: choose licensing authorities. Filter and Remove store the choices as a basket; Continue goes to step 3."""
    if _payment_under_way(request):
        return redirect("order_review")
    if _confirmed(request) is None:
        response = redirect("order_details")
        if request.method == "POST":
            kept_choices.keep(request, response)
        return response
    if request.method == "POST":
        return _chosen(request, at=timezone.now())
    in_basket = [basket.authority.code for basket in baskets.basket_requests(request.applicant)]
    codes = kept_choices.kept(request) or in_basket
    return _picker_page(request, codes, str(request.GET.get("q", ""))[:100], [], at=timezone.now())


# Read by kept_choices.SignInAgainMiddleware when the session ended in mid-form.
order_authorities.keeps_choices = True  # type: ignore[attr-defined]  # functions may carry attributes


def _chosen(request: ApplicantRequest, *, at: datetime) -> HttpResponse:
    form = SelectionForm(request.POST)
    if not form.is_valid():
        return _picker_page(request, [], "", [str(texts[0]) for texts in form.errors.values()], at=at)
    words = form.cleaned_data["q"]
    try:
        _store(request, form, at=at)
    except baskets.NothingChosenError:
        return _picker_page(request, [], words, [NOTHING_CHOSEN], at=at)
    except baskets.AuthorityNotAvailableError as error:
        return _picker_page(request, form.codes, words, [_not_available(error)], at=at)
    except OrderNotEditableError:
        return redirect("order_review")
    response = redirect(f"{request.path}?{urlencode({'q': words})}") if form.stays else redirect("order_review")
    kept_choices.forget(response)
    return response


def _store(request: ApplicantRequest, form: SelectionForm, *, at: datetime) -> None:
    """Make the basket what the form says; nothing chosen is an error only when the person wants to go on."""
    actor = actor_label(request.user)
    if form.codes or not form.stays:
        baskets.choose(applicant=request.applicant, codes=form.codes, at=at, actor=actor)
        return
    order = unpaid_order(request.applicant)
    if order is not None:
        baskets.abandon(order=order, at=at, actor=actor, reason="Everything was removed")


def _not_available(error: baskets.AuthorityNotAvailableError) -> str:
    return f"{listed(error.names, 'licensing authorities')} cannot receive reports. Choose another licensing authority"


def _picker_page(
    request: ApplicantRequest, codes: list[str], words: str, errors: list[str], *, at: datetime
) -> HttpResponse:
    values = {
        "picker": picker_of(request.applicant, codes=codes, words=words, at=at),
        "errors": [("list", text) for text in errors],
    }
    return render(request, "cvs/order_authorities.html", values)


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
@form_methods
def order_review(request: ApplicantRequest) -> HttpResponse:
    """Step 3: everything on one page, what must be agreed to, and the way to the payment page."""
    at = timezone.now()
    order = unpaid_order(request.applicant)
    if order is not None and order.state == OrderState.PAYMENT_PENDING:
        return _under_way(request, order, at=at)
    if _confirmed(request) is None:
        return redirect("order_details")
    try:
        reviewed = review_of(request.applicant, at=at)
    except baskets.NothingChosenError:
        return redirect("order_authorities")
    form = _review_form(request, reviewed)
    if form.is_bound and form.is_valid():
        return _place(request, form, at=at)
    return _review_page(request, form, reviewed)


def _review_form(request: HttpRequest, reviewed: Review) -> ReviewForm:
    data = request.POST if request.method == "POST" else None
    repeats = bool(reviewed.under_way)
    return ReviewForm(data, certified=reviewed.is_certified, repeats=repeats, credit_label=reviewed.credit_label)


def _place(request: ApplicantRequest, form: ReviewForm, *, at: datetime) -> HttpResponse:
    agreement = _agreement(request, form)
    try:
        payment = ordering.place_order(
            applicant=request.applicant, agreement=agreement, at=at, actor=actor_label(request.user)
        )
    except (ordering.ContactNotConfirmedError, IdentityNotCheckedError):
        return redirect("order_details")
    except baskets.NothingChosenError:
        return redirect("order_authorities")
    except REFUSALS as error:
        field, text = _refusal(error)
        form.add_error(field if field in form.fields else None, text)
        return _review_page(request, form, review_of(request.applicant, at=at))
    request.session.pop(CONFIRMED_CONTACT, None)
    return _to_payment(request, payment)


def _agreement(request: ApplicantRequest, form: ReviewForm) -> Agreement:
    confirmed = _confirmed(request)
    return Agreement(
        shown_total_cents=form.cleaned_data["total_cents"],
        use_credit=form.said("use_credit"),
        consented=form.said("consent"),
        knows_not_certified=form.said("knows_not_certified"),
        accepts_repeats=form.said("accepts_repeats"),
        contact_id=confirmed[0] if confirmed else None,
        contact_confirmed_at=confirmed[1] if confirmed else None,
    )


REFUSALS = (
    ordering.ConsentMissingError,
    ordering.NotCertifiedNotAcknowledgedError,
    ordering.RepeatNotAcceptedError,
    ordering.TotalChangedError,
    baskets.AuthorityNotAvailableError,
)


def _refusal(error: Exception) -> tuple[str | None, str]:
    """Return the field and the words for what the service refused."""
    if isinstance(error, ordering.TotalChangedError):
        return None, f"The total is now {format_cents(error.total_cents)}. Check it and continue again"
    if isinstance(error, baskets.AuthorityNotAvailableError):
        return None, f"{_not_available(error)}, or remove it"
    if isinstance(error, ordering.NotCertifiedNotAcknowledgedError):
        return "knows_not_certified", "Your certification changed meanwhile. Read what each report will say"
    if isinstance(error, ordering.RepeatNotAcceptedError):
        return "accepts_repeats", "A report to one of these authorities is under way. Confirm that you want another one"
    return "consent", "Confirm that we may release your certification status"


def _review_page(request: ApplicantRequest, form: ReviewForm, reviewed: Review) -> HttpResponse:
    tried_before = reviewed.order.placed_at is not None
    values = {
        "applicant": request.applicant,
        "form": form,
        "review": reviewed,
        "problem": what_happened(last_attempt(reviewed.order)) if tried_before else "",
    }
    return render(request, "cvs/order_review.html", values)


def _under_way(request: ApplicantRequest, order: Order, *, at: datetime) -> HttpResponse:
    """Show that a payment page was opened, with the way back to it; a POST goes there."""
    payment = last_attempt(order)
    if payment is None or payment.state in {PaymentState.PROCESSING, PaymentState.REVIEW}:
        return redirect("order_confirmation", order.reference)
    if request.method == "POST":
        return _to_payment(request, payment)
    return render(request, "cvs/payment_under_way.html", {"order": order, "payment": payment})


def _to_payment(request: HttpRequest, payment: Payment) -> HttpResponse:
    """Redirect to the payment page, or to the confirmation where credit has paid everything."""
    if not payment.due_cents:
        return redirect("order_confirmation", payment.order.reference)
    try:
        address = checkout.open_session(payment.pk)
    except CheckoutUnavailableError:
        response = render(request, "cvs/payments_paused.html", {"reference": payment.order.reference}, status=503)
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return response
