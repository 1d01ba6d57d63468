"""The review page and the way to the payment page and back."""

import uuid
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from applicants.models import Applicant
from applicants.services.contact import ContactValues, update_contact
from cvs.models import LicensingAuthority, ReportRequest
from cvs.states import RequestState
from payments.models import Fee, Order, Payment
from payments.services import ledger
from payments.states import OrderState, PaymentState
from sandbox.stripe_double.process import StripeDoubleProcess
from tests.cvs.pages import agreed, authorities, choose, confirm_details, nothing_happens, physician, ready
from tests.factories.certification import CertificateFactory
from tests.support.orders import pay_with_credit
from tests.support.wake_ups import WakeUp

pytestmark = pytest.mark.django_db

DETAILS, AUTHORITIES, REVIEW = reverse("order_details"), reverse("order_authorities"), reverse("order_review")


def give_credit(applicant: Applicant, cents: int) -> None:
    """Put credit into the financial account."""
    at, key = timezone.now(), str(uuid.uuid4())
    ledger.grant_credit(applicant_id=applicant.pk, amount_cents=cents, reason="Test", actor="tests", at=at, key=key)


def raise_the_fee(cents: int) -> None:
    """Let another fee be in force from today on."""
    Fee.objects.create(
        code="CVS_STATUS_REPORT",
        effective_from=timezone.now().date() - timedelta(days=1),
        description="Status report",
        amount_cents=cents,
        basis="seed",
    )


def test_review_shows_everything_before_money_is_asked_for(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
):
    first, second = authorities(2)
    LicensingAuthority.objects.filter(pk=second.pk).update(special_instructions="Send form B first.")
    ready(client, first, second)

    with django_assert_max_num_queries(12):
        page = client.get(REVIEW).content.decode()

    assert "Ada Testperson4821375" in page
    assert "0-482-137-5" in page
    assert "January 1, 1990" in page
    assert "Test College of Medicine, 2015" in page
    assert first.name in page
    assert "Send form B first." in page
    assert "You are not certified today" in page
    assert "Each report will say “Certified: No”" in page
    assert "$132.00" in page
    assert ">Pay $132.00</button>" in page


def test_only_the_review_page_may_lead_to_the_payment_provider(client: Client, stripe_double: StripeDoubleProcess):
    ready(client)

    review = client.get(REVIEW).headers["Content-Security-Policy"]
    other = client.get(AUTHORITIES).headers["Content-Security-Policy"]

    assert f"form-action 'self' {stripe_double.base_url};" in f"{review};"
    assert "form-action 'self';" in f"{other};"


def test_pay_leads_to_the_payment_page(client: Client, stripe_double: StripeDoubleProcess, enqueued: list[WakeUp]):
    applicant = ready(client, *authorities(2))

    answer = client.post(REVIEW, agreed(13200))

    payment = Payment.objects.get()
    request = ReportRequest.objects.first()
    assert answer.status_code == 303
    assert answer.headers["Location"] == payment.session_url
    assert answer.headers["Location"].startswith(stripe_double.base_url)
    assert (payment.total_cents, payment.due_cents, payment.state) == (13200, 13200, PaymentState.OPEN)
    assert request is not None
    assert request.contact == applicant.contacts.get()
    assert request.consented_at is not None
    assert request.knows_not_certified_at is not None
    assert enqueued == []


def test_details_must_be_confirmed_again_for_the_next_order(client: Client, stripe_double: StripeDoubleProcess):
    ready(client)
    client.post(REVIEW, agreed(6600))

    assert "order_contact" not in client.session


def test_double_submit_opens_one_payment(client: Client, stripe_double: StripeDoubleProcess):
    ready(client)

    first = client.post(REVIEW, agreed(6600))
    second = client.post(REVIEW, agreed(6600))

    assert first.headers["Location"] == second.headers["Location"]
    assert Payment.objects.count() == 1
    assert len(stripe_double.control.requests("/v1/checkout/sessions")) == 1


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        ("consent", "Confirm that we may release your certification status"),
        ("knows_not_certified", "Confirm that you want to send a report that says you are not certified"),
    ],
)
def test_missing_agreement_is_asked_for(client: Client, left_out: str, said: str, enqueued: list[WakeUp]):
    ready(client)

    with nothing_happens(enqueued):
        page = client.post(REVIEW, agreed(6600, **{left_out: ""})).content.decode()

    assert f'<a href="#id_{left_out}">{said}</a>' in page
    assert page.count(said) == 2
    assert "<title>Error: " in page


def test_certified_person_is_not_asked_about_being_not_certified(client: Client):
    CertificateFactory(applicant=ready(client), number="C-0931-447", issued_on=date(2020, 6, 1))

    page = client.get(REVIEW).content.decode()

    assert "You are certified today" in page
    assert "knows_not_certified" not in page


@pytest.mark.parametrize("sent", ["1", "0", "-6600", "6600.00", "", "free"])
def test_tampered_price_is_refused(client: Client, sent: str, enqueued: list[WakeUp]):
    ready(client)

    with nothing_happens(enqueued):
        answer = client.post(REVIEW, {**agreed(6600), "total_cents": sent})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "The total is now $66.00. Check it and continue again" in page
    assert 'name="total_cents" id="id_total_cents" value="6600"' in page


def test_a_price_in_the_address_is_not_read(client: Client, stripe_double: StripeDoubleProcess):
    ready(client)

    answer = client.post(f"{REVIEW}?total_cents=1&consent=on&knows_not_certified=on", agreed(6600))

    assert answer.status_code == 303
    assert (Payment.objects.get().total_cents, Payment.objects.get().due_cents) == (6600, 6600)


def test_agreement_in_the_address_is_none(client: Client, enqueued: list[WakeUp]):
    ready(client)

    with nothing_happens(enqueued):
        answer = client.post(f"{REVIEW}?consent=on", agreed(6600, consent=""))

    assert "Confirm that we may release your certification status" in answer.content.decode()


@pytest.mark.parametrize("sent", [["6600", "1"], ["1", "6600"]])
def test_two_prices_in_one_form_never_charge_another_than_the_computed_one(
    client: Client, stripe_double: StripeDoubleProcess, sent: list[str]
):
    ready(client)

    answer = client.post(REVIEW, {**agreed(6600), "total_cents": sent})

    # The last one counts; whatever it is, it is compared with what we compute, and never charged itself.
    assert answer.status_code == (303 if sent[-1] == "6600" else 200)
    assert [payment.total_cents for payment in Payment.objects.all()] == ([6600] if sent[-1] == "6600" else [])


def test_price_that_changed_since_chosen_is_shown_and_agreed_to_again(
    client: Client, stripe_double: StripeDoubleProcess, enqueued: list[WakeUp]
):
    (authority,) = authorities(1)
    ready(client, authority)
    raise_the_fee(7000)

    with nothing_happens(enqueued):
        refused = client.post(REVIEW, agreed(6600)).content.decode()
    accepted = client.post(REVIEW, agreed(7000))

    assert f"Status report, {authority.name}: $66.00 before, $70.00 now" in refused
    assert "The total is now $70.00. Check it and continue again" in refused
    assert accepted.status_code == 303
    assert Payment.objects.get().total_cents == 7000


def test_tampered_recipient_changes_nothing(client: Client, stripe_double: StripeDoubleProcess):
    first, second = authorities(2)
    ready(client, first)

    client.post(REVIEW, agreed(6600, authority=second.code, email="somebody@else.example"))

    request = ReportRequest.objects.get()
    assert request.authority == first
    assert request.state == RequestState.PAYMENT_PENDING


def test_authority_that_closed_meanwhile_is_refused(client: Client, enqueued: list[WakeUp]):
    first, second = authorities(2)
    ready(client, first, second)
    LicensingAuthority.objects.filter(pk=first.pk).update(closed_on=date(2026, 1, 1))

    with nothing_happens(enqueued):
        page = client.post(REVIEW, agreed(13200)).content.decode()

    assert f"{first.name} cannot receive reports. Choose another licensing authority, or remove it" in page


def test_details_that_changed_since_confirmed_are_confirmed_again(client: Client, enqueued: list[WakeUp]):
    applicant = ready(client)
    values = ContactValues(phone="+1 215 555 0101", line1="2 Road", city="Lagos", country="NG")
    update_contact(applicant=applicant, values=values, at=timezone.now(), actor="tests")

    with nothing_happens(enqueued):
        answer = client.post(REVIEW, agreed(6600))

    assert answer.headers["Location"] == DETAILS


def test_another_report_to_the_same_authority_needs_a_yes(
    client: Client, stripe_double: StripeDoubleProcess, enqueued: list[WakeUp]
):
    (authority,) = authorities(1)
    applicant = physician(client)
    pay_with_credit(applicant, [authority])
    confirm_details(client, applicant)
    choose(client, authority)

    with nothing_happens(enqueued):
        refused = client.post(REVIEW, agreed(6600)).content.decode()
    accepted = client.post(REVIEW, agreed(6600, accepts_repeats="on"))

    assert "Confirm that you want to send another report to the same authority" in refused
    assert "A report is still on its way" in refused
    assert accepted.status_code == 303


def test_credit_is_offered_and_the_button_stays_true(client: Client, stripe_double: StripeDoubleProcess):
    give_credit(ready(client), 2000)

    page = client.get(REVIEW).content.decode()
    client.post(REVIEW, agreed(6600, use_credit="on"))

    payment = Payment.objects.get()
    assert "Use my account credit, $20.00" in page
    assert ">Continue to payment</button>" in page
    assert (payment.credit_cents, payment.due_cents) == (2000, 4600)


def test_declined_credit_is_left_alone(client: Client, stripe_double: StripeDoubleProcess):
    applicant = ready(client)
    give_credit(applicant, 2000)

    client.post(REVIEW, agreed(6600))

    assert Payment.objects.get().due_cents == 6600
    assert ledger.credit_balance(applicant.pk) == 2000


def test_credit_that_covers_all_places_the_order_without_a_payment_page(client: Client):
    give_credit(ready(client), 6600)

    page = client.get(REVIEW).content.decode()
    answer = client.post(REVIEW, agreed(6600, use_credit="on"))

    order = Order.objects.get()
    assert ">Place order</button>" in page
    assert answer.headers["Location"] == reverse("order_confirmation", args=[order.reference])
    assert order.state == OrderState.PAID


def test_payment_under_way_can_be_continued_or_canceled(client: Client, stripe_double: StripeDoubleProcess):
    ready(client)
    client.post(REVIEW, agreed(6600))
    payment = Payment.objects.get()

    page = client.get(REVIEW)
    again = client.post(REVIEW)

    assert "Your payment is not finished" in page.content.decode()
    assert reverse("payment_cancel", args=[payment.pk]) in page.content.decode()
    assert stripe_double.base_url in page.headers["Content-Security-Policy"]
    assert again.headers["Location"] == payment.session_url


@pytest.mark.parametrize("address", [DETAILS, AUTHORITIES])
def test_order_with_a_payment_under_way_cannot_be_changed(
    client: Client, stripe_double: StripeDoubleProcess, address: str
):
    (authority,) = authorities(1)
    ready(client, authority)
    client.post(REVIEW, agreed(6600))

    shown = client.get(address)
    sent = client.post(address, {"authority": "OTHER", "continue": "1"})

    assert shown.headers["Location"] == sent.headers["Location"] == REVIEW
    assert ReportRequest.objects.get().authority == authority


def test_payment_provider_that_does_not_answer_keeps_the_order(client: Client, stripe_double: StripeDoubleProcess):
    stripe_double.control.fault("500", times=9)
    ready(client)

    answer = client.post(REVIEW, agreed(6600))

    page, order = answer.content.decode(), Order.objects.get()
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "120"
    assert "Payments are paused" in page
    assert f'Your order <span class="ref">{order.reference}</span> is kept, and you have not been charged.' in page
    assert order.state == OrderState.PAYMENT_PENDING
