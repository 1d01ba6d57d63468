"""Pages around the payment."""

import uuid
from datetime import UTC, datetime
from io import BytesIO

import pytest
import time_machine
from django.test import Client
from pypdf import PdfReader

from applicants.models import Applicant
from payments.models import Payment
from payments.states import OrderState, PaymentState
from payments.views.pages import RECEIPTS
from portal.rate_limits import spend
from sandbox.stripe_double.process import StripeDoubleProcess
from tests.factories.applicants import ApplicantFactory, StaffFactory
from tests.factories.payments import FEE_CENTS
from tests.payments import scenes
from tests.support.reading import open_record
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def signed_in(applicant: Applicant) -> Client:
    client = Client()
    sign_in(client, applicant.user)
    return client


def test_coming_back_paid_leads_to_the_confirmation(stripe_double: StripeDoubleProcess):
    payment = scenes.opened()
    stripe_double.control.pay(scenes.session_of(payment))

    answer = signed_in(payment.applicant).get(f"/payments/{payment.pk}/return/")

    assert answer["Location"] == f"/orders/{payment.order.reference}/confirmation/"
    assert scenes.fresh(payment).state == PaymentState.PAID


def test_a_forged_return_funds_nothing(stripe_double: StripeDoubleProcess):
    payment = scenes.opened()

    answer = signed_in(payment.applicant).get(f"/payments/{payment.pk}/return/?payment_status=paid&session_id=cs_x")

    assert answer["Location"] == "/orders/review/"
    assert scenes.fresh(payment).state == PaymentState.OPEN
    assert scenes.fresh(payment).order.state == OrderState.PAYMENT_PENDING


def test_coming_back_while_stripe_is_silent_waits_without_charging_twice(stripe_double: StripeDoubleProcess, settings):
    settings.STRIPE_MAX_NETWORK_RETRIES = 0
    payment = scenes.opened()
    stripe_double.control.pay(scenes.session_of(payment))
    client = signed_in(payment.applicant)
    stripe_double.control.fault("500", times=2)

    page = client.get(f"/payments/{payment.pk}/return/").content.decode()
    part = client.get(f"/payments/{payment.pk}/status/")
    done = client.get(f"/payments/{payment.pk}/status/")

    assert "Confirming your payment" in page
    assert "Do not pay again" in part.content.decode()
    assert done["HX-Redirect"] == f"/orders/{payment.order.reference}/confirmation/"


def test_the_back_link_of_stripe_changes_nothing(stripe_double: StripeDoubleProcess):
    payment = scenes.opened()

    answer = signed_in(payment.applicant).get(f"/payments/{payment.pk}/cancel/")

    assert answer["Location"] == "/orders/review/"
    assert scenes.fresh(payment).state == PaymentState.OPEN


def test_our_button_cancels_the_payment(stripe_double: StripeDoubleProcess):
    payment = scenes.opened()

    answer = signed_in(payment.applicant).post(f"/payments/{payment.pk}/cancel/")

    assert answer["Location"] == "/orders/review/"
    assert scenes.fresh(payment).state == PaymentState.CANCELED


@pytest.mark.parametrize("page", ["return", "status", "cancel"])
def test_a_payment_of_somebody_else_does_not_exist(stripe_double: StripeDoubleProcess, page: str):
    payment = scenes.opened()
    stranger = signed_in(ApplicantFactory.create())

    answers = [stranger.get(f"/payments/{payment.pk}/{page}/"), stranger.get(f"/payments/{uuid.uuid4()}/{page}/")]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert scenes.fresh(payment).last_synced_at is None


def test_the_receipt_repeats_what_was_charged():
    payment = scenes.pending(FEE_CENTS, FEE_CENTS, credit_cents=2 * FEE_CENTS)
    number = scenes.fresh(payment).receipt_number or ""
    client = signed_in(payment.applicant)

    page = client.get(f"/payments/{payment.order.reference}/receipt/").content.decode()
    file = client.get(f"/payments/{payment.order.reference}/receipt.pdf")

    text = PdfReader(BytesIO(file.content)).pages[0].extract_text()
    for words in (number, "$132.00", "$66.00", "Kofi Mensah", payment.order.reference):
        assert words in page
        assert words in text
    assert file["Content-Type"] == "application/pdf"


def test_there_is_no_receipt_before_the_money_or_for_strangers(stripe_double: StripeDoubleProcess):
    unpaid = scenes.opened()
    paid = scenes.pending(FEE_CENTS, credit_cents=FEE_CENTS)

    for client, payment in ((signed_in(unpaid.applicant), unpaid), (signed_in(ApplicantFactory.create()), paid)):
        for name in ("receipt/", "receipt.pdf"):
            assert client.get(f"/payments/{payment.order.reference}/{name}").status_code == 404


def test_staff_see_a_payment_and_read_it_again(stripe_double: StripeDoubleProcess):
    payment = scenes.opened()
    stripe_double.control.pay(scenes.session_of(payment))
    client = Client()
    sign_in(client, StaffFactory.create())

    page = open_record(client, f"/staff/payments/payment/{payment.pk}/change/")
    client.post("/staff/payments/payment/", {"action": "sync_now", "_selected_action": [str(payment.pk)]})

    assert page.status_code == 200
    assert str(payment.pk) in page.content.decode()
    assert Payment.objects.get().state == PaymentState.PAID


def test_receipts_as_files_are_limited_by_account():
    payment, other = (scenes.pending(FEE_CENTS, credit_cents=FEE_CENTS) for _ in range(2))
    client, stranger = signed_in(payment.applicant), signed_in(other.applicant)
    address, at = f"/payments/{payment.order.reference}/receipt.pdf", datetime(2026, 5, 4, 15, 0, 10, tzinfo=UTC)

    with time_machine.travel(at, tick=False):
        for browser, who in ((client, payment), (stranger, other)):
            sign_in(browser, who.applicant.user)
        for _ in range(RECEIPTS.most - 1):
            spend(RECEIPTS, f"user-{payment.applicant.user_id}", at=at)
        answers = [client.get(address).status_code for _ in range(2)]
        others = stranger.get(f"/payments/{other.order.reference}/receipt.pdf").status_code
        page = client.get(f"/payments/{payment.order.reference}/receipt/").status_code

    assert RECEIPTS.most == 30
    assert (answers, others, page) == ([200, 429], 200, 200)
