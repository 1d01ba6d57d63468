"""What a read of Stripe does to our rows, with the real Stripe double."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.utils import timezone

from payments import gateway, invariants
from payments.models import Payment, Refund
from payments.services import checkout, refunds, settlement, sweeps, sync
from payments.states import OrderState, PaymentState, RefundState
from portal.models import AuditEvent
from sandbox.stripe_double.process import StripeDoubleProcess
from tests.factories.payments import FEE_CENTS
from tests.payments import scenes

pytestmark = pytest.mark.django_db(transaction=True)


def test_card_payment_is_booked_once_with_its_fee(stripe_double: StripeDoubleProcess):
    payment = scenes.opened(FEE_CENTS, FEE_CENTS, credit_cents=5000)
    stripe_double.control.pay(scenes.session_of(payment), card="4242424242424242")

    states = [sync.sync(payment.pk) for _ in range(3)]

    payment = scenes.fresh(payment)
    found = scenes.balances()
    assert states == [PaymentState.PAID] * 3
    assert payment.order.state == OrderState.PAID
    assert payment.method_detail == "Visa ending 4242"
    assert found["deferred_revenue"] == 13200
    assert found["promo_expense"] == -5000
    assert found["stripe_clearing"] == -8200 - found["stripe_fees"]
    assert found["stripe_fees"] < 0
    assert "hold" not in found
    assert scenes.mails() == ["payment_received"]
    assert AuditEvent.objects.filter(event="payments.payment_paid").count() == 1
    assert invariants.check() == []


def test_parallel_syncs_fund_once(stripe_double: StripeDoubleProcess):
    payment = scenes.opened()
    stripe_double.control.pay(scenes.session_of(payment))

    def read(_: int) -> PaymentState:
        try:
            return sync.sync(payment.pk)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        states = list(pool.map(read, range(8)))

    assert set(states) == {PaymentState.PAID}
    assert scenes.mails() == ["payment_received"]
    assert scenes.balances()["deferred_revenue"] == FEE_CENTS
    assert invariants.check() == []


def test_bank_debit_is_processing_then_paid(stripe_double: StripeDoubleProcess):
    payment = scenes.debited(stripe_double)
    assert payment.order.state == OrderState.PAYMENT_PENDING

    stripe_double.control.settle_debit(scenes.intent_of(payment))

    assert sync.sync(payment.pk) == PaymentState.PAID
    assert scenes.fresh(payment).method == "us_bank_account"
    assert scenes.mails() == ["bank_payment_on_its_way", "payment_received"]


def test_a_fee_that_comes_late_is_booked_by_a_later_read(stripe_double: StripeDoubleProcess):
    stripe_double.control.set_late_fees()
    payment = scenes.opened()
    stripe_double.control.pay(scenes.session_of(payment))
    sync.sync(payment.pk)
    assert "stripe_fees" not in scenes.balances()
    assert scenes.fresh(payment).next_sync_at is not None

    stripe_double.control.book_fees()
    done = sweeps.sweep_payments(timezone.now() + timedelta(hours=2))

    assert done == 1
    assert scenes.balances()["stripe_fees"] < 0
    assert scenes.fresh(payment).next_sync_at is None


def test_a_dispute_sends_a_paid_payment_to_review_and_alerts_once(stripe_double: StripeDoubleProcess):
    payment = scenes.opened()
    stripe_double.control.pay(scenes.session_of(payment))
    sync.sync(payment.pk)

    stripe_double.control.open_dispute(scenes.intent_of(payment))
    states = [sync.sync(payment.pk), sync.sync(payment.pk)]

    payment = scenes.fresh(payment)
    assert states == [PaymentState.REVIEW] * 2
    assert payment.disputed
    assert payment.needs_attention == "The payment is disputed at the bank."
    assert payment.order.state == OrderState.PAID
    assert scenes.mail_counts() == {"payment_received": 1, "staff_alert": 1}


def test_a_refund_made_at_stripe_sends_a_paid_payment_to_review(stripe_double: StripeDoubleProcess):
    payment = scenes.opened()
    stripe_double.control.pay(scenes.session_of(payment))
    sync.sync(payment.pk)
    intent = scenes.intent_of(payment)

    gateway.create_refund(intent_id=intent, amount_cents=1000, key="made-in-the-dashboard")
    state = sync.sync(payment.pk)

    payment = scenes.fresh(payment)
    assert state == PaymentState.REVIEW
    assert payment.refunded_cents == 1000
    assert payment.order.state == OrderState.PAID
    assert scenes.mail_counts() == {"payment_received": 1, "staff_alert": 1}


def test_an_older_truth_changes_nothing_after_a_newer_one(stripe_double: StripeDoubleProcess):
    payment = scenes.debited(stripe_double)
    before = timezone.now() - timedelta(hours=1)

    with transaction.atomic():
        locked = settlement.locked_payment(payment.pk)
        finding = sync.apply(
            locked, scenes.truth_of(locked, before, session_status="complete", intent_status="canceled")
        )

    assert finding is None
    assert scenes.fresh(payment).state == PaymentState.PROCESSING


def test_refund_that_fails_at_the_bank_becomes_credit(stripe_double: StripeDoubleProcess):
    payment = scenes.debited(stripe_double)
    checkout.cancel(payment_id=payment.pk, at=timezone.now(), actor="test")
    stripe_double.control.settle_debit(scenes.intent_of(payment))
    sync.sync(payment.pk)
    refund = Refund.objects.get()
    refunds.send_refund(refund.pk)
    refund.refresh_from_db()

    stripe_double.control.fail_refund(refund.stripe_id or "")
    state = refunds.send_refund(refund.pk)

    assert state == RefundState.FAILED
    assert scenes.balances()["wallet"] == FEE_CENTS
    assert "deferred_revenue" not in scenes.balances()
    assert invariants.check() == []


def test_refund_key_repeated_sends_one_refund(stripe_double: StripeDoubleProcess, settings):
    settings.STRIPE_MAX_NETWORK_RETRIES = 0
    payment = scenes.debited(stripe_double)
    checkout.cancel(payment_id=payment.pk, at=timezone.now(), actor="test")
    stripe_double.control.settle_debit(scenes.intent_of(payment))
    sync.sync(payment.pk)
    refund = Refund.objects.get()
    stripe_double.control.fault("lost_reply", path="/v1/refunds")

    with pytest.raises(gateway.GatewayUnavailableError):
        refunds.send_refund(refund.pk)
    done = sweeps.sweep_refunds(timezone.now() + timedelta(hours=1))

    refund.refresh_from_db()
    assert done == 1
    assert refund.stripe_id is not None
    assert stripe_double.control.state()["counts"]["refund"] == 1
    assert scenes.mail_counts()["refund_made"] == 1
    assert Payment.objects.get().state == PaymentState.PAID
