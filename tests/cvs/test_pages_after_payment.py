"""After the payment page: paid, on its way, failed, canceled, forged, or somebody else's."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from cvs.models import ReportRequest
from cvs.states import RequestState
from payments.models import Order, Payment
from payments.services.sync import sync
from payments.states import OrderState
from sandbox.stripe_double.process import StripeDoubleProcess
from tests.cvs.pages import agreed, authorities, confirm_details, nothing_happens, physician, ready
from tests.support.orders import pay_with_credit
from tests.support.wake_ups import WakeUp

pytestmark = pytest.mark.django_db

REVIEW = reverse("order_review")
BANK_THAT_SETTLES, BANK_WITHOUT_MONEY = "000123456789", "000222222227"


def test_confirmation_after_a_card_payment(
    client: Client, stripe_double: StripeDoubleProcess, django_assert_max_num_queries: DjangoAssertNumQueries
):
    first, second = authorities(2)
    applicant = ready(client, first, second)
    client.post(REVIEW, agreed(13200))
    payment = Payment.objects.get()
    stripe_double.control.pay(str(payment.session_id))
    sync(payment.pk)
    address = reverse("order_confirmation", args=[payment.order.reference])

    with django_assert_max_num_queries(12):
        page = client.get(address).content.decode()

    assert "<h1>Payment received</h1>" in page
    assert payment.order.reference in page
    assert "$132.00" in page
    assert "Visa ending in 4242" in page or "Visa ending 4242" in page
    assert first.name in page
    assert second.name in page
    assert f"We sent this receipt to {applicant.contacts.get().email}." in page


def test_return_to_the_site_alone_does_not_make_an_order_paid(client: Client, stripe_double: StripeDoubleProcess):
    ready(client)
    client.post(REVIEW, agreed(6600))
    reference = Order.objects.get().reference

    forged = client.get(reverse("payment_return", args=[Payment.objects.get().pk]), {"paid": "1", "state": "succeeded"})
    confirmation = client.get(reverse("order_confirmation", args=[reference]))
    tracking = client.get(reverse("order_tracking", args=[reference]))

    assert forged.headers["Location"] == REVIEW
    assert confirmation.headers["Location"] == tracking.headers["Location"] == REVIEW
    assert Order.objects.get().state == OrderState.PAYMENT_PENDING
    assert ReportRequest.objects.get().state == RequestState.PAYMENT_PENDING


def test_bank_payment_on_its_way_says_not_to_pay_again(client: Client, stripe_double: StripeDoubleProcess):
    ready(client)
    client.post(REVIEW, agreed(6600))
    payment = Payment.objects.get()
    stripe_double.control.pay(str(payment.session_id), bank=BANK_THAT_SETTLES)
    sync(payment.pk)

    review = client.get(REVIEW)
    confirmation = client.get(reverse("order_confirmation", args=[payment.order.reference])).content.decode()
    tracking = client.get(reverse("order_tracking", args=[payment.order.reference])).content.decode()
    listed = client.get(reverse("reports")).content.decode()

    assert review.headers["Location"] == reverse("order_confirmation", args=[payment.order.reference])
    assert "Your bank payment is on its way" in confirmation
    assert "Bank payments take 3 to 5 business days." in confirmation
    assert "Do not pay again." in confirmation
    assert "Waiting for your bank payment" in tracking
    assert "Your bank’s" in tracking
    assert "Your bank payment is on its way" in listed


def test_bank_payment_that_failed_offers_a_new_payment(client: Client, stripe_double: StripeDoubleProcess):
    applicant = ready(client)
    client.post(REVIEW, agreed(6600))
    payment = Payment.objects.get()
    stripe_double.control.pay(str(payment.session_id), bank=BANK_WITHOUT_MONEY)
    sync(payment.pk)
    payment.refresh_from_db()
    stripe_double.control.end_debit(str(payment.payment_intent_id))
    sync(payment.pk)
    confirm_details(client, applicant)

    tracking = client.get(reverse("order_tracking", args=[payment.order.reference]))
    page = client.get(REVIEW).content.decode()

    assert tracking.headers["Location"] == REVIEW
    assert "Your bank payment did not arrive. Nothing was sent or started." in page
    assert ">Pay $66.00</button>" in page


@pytest.fixture
def stranger() -> Client:
    """Somebody else who is signed in."""
    other = Client()
    physician(other, 22222222)
    return other


@pytest.mark.parametrize("name", ["order_tracking", "order_status", "order_confirmation"])
def test_order_of_somebody_else_does_not_exist(client: Client, stranger: Client, name: str):
    pay_with_credit(physician(client), authorities(1))
    address = reverse(name, args=[Order.objects.get().reference])

    theirs = stranger.get(address)
    unknown = stranger.get(reverse(name, args=["CV-1999-000001"]))

    assert theirs.status_code == unknown.status_code == 404
    assert client.get(address).status_code == 200


def test_payment_of_somebody_else_cannot_be_returned_to_or_canceled(
    client: Client, stranger: Client, stripe_double: StripeDoubleProcess, enqueued: list[WakeUp]
):
    ready(client)
    client.post(REVIEW, agreed(6600))
    payment = Payment.objects.get()

    with nothing_happens(enqueued):
        returned = stranger.get(reverse("payment_return", args=[payment.pk]))
        canceled = stranger.post(reverse("payment_cancel", args=[payment.pk]))

    assert returned.status_code == canceled.status_code == 404


def test_canceled_payment_keeps_the_choices_and_charges_nothing(client: Client, stripe_double: StripeDoubleProcess):
    applicant = ready(client)
    client.post(REVIEW, agreed(6600))
    client.post(reverse("payment_cancel", args=[Payment.objects.get().pk]))
    confirm_details(client, applicant)

    page = client.get(REVIEW).content.decode()

    assert "You left the payment page. You have not been charged." in page
    assert ">Pay $66.00</button>" in page
    assert ReportRequest.objects.get().state == RequestState.AWAITING_PAYMENT
