"""From Pay to the open page, with the real Stripe double."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections, transaction

from payments import gateway, invariants
from payments.models import LedgerTransaction, Order, Payment
from payments.services import checkout, ledger, orders, sync
from payments.states import OrderState, PaymentState
from sandbox.stripe_double.process import StripeDoubleProcess
from tests.factories.payments import FEE_CENTS, basket_of, credit_for
from tests.payments import scenes

pytestmark = pytest.mark.django_db(transaction=True)


def test_opening_sends_ids_and_amount_and_nothing_personal(stripe_double: StripeDoubleProcess):
    payment = scenes.opened(FEE_CENTS, FEE_CENTS)

    request = next(one for one in stripe_double.control.requests("checkout/sessions") if one["method"] == "POST")
    assert payment.state == PaymentState.OPEN
    assert payment.session_url.startswith(stripe_double.base_url)
    assert payment.params["line_items"][0]["price_data"]["unit_amount"] == 13200
    assert payment.params["success_url"] == f"http://127.0.0.1:8000/payments/{payment.pk}/return/"
    sent = str(request)
    assert f"payment-{payment.pk}" in sent
    for personal in ("Mensah", "Kofi", payment.applicant.identification_number, payment.applicant.user.email):
        assert personal not in sent


def test_pay_twice_opens_one_session(stripe_double: StripeDoubleProcess):
    first = scenes.opened()

    second = scenes.begin(Order.objects.get())
    address = checkout.open_session(second.pk)

    assert second.pk == first.pk
    assert address == first.session_url
    assert stripe_double.control.state()["counts"]["checkout.session"] == 1


def test_parallel_pay_makes_one_payment(stripe_double: StripeDoubleProcess):
    with transaction.atomic():
        order = basket_of()

    def pay(_: int) -> str:
        try:
            return checkout.open_session(scenes.begin(Order.objects.get(pk=order.pk)).pk)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        addresses = list(pool.map(pay, range(8)))

    assert Payment.objects.count() == 1
    assert set(addresses) == {Payment.objects.get().session_url}
    assert stripe_double.control.state()["counts"]["checkout.session"] == 1


def test_twenty_spenders_of_credit_for_five_pay_exactly_five_lines(enqueued):
    with transaction.atomic():
        basket = basket_of(FEE_CENTS)
        owner = basket.applicant
        credit_for(owner, 5 * FEE_CENTS)
        orders.move_order(basket, OrderState.EXPIRED, at=basket.created_at, actor="test")

    def spend(number: int) -> int:
        try:
            with transaction.atomic():
                order = Order.objects.create(
                    applicant=owner,
                    reference=f"CV-T-{number}",
                    # The state of a paid order leaves room for the next basket, so twenty can exist at once.
                    state=OrderState.EXPIRED,
                    created_at=basket.created_at,
                    touched_at=basket.created_at,
                )
                payment = Payment.objects.create(
                    order=order,
                    applicant=owner,
                    total_cents=FEE_CENTS,
                    credit_cents=FEE_CENTS,
                    due_cents=0,
                    created_at=basket.created_at,
                    expires_at=basket.created_at,
                )
                ledger.hold_credit(payment, at=basket.created_at, actor="test")
        except ledger.NotEnoughCreditError:
            return 0
        else:
            return 1
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        spent = sum(pool.map(spend, range(20)))

    assert spent == 5
    assert scenes.balances() == {"hold": 5 * FEE_CENTS, "promo_expense": -5 * FEE_CENTS}
    assert LedgerTransaction.objects.filter(key__endswith=":hold").count() == 5


def test_credit_that_pays_all_settles_at_once_and_never_contacts_stripe(stripe_double: StripeDoubleProcess):
    payment = scenes.pending(FEE_CENTS, credit_cents=FEE_CENTS)

    payment = scenes.fresh(payment)
    assert (payment.state, payment.due_cents, payment.credit_cents) == (PaymentState.PAID, 0, FEE_CENTS)
    assert payment.order.state == OrderState.PAID
    assert payment.receipt_number is not None
    assert payment.receipt_number.startswith("R-")
    assert scenes.balances() == {"deferred_revenue": FEE_CENTS, "promo_expense": -FEE_CENTS}
    assert stripe_double.control.requests() == []
    assert scenes.mails() == ["payment_received"]
    assert invariants.check() == []


def test_credit_pays_a_part_and_is_given_back_when_the_page_is_canceled(stripe_double: StripeDoubleProcess):
    payment = scenes.opened(FEE_CENTS, credit_cents=5000)
    assert (payment.credit_cents, payment.due_cents) == (5000, 1600)
    assert scenes.balances() == {"hold": 5000, "promo_expense": -5000}

    state = checkout.cancel(payment_id=payment.pk, at=payment.created_at, actor="test")

    assert state == PaymentState.CANCELED
    assert scenes.balances() == {"wallet": 5000, "promo_expense": -5000}
    assert scenes.fresh(payment).order.state == OrderState.BASKET
    assert gateway.read(scenes.session_of(payment)).session_status == "expired"
    assert invariants.check() == []


def test_an_order_can_be_changed_and_paid_anew_after_cancel(stripe_double: StripeDoubleProcess):
    first = scenes.opened()
    checkout.cancel(payment_id=first.pk, at=first.created_at, actor="test")

    second = scenes.begin(Order.objects.get())
    checkout.open_session(second.pk)

    assert second.pk != first.pk
    assert stripe_double.control.state()["counts"]["checkout.session"] == 2


def test_a_paid_payment_cannot_be_canceled(stripe_double: StripeDoubleProcess):
    payment = scenes.opened()
    stripe_double.control.pay(scenes.session_of(payment))
    sync.sync(payment.pk)

    with pytest.raises(checkout.CannotCancelError):
        checkout.cancel(payment_id=payment.pk, at=payment.created_at, actor="test")

    assert scenes.fresh(payment).state == PaymentState.PAID
    assert scenes.fresh(payment).cancel_requested_at is None


def test_a_paid_order_is_not_paid_again(stripe_double: StripeDoubleProcess):
    payment = scenes.pending(FEE_CENTS, credit_cents=FEE_CENTS)

    with pytest.raises(orders.OrderNotEditableError):
        scenes.begin(Order.objects.get(pk=payment.order_id))

    assert Payment.objects.count() == 1


def test_an_empty_order_cannot_be_paid():
    with transaction.atomic():
        order = basket_of()
        orders.remove_line(line=order.lines.get(), at=order.created_at)

    with pytest.raises(checkout.NothingToPayError):
        scenes.begin(order)

    assert not Payment.objects.exists()


def test_stripe_is_never_called_inside_a_transaction(stripe_double: StripeDoubleProcess):
    payment = scenes.pending()

    with pytest.raises(gateway.NetworkInsideTransactionError), transaction.atomic():
        gateway.create_session(payment.params, key="any")

    assert stripe_double.control.requests() == []


@pytest.mark.parametrize("host", ["another", "one that begins alike"])
def test_nobody_is_led_to_a_payment_page_on_another_host(stripe_double: StripeDoubleProcess, settings, host: str):
    payment = scenes.pending()
    theirs = stripe_double.base_url
    settings.CHECKOUT_ORIGIN = "https://checkout.stripe.com" if host == "another" else theirs[:-1]

    for _ in range(2):
        with pytest.raises(checkout.CheckoutUnavailableError):
            checkout.open_session(payment.pk)

    kept = scenes.fresh(payment)
    assert (kept.state, kept.session_url, kept.session_id) == (PaymentState.CREATED, "", None)
    assert kept.next_sync_at is not None
    assert kept.order.state == OrderState.PAYMENT_PENDING
    assert scenes.mails() == ["staff_alert"]
    settings.CHECKOUT_ORIGIN = theirs
    assert checkout.open_session(payment.pk).startswith(f"{theirs}/")
