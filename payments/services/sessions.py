"""The hosted payment page of one payment: open it, close it, give it up. The network is between two transactions."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from payments import emails, gateway
from payments.models import Payment
from payments.services import settlement
from payments.states import PaymentState
from portal.leases import retry_delay

OPEN_PAGE_CHECK = timedelta(minutes=5)
PAGE_ELSEWHERE = "Stripe named a page on another host than its own; nobody was led there."


class CheckoutUnavailableError(Exception):
    """Stripe gave no answer. The payment stays `created` and its order is kept; the sweep goes on with it."""


class CheckoutRefusedError(CheckoutUnavailableError):
    """Stripe refused to open a page, or it is closed; the order can be paid anew."""


def create(payment_id: uuid.UUID) -> str:
    """Create the session of a payment, or find the one that an earlier call created; returns the page's address.

    Raises CheckoutUnavailableError while Stripe does not answer, and CheckoutRefusedError when it refused: the payment is
    failed then and the order a basket again. Nobody is led to a page that is not on CHECKOUT_ORIGIN: staff are told, and
    for the person it is as if Stripe did not answer. Call it outside any transaction.
    """
    payment = settlement.payment_now(payment_id)
    try:
        opened = gateway.create_session(payment.params, key=f"payment-{payment.pk}")
    except gateway.GatewayUnavailableError as error:
        _note_failure(payment_id, str(error), at=timezone.now())
        raise CheckoutUnavailableError(str(payment_id)) from error
    except gateway.GatewayRefusedError as error:
        _record_refusal(payment_id, error.code, at=timezone.now())
        raise CheckoutRefusedError(error.code) from error
    if opened.url and not opened.url.startswith(f"{settings.CHECKOUT_ORIGIN}/"):
        _note_elsewhere(payment_id, at=timezone.now())
        raise CheckoutUnavailableError(str(payment_id))
    return _record_opened(payment_id, opened, at=timezone.now())


@transaction.atomic(durable=True)
def _note_failure(payment_id: uuid.UUID, error: str, *, at: datetime) -> None:
    payment = settlement.locked_payment(payment_id)
    payment.sync_attempts += 1
    payment.last_error = error[:300]
    payment.next_sync_at = at + retry_delay(payment.sync_attempts)
    payment.save(update_fields=["sync_attempts", "last_error", "next_sync_at"])


def _note_elsewhere(payment_id: uuid.UUID, *, at: datetime) -> None:
    payment = settlement.payment_now(payment_id)
    # The sweep asks again and again; one message is enough.
    if payment.last_error != PAGE_ELSEWHERE:
        with transaction.atomic(durable=True):
            emails.alert(payment, subject="A payment page is not where it should be", reason=PAGE_ELSEWHERE, at=at)
    _note_failure(payment_id, PAGE_ELSEWHERE, at=at)


@transaction.atomic(durable=True)
def _record_refusal(payment_id: uuid.UUID, code: str, *, at: datetime) -> None:
    payment = settlement.locked_payment(payment_id)
    if payment.state != PaymentState.CREATED:
        return
    payment.last_error = code[:300]
    payment.next_sync_at = None
    payment.save(update_fields=["last_error", "next_sync_at"])
    settlement.end(payment, PaymentState.FAILED, at=at, reason=f"Stripe refused: {code}"[:300])
    emails.alert(payment, subject="Stripe refused to open a payment", reason=f"Code {code}.", at=at)


@transaction.atomic(durable=True)
def _record_opened(payment_id: uuid.UUID, opened: gateway.OpenedSession, *, at: datetime) -> str:
    payment = settlement.locked_payment(payment_id)
    if payment.state == PaymentState.CREATED:
        payment.session_id = opened.session_id
        payment.session_url = opened.url
        payment.next_sync_at = at + OPEN_PAGE_CHECK
        payment.sync_attempts = 0
        payment.last_error = ""
        payment.save(update_fields=["session_id", "session_url", "next_sync_at", "sync_attempts", "last_error"])
        settlement.move(payment, PaymentState.OPEN, at=at, actor=settlement.ACTOR)
    return payment.session_url


def give_up(payment_id: uuid.UUID, *, at: datetime) -> None:
    """Fail a payment that Stripe never confirmed to know, before Stripe forgets its key (24 hours)."""
    with transaction.atomic(durable=True):
        payment = settlement.locked_payment(payment_id)
        if payment.state != PaymentState.CREATED:
            return
        payment.next_sync_at = None
        payment.save(update_fields=["next_sync_at"])
        settlement.end(payment, PaymentState.FAILED, at=at, reason="Stripe did not answer for 20 hours")
        emails.alert(payment, subject="A payment could not be opened", reason="Given up after 20 hours.", at=at)


def close_session(payment: Payment, *, at: datetime, actor: str) -> bool:
    """Expire the hosted page of an open payment and cancel it; False when Stripe says the page is closed already.

    Raises gateway.GatewayUnavailableError. Call it outside any transaction.
    """
    try:
        gateway.expire_session(payment.session_id or "")
    except gateway.GatewayRefusedError:
        return False
    with transaction.atomic(durable=True):
        locked = settlement.locked_payment(payment.pk)
        if locked.state == PaymentState.OPEN:
            locked.next_sync_at = None
            locked.save(update_fields=["next_sync_at"])
            settlement.end(locked, PaymentState.CANCELED, at=at, actor=actor)
    return True
