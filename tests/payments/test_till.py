"""The till: services sold through the one order of a person, by card, by credit, by bank, and not at all."""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants import purchases
from applicants.models import Applicant
from applicants.purchases import LineStanding, Purchase, PurchaseRefusedError, Settled
from payments.models import Fee, LedgerAccount, Order, OrderLine, Payment
from payments.services import ledger, sweeps, sync
from payments.states import OrderState
from portal.models import InboxMessage
from sandbox.stripe_double.process import StripeDoubleProcess
from tests.cvs.pages import agreed, authorities, nothing_happens, physician, ready
from tests.support.wake_ups import WakeUp

pytestmark = pytest.mark.django_db(transaction=True)

CODE, PRICE, THING = "TEST_SERVICE", 16000, "Test service"
REVIEW = reverse("order_review")
DECLINED, BAD_ACCOUNT = "4000000000000002", "000222222227"


@dataclass
class Seller:
    """Remembers what it was told; refuses with `refusal` when that is set."""

    refusal: str = ""
    placed: list[Purchase] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)

    def place(self, purchase: Purchase) -> None:
        if self.refusal:
            raise PurchaseRefusedError(self.refusal)
        self.placed.append(purchase)

    def settle(self, settled: Settled) -> None:
        self.settled.append(settled)


@pytest.fixture
def seller() -> Iterator[Seller]:
    """A seller of the test service, for one test."""
    one = Seller()
    purchases.when_placed(CODE, one.place)
    purchases.when_settled(CODE, one.settle)
    Fee.objects.create(
        code=CODE, description=THING, amount_cents=PRICE, effective_from=date(2022, 1, 1), basis="source"
    )
    yield one
    purchases.forget(CODE)


def buy(applicant: Applicant, description: str = THING) -> int:
    return purchases.till().add_to_order(
        applicant=applicant, fee_code=CODE, description=description, at=timezone.now(), actor="tests"
    )


def pay_page(client: Client, total: int = PRICE, **ticks: str):
    return client.post(REVIEW, {"total_cents": str(total), **ticks})


def current_entry(page: str) -> str:
    """The entry of the menu that is marked as the one this page belongs to."""
    (entry,) = re.findall(r'aria-current="page">(\w[\w ]*)</a>', page)
    return str(entry)


def standing(line: int) -> LineStanding:
    return purchases.till().standing(line)


def test_price_is_that_of_the_day(seller: Seller):
    Fee.objects.create(code=CODE, description=THING, amount_cents=1, effective_from=date(2030, 1, 1), basis="source")

    assert purchases.till().price(CODE, date(2029, 12, 31)) == PRICE
    assert purchases.till().price(CODE, date(2030, 1, 1)) == 1
    with pytest.raises(purchases.NoPriceError):
        purchases.till().price(CODE, date(2021, 12, 31))


def test_same_thing_twice_is_one_line_and_other_words_are_another(client: Client, seller: Seller):
    applicant = physician(client)

    assert buy(applicant) == buy(applicant)
    assert buy(applicant, "Another") != buy(applicant)
    assert Order.objects.count() == 1


def test_paid_by_card(client: Client, seller: Seller, stripe_double: StripeDoubleProcess):
    line = buy(physician(client))
    page = client.get(REVIEW).content.decode()
    assert THING in page
    assert ">Pay $160.00</button>" in page
    assert "certification status" not in page

    answer = pay_page(client)
    payment = Payment.objects.get()
    assert answer["Location"] == payment.session_url
    assert payment.params["line_items"][0]["price_data"]["product_data"] == {"name": "Certification services"}
    assert (standing(line), seller.settled) == (LineStanding.UNDER_WAY, [])
    stripe_double.control.pay(str(payment.session_id))
    sync.sync(payment.pk)

    assert standing(line) == LineStanding.PAID
    assert [(told.line_id, told.paid) for told in seller.settled] == [(line, True)]
    confirmation = client.get(reverse("order_confirmation", args=[payment.order.reference])).content.decode()
    assert "Payment received" in confirmation
    assert THING in confirmation
    receipt = client.get(reverse("receipt", args=[payment.order.reference])).content.decode()
    for shown in (page, confirmation, receipt):
        assert current_entry(shown) == "Dashboard"
    assert "Track this order" not in receipt
    assert "report" not in InboxMessage.objects.get(kind="payment_received").text
    assert client.get(reverse("order_tracking", args=[payment.order.reference]))["Location"].endswith("/confirmation/")


def test_paid_by_credit_in_one_order_with_a_report(client: Client, seller: Seller):
    applicant = ready(client)
    line = buy(applicant)
    ledger.grant_credit(
        applicant_id=applicant.pk,
        amount_cents=PRICE + 6600,
        reason="Test",
        actor="tests",
        at=timezone.now(),
        key=str(uuid.uuid4()),
    )
    page = client.get(REVIEW).content.decode()
    assert current_entry(page) == "Status reports"
    assert "Each report will say" in page
    assert THING in page

    client.post(REVIEW, agreed(PRICE + 6600, use_credit="on"))

    order = Order.objects.get()
    assert (order.state, standing(line)) == (OrderState.PAID, LineStanding.PAID)
    assert [told.paid for told in seller.settled] == [True]
    assert ledger.credit_balance(applicant.pk) == 0
    purchases.till().earn(line_id=line, at=timezone.now(), actor="tests")
    purchases.till().earn(line_id=line, at=timezone.now(), actor="tests")
    assert LedgerAccount.objects.get(name=ledger.REVENUE).balance_cents == PRICE


def test_a_declined_card_pays_nothing_and_giving_up_frees_the_line(
    client: Client, seller: Seller, stripe_double: StripeDoubleProcess
):
    line = buy(physician(client))
    pay_page(client)
    payment = Payment.objects.get()
    stripe_double.control.pay(str(payment.session_id), card=DECLINED)
    sync.sync(payment.pk)
    assert (standing(line), seller.settled) == (LineStanding.UNDER_WAY, [])
    with pytest.raises(purchases.PaymentUnderWayError):
        purchases.till().remove_from_order(line_id=line, at=timezone.now())

    client.post(reverse("payment_cancel", args=[payment.pk]))

    assert [told.paid for told in seller.settled] == [False]
    assert standing(line) == LineStanding.WAITING
    assert "The order is not paid" in client.get(REVIEW).content.decode()


def test_a_bank_debit_that_fails_is_unpaid_again(client: Client, seller: Seller, stripe_double: StripeDoubleProcess):
    line = buy(physician(client))
    pay_page(client)
    payment = Payment.objects.get()
    stripe_double.control.pay(str(payment.session_id), bank=BAD_ACCOUNT)
    sync.sync(payment.pk)
    payment.refresh_from_db()
    page = client.get(reverse("order_confirmation", args=[payment.order.reference])).content.decode()
    assert "Your bank payment is on its way" in page
    assert (standing(line), seller.settled) == (LineStanding.UNDER_WAY, [])

    stripe_double.control.end_debit(str(payment.payment_intent_id))
    sync.sync(payment.pk)

    assert [told.paid for told in seller.settled] == [False]
    assert standing(line) == LineStanding.WAITING


def test_what_the_seller_refuses_is_not_paid(client: Client, seller: Seller, enqueued: list[WakeUp]):
    buy(physician(client))
    seller.refusal = "This cannot be bought any more"

    with nothing_happens(enqueued):
        answer = pay_page(client)

    assert "This cannot be bought any more" in answer.content.decode()


def test_another_total_is_not_paid(client: Client, seller: Seller, enqueued: list[WakeUp]):
    buy(physician(client))

    with nothing_happens(enqueued):
        answer = pay_page(client, total=1)

    assert "The total is now $160.00" in answer.content.decode()


def test_a_service_is_removed_by_its_owner_only(client: Client, seller: Seller):
    owner = physician(client)
    line = buy(owner)
    address = reverse("order_line_remove", args=[line])
    stranger = Client()
    physician(stranger, 4821376)

    assert stranger.post(address).status_code == 404
    assert client.get(address).status_code == 405
    assert OrderLine.objects.count() == 1
    client.post(address)

    assert standing(line) == LineStanding.GONE
    assert seller.placed == []


def test_removing_every_report_keeps_what_else_is_in_the_order(client: Client, seller: Seller):
    line = buy(ready(client, *authorities(1)))

    client.post(reverse("order_authorities"), {"remove": "TEST-1", "authority": "TEST-1"})

    assert standing(line) == LineStanding.WAITING
    assert sweeps.sweep_payments(timezone.now()) == 0
