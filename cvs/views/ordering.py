"""The first two steps of an order of reports: contact information, licensing authorities. The third is review and pay."""

from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from applicants.http import ApplicantRequest, applicant_required, identity_required
from applicants.second_factor import second_factor_required
from applicants.services.contact import current_contact
from cvs import confirmed_contact, kept_choices
from cvs.forms import NOTHING_CHOSEN, SelectionForm
from cvs.presenters.order_part import not_available
from cvs.presenters.picker import picker_of
from cvs.services import baskets
from payments.services.orders import OrderNotEditableError, unpaid_order
from payments.states import OrderState
from portal.audit import actor_label

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
            confirmed_contact.keep(request, contact, at=timezone.now())
            return redirect("order_authorities")
        messages.warning(request, "Your contact details changed meanwhile. Check them again.")
    values = {"applicant": request.applicant, "contact": contact, "change": _details_form()}
    return render(request, "cvs/order_details.html", values)


def _details_form() -> str:
    return f"{reverse('contact_details')}?{urlencode({'next': reverse('order_details')})}"


def _payment_under_way(request: ApplicantRequest) -> bool:
    order = unpaid_order(request.applicant)
    return order is not None and order.state == OrderState.PAYMENT_PENDING


@applicant_required
@identity_required
@second_factor_required
@form_methods
def order_authorities(request: ApplicantRequest) -> HttpResponse:
    """Step 2: choose licensing authorities. Filter and Remove store the choices as a basket; Continue goes to step 3."""
    if _payment_under_way(request):
        return redirect("order_review")
    if confirmed_contact.confirmed(request) is None:
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
        return _picker_page(request, form.codes, words, [not_available(error)], at=at)
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
        baskets.empty(order=order, at=at, actor=actor)


def _picker_page(
    request: ApplicantRequest, codes: list[str], words: str, errors: list[str], *, at: datetime
) -> HttpResponse:
    values = {
        "picker": picker_of(request.applicant, codes=codes, words=words, at=at),
        "errors": [("list", text) for text in errors],
    }
    return render(request, "cvs/order_authorities.html", values)
