"""Faults 2 to 17 of the fault table that concern payments, made with the real Stripe double."""

import random
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from payments import gateway, invariants
from payments.models import Order, Payment, Refund, StripeEvent
from payments.services import checkout, ledger, orders, sweeps, sync, webhooks
from payments.states import OrderState, PaymentState, RefundState
from sandbox.stripe_double.process import StripeDoubleProcess
from tests.factories.payments import FEE_CENTS
from tests.payments import scenes

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def impatient(settings) -> None:
    """One try and a second's wait, so that faults show at once."""
    settings.STRIPE_MAX_NETWORK_RETRIES = 0
    settings.STRIPE_TIMEOUT_SECONDS = (1, 1)


def later(**time: int):
    return timezone.now() + timedelta(**time)


def test_a_lost_answer_to_create_still_opens_one_session(stripe_double: StripeDoubleProcess):
    payment = scenes.pending()
    stripe_double.control.fault("lost_reply", path="/v1/checkout/sessions")

    with pytest.raises(checkout.CheckoutUnavailableError):
        checkout.open_session(payment.pk)
    assert scenes.fresh(payment).state == PaymentState.CREATED
    done = sweeps.sweep_payments(later(hours=1))

    assert done == 1
    assert scenes.fresh(payment).state == PaymentState.OPEN
    assert stripe_double.control.state()["counts"]["checkout.session"] == 1


@pytest.mark.parametrize("fault", ["500", "429", "hang", "reset"])
def test_while_stripe_is_down_the_order_is_kept_and_opened_later(stripe_double: StripeDoubleProcess, fault):
    payment = scenes.pending()
    stripe_double.control.fault(fault)

    with pytest.raises(checkout.CheckoutUnavailableError):
        checkout.open_session(payment.pk)

    kept = scenes.fresh(payment)
    assert (kept.state, kept.order.state) == (PaymentState.CREATED, OrderState.PAYMENT_PENDING)
    assert kept.next_sync_at is not None
    assert checkout.open_session(payment.pk).startswith(stripe_double.base_url)


def test_after_twenty_hours_without_an_answer_the_order_is_free_again(stripe_double: StripeDoubleProcess):
    payment = scenes.pending(FEE_CENTS, credit_cents=1000)
    Payment.objects.update(created_at=later(hours=-21))

    sweeps.sweep_payments(later(hours=1))

    payment = scenes.fresh(payment)
    assert (payment.state, payment.order.state) == (PaymentState.FAILED, OrderState.BASKET)
    assert scenes.balances() == {"wallet": 1000, "promo_expense": -1000}
    assert scenes.mails() == ["staff_alert"]
    assert stripe_double.control.requests() == []


def test_a_refusal_of_stripe_frees_the_order_and_alerts(stripe_double: StripeDoubleProcess):
    payment = scenes.pending()
    Payment.objects.update(params=payment.params | {"mode": "no such mode"})

    with pytest.raises(checkout.CheckoutRefusedError):
        checkout.open_session(payment.pk)

    payment = scenes.fresh(payment)
    assert (payment.state, payment.order.state) == (PaymentState.FAILED, OrderState.BASKET)
    assert scenes.mails() == ["staff_alert"]
    assert "checkout.session" not in stripe_double.control.state()["counts"]


def test_a_declined_card_leaves_the_page_open_with_the_reason(stripe_double: StripeDoubleProcess):
    payment = scenes.opened()
    stripe_double.control.pay(scenes.session_of(payment), card="4000000000000002")

    state = sync.sync(payment.pk)

    assert state == PaymentState.OPEN
    assert "declined" in scenes.fresh(payment).decline
    stripe_double.control.pay(scenes.session_of(payment), card="5555555555554444")
    assert sync.sync(payment.pk) == PaymentState.PAID


def test_an_abandoned_page_expires_and_gives_the_credit_back(stripe_double: StripeDoubleProcess):
    payment = scenes.opened(FEE_CENTS, credit_cents=1000)
    stripe_double.control.move_clock(61 * 60)

    sweeps.sweep_payments(later(minutes=61))

    payment = scenes.fresh(payment)
    assert (payment.state, payment.order.state) == (PaymentState.EXPIRED, OrderState.BASKET)
    assert scenes.mails() == ["payment_not_completed"]
    assert scenes.balances() == {"wallet": 1000, "promo_expense": -1000}
    assert invariants.check() == []


def test_a_closed_browser_is_paid_by_the_sweep_without_any_webhook(stripe_double: StripeDoubleProcess):
    payment = scenes.opened()
    stripe_double.control.pay(scenes.session_of(payment))

    early = sweeps.sweep_payments(timezone.now())
    done = sweeps.sweep_payments(later(minutes=6))

    assert (early, done) == (0, 1)
    assert scenes.fresh(payment).state == PaymentState.PAID
    assert not StripeEvent.objects.exists()


def test_missed_events_are_fetched_once_and_processed(stripe_double: StripeDoubleProcess):
    payment = scenes.opened()
    stripe_double.control.pay(scenes.session_of(payment))

    first = sweeps.fetch_missed_events(timezone.now())
    again = sweeps.fetch_missed_events(timezone.now())
    done = sweeps.sweep_events(later(seconds=1))

    assert first == done > 0
    assert again == 0
    assert not StripeEvent.objects.filter(processed_at__isnull=True).exists()
    assert scenes.fresh(payment).state == PaymentState.PAID


def test_an_event_waits_while_stripe_does_not_answer(stripe_double: StripeDoubleProcess):
    payment = scenes.opened()
    stripe_double.control.pay(scenes.session_of(payment))
    webhooks.receive(*scenes.signed(scenes.event(payment)), at=timezone.now())
    stripe_double.control.fault("500")

    assert webhooks.process("evt_1") is False
    waiting = StripeEvent.objects.get()

    assert (waiting.processed_at, waiting.attempts) == (None, 1)
    assert sweeps.sweep_events(later(hours=1)) == 1
    assert scenes.fresh(payment).state == PaymentState.PAID


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_any_order_and_repetition_of_events_gives_the_same_row(stripe_double: StripeDoubleProcess, seed: int):
    payment = scenes.opened(FEE_CENTS, credit_cents=1000)
    stripe_double.control.pay(scenes.session_of(payment), card="4000000000000002")
    stripe_double.control.pay(scenes.session_of(payment))
    hints = scenes.all_events() * 3
    random.Random(seed).shuffle(hints)

    for hint in hints:
        with transaction.atomic():
            webhooks.store([hint], at=timezone.now())
        webhooks.process(hint.event_id)

    assert StripeEvent.objects.count() == len(hints) // 3
    assert scenes.fresh(payment).state == PaymentState.PAID
    assert scenes.mails() == ["payment_received"]
    assert scenes.balances()["deferred_revenue"] == FEE_CENTS
    assert invariants.check() == []


@pytest.mark.parametrize("what", ["amount", "currency"])
def test_a_payment_that_differs_is_reviewed_and_funds_nothing(stripe_double: StripeDoubleProcess, what: str):
    payment = scenes.opened(FEE_CENTS, credit_cents=1000)
    session = scenes.session_of(payment)
    stripe_double.control.pay(session)
    if what == "amount":
        stripe_double.control.edit_amount(session, 1)
    else:
        stripe_double.control.edit_currency(session, "eur")

    states = [sync.sync(payment.pk), sync.sync(payment.pk)]

    payment = scenes.fresh(payment)
    assert states == [PaymentState.REVIEW] * 2
    assert payment.order.state == OrderState.PAYMENT_PENDING
    assert not payment.order.lines.filter(paid_by__isnull=False).exists()
    assert scenes.balances() == {"hold": 1000, "promo_expense": -1000}
    assert scenes.mail_counts() == {"payment_under_review": 1, "staff_alert": 1}
    assert invariants.check() == []


def test_a_bank_debit_that_fails_frees_the_order_for_another_payment(stripe_double: StripeDoubleProcess):
    payment = scenes.debited(stripe_double, scenes.BAD_BANK_ACCOUNT)
    stripe_double.control.fail_debit(scenes.intent_of(payment))

    state = sync.sync(payment.pk)

    payment = scenes.fresh(payment)
    assert (state, payment.order.state) == (PaymentState.FAILED, OrderState.BASKET)
    assert scenes.mails() == ["bank_payment_on_its_way", "bank_payment_failed"]
    second = scenes.begin(payment.order)
    checkout.open_session(second.pk)
    stripe_double.control.pay(scenes.session_of(second))
    assert sync.sync(second.pk) == PaymentState.PAID
    assert invariants.check() == []


def test_canceling_while_a_debit_runs_refunds_it_when_it_arrives(stripe_double: StripeDoubleProcess):
    payment = scenes.debited(stripe_double)

    state = checkout.cancel(payment_id=payment.pk, at=timezone.now(), actor="test")
    assert (state, Refund.objects.count()) == (PaymentState.PROCESSING, 0)
    stripe_double.control.settle_debit(scenes.intent_of(payment))
    sync.sync(payment.pk)
    sweeps.sweep_refunds(later(seconds=1))

    payment = scenes.fresh(payment)
    refund = Refund.objects.get()
    assert (payment.state, payment.order.state, payment.receipt_number) == (PaymentState.PAID, OrderState.BASKET, None)
    assert (refund.key, refund.amount_cents) == (f"cancel-{payment.pk}", FEE_CENTS)
    assert refund.state in {RefundState.PENDING, RefundState.SUCCEEDED}
    assert "payment_received" not in scenes.mails()
    assert scenes.mail_counts()["refund_made"] == 1
    assert sync.sync(payment.pk) == PaymentState.PAID
    assert invariants.check() == []


def test_canceling_without_an_answer_is_finished_by_the_sweep(stripe_double: StripeDoubleProcess):
    payment = scenes.opened()
    stripe_double.control.fault("500")

    with pytest.raises(checkout.CheckoutUnavailableError):
        checkout.cancel(payment_id=payment.pk, at=timezone.now(), actor="test")
    assert scenes.fresh(payment).state == PaymentState.OPEN
    sweeps.sweep_payments(later(hours=1))

    payment = scenes.fresh(payment)
    assert (payment.state, payment.order.state) == (PaymentState.CANCELED, OrderState.BASKET)


def test_canceling_a_payment_whose_page_was_never_reached_closes_it(stripe_double: StripeDoubleProcess):
    payment = scenes.pending()

    state = checkout.cancel(payment_id=payment.pk, at=timezone.now(), actor="test")

    assert state == PaymentState.CANCELED
    assert gateway.read(scenes.session_of(payment)).session_status == "expired"


def test_canceling_a_page_that_was_just_paid_pays_the_order(stripe_double: StripeDoubleProcess):
    payment = scenes.opened()
    stripe_double.control.pay(scenes.session_of(payment))

    state = checkout.cancel(payment_id=payment.pk, at=timezone.now(), actor="test")

    assert state == PaymentState.PAID
    assert scenes.fresh(payment).order.state == OrderState.PAID
    assert not Refund.objects.exists()


def expired(stripe_double: StripeDoubleProcess, *prices: int, credit_cents: int = 0) -> Payment:
    """A payment that expired, and is then paid all the same: a lost race at Stripe."""
    payment = scenes.opened(*prices, credit_cents=credit_cents)
    stripe_double.control.move_clock(61 * 60)
    assert sync.sync(payment.pk) == PaymentState.EXPIRED
    stripe_double.control.pay(scenes.session_of(payment), force=True)
    return scenes.fresh(payment)


def test_money_after_expiry_pays_the_order_that_still_wants_it(stripe_double: StripeDoubleProcess):
    payment = expired(stripe_double, FEE_CENTS, credit_cents=1000)

    state = sync.sync(payment.pk)

    assert state == PaymentState.PAID
    assert scenes.fresh(payment).order.state == OrderState.PAID
    assert scenes.balances()["deferred_revenue"] == FEE_CENTS
    assert not Refund.objects.exists()
    assert invariants.check() == []


def test_money_after_expiry_goes_back_when_the_order_changed(stripe_double: StripeDoubleProcess):
    payment = expired(stripe_double)
    with transaction.atomic():
        orders.add_line(order=payment.order, fee_code="X", description="More", price_cents=100, at=timezone.now())

    sync.sync(payment.pk)
    sweeps.sweep_refunds(later(seconds=1))

    payment = scenes.fresh(payment)
    assert (payment.state, payment.order.state) == (PaymentState.PAID, OrderState.BASKET)
    assert (Refund.objects.get().key, Refund.objects.get().amount_cents) == (f"late-{payment.pk}", FEE_CENTS)
    assert scenes.mail_counts() == {"payment_not_completed": 1, "refund_made": 1, "staff_alert": 1}
    assert "deferred_revenue" not in scenes.balances()
    assert invariants.check() == []


def test_money_after_expiry_goes_back_when_its_credit_was_spent(stripe_double: StripeDoubleProcess):
    payment = expired(stripe_double, FEE_CENTS, credit_cents=1000)
    with transaction.atomic():
        entries = {f"wallet:{payment.applicant_id}": -1000, "revenue": 1000}
        ledger.post(key="spent", entries=entries, at=timezone.now(), actor="test", reason="Spent elsewhere")

    sync.sync(payment.pk)
    sweeps.sweep_refunds(later(seconds=1))

    assert scenes.fresh(payment).order.state == OrderState.BASKET
    assert Refund.objects.get().amount_cents == FEE_CENTS - 1000
    assert "deferred_revenue" not in scenes.balances()
    assert invariants.check() == []


def test_two_payments_of_one_order_fund_it_once_and_refund_the_other(stripe_double: StripeDoubleProcess):
    late = expired(stripe_double)
    stripe_double.control.move_clock(-61 * 60)
    second = scenes.begin(Order.objects.get())
    checkout.open_session(second.pk)
    stripe_double.control.pay(scenes.session_of(second))

    states = [sync.sync(second.pk), sync.sync(late.pk)]
    sweeps.sweep_refunds(later(seconds=1))

    order = Order.objects.get()
    assert states == [PaymentState.PAID] * 2
    assert order.state == OrderState.PAID
    assert order.lines.get().paid_by_id == second.pk
    assert Refund.objects.get().payment_id == late.pk
    counts = {"payment_not_completed": 1, "payment_received": 1, "refund_made": 1, "staff_alert": 1}
    assert scenes.mail_counts() == counts
    assert invariants.check() == []


def test_a_debit_that_goes_on_after_the_end_takes_the_order_again(stripe_double: StripeDoubleProcess):
    payment = scenes.opened(FEE_CENTS, credit_cents=1000)
    stripe_double.control.move_clock(61 * 60)
    sync.sync(payment.pk)
    stripe_double.control.pay(scenes.session_of(payment), bank=scenes.GOOD_BANK_ACCOUNT, force=True)

    state = sync.sync(payment.pk)

    payment = scenes.fresh(payment)
    assert (state, payment.order.state) == (PaymentState.PROCESSING, OrderState.PAYMENT_PENDING)
    assert scenes.balances() == {"hold": 1000, "promo_expense": -1000}
    assert scenes.mail_counts() == {"payment_not_completed": 1, "staff_alert": 1}
    assert invariants.check() == []
    stripe_double.control.settle_debit(scenes.intent_of(payment))
    assert sync.sync(payment.pk) == PaymentState.PAID
    assert scenes.fresh(payment).order.state == OrderState.PAID
    assert invariants.check() == []
