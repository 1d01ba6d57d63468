"""Situations of payments, reached as a person reaches them: through services and the Stripe double."""

import hashlib
import hmac
import json
import time
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from applicants.models import Applicant
from payments import gateway
from payments.models import LedgerAccount, Order, Payment
from payments.services import checkout, sync
from payments.states import PaymentState, Truth
from portal.models import OutgoingEmail
from sandbox.stripe_double.process import StripeDoubleProcess
from tests.factories.payments import FEE_CENTS, basket_of, credit_for

BAD_BANK_ACCOUNT = "000222222227"
GOOD_BANK_ACCOUNT = "000123456789"


def begin(order: Order, *, use_credit: bool = False, at: datetime | None = None) -> Payment:
    """Press Pay for `order`; nothing has been sent to Stripe afterwards."""
    with transaction.atomic():
        return checkout.begin(order=order, use_credit=use_credit, at=at or timezone.now(), actor="test")


def pending(*prices: int, credit_cents: int = 0, applicant: Applicant | None = None) -> Payment:
    """A `created` payment for lines at `prices` (one of 6600 by default), paid with all credit there is."""
    with transaction.atomic():
        order = basket_of(*(prices or (FEE_CENTS,)), applicant=applicant, at=timezone.now())
        if credit_cents:
            credit_for(order.applicant, credit_cents, at=timezone.now())
    return begin(order, use_credit=bool(credit_cents))


def opened(*prices: int, credit_cents: int = 0) -> Payment:
    """A payment whose page is open at the double."""
    payment = pending(*prices, credit_cents=credit_cents)
    checkout.open_session(payment.pk)
    return fresh(payment)


def debited(double: StripeDoubleProcess, account: str = GOOD_BANK_ACCOUNT, **values: int) -> Payment:
    """A payment whose bank debit is under way, and known to be."""
    payment = opened(**values)
    double.control.pay(session_of(payment), bank=account)
    assert sync.sync(payment.pk) == PaymentState.PROCESSING
    return fresh(payment)


def fresh(payment: Payment) -> Payment:
    return Payment.objects.select_related("order").get(pk=payment.pk)


def session_of(payment: Payment) -> str:
    return fresh(payment).session_id or ""


def intent_of(payment: Payment) -> str:
    return fresh(payment).payment_intent_id or ""


def balances() -> dict[str, int]:
    """Account name without its owner → cents, accounts at zero left out."""
    rows = LedgerAccount.objects.exclude(balance_cents=0).order_by("name")
    return {account.name.partition(":")[0]: account.balance_cents for account in rows}


def mails() -> list[str]:
    """Templates of the queued messages, oldest first."""
    return list(OutgoingEmail.objects.order_by("created_at", "template").values_list("template", flat=True))


def mail_counts() -> dict[str, int]:
    found = mails()
    return {name: found.count(name) for name in sorted(set(found))}


def truth_of(payment: Payment, read_at: datetime, **changes: object) -> Truth:
    """What Stripe says of an open page for `payment`, with `changes`."""
    basis = Truth(
        session_id=payment.session_id or "cs_test_1",
        session_url="https://checkout.example/pay",
        session_status="open",
        session_amount=payment.due_cents,
        currency="usd",
        reference=str(payment.pk),
        intent_id="",
        intent_status="",
        intent_amount=payment.due_cents,
        intent_currency="usd",
        intent_reference=str(payment.pk),
        amount_received=0,
        amount_refunded=0,
        disputed=False,
        method="",
        method_detail="",
        decline="",
        charge_id="",
        balance_transaction_id="",
        fee_cents=None,
        read_at=read_at,
    )
    return replace(basis, **changes)  # type: ignore[arg-type]  # names and types are those of Truth


def signed(event: dict[str, object], *, age_seconds: int = 0, secret: str = "") -> tuple[bytes, str]:
    """Return body and Stripe-Signature of an event (https://docs.stripe.com/webhooks#verify-manually)."""
    body = json.dumps(event).encode()
    stamp = str(int(time.time()) - age_seconds)
    key = (secret or settings.STRIPE_WEBHOOK_SECRET).encode()
    digest = hmac.new(key, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return body, f"t={stamp},v1={digest}"


def event(payment: Payment, event_id: str = "evt_1", type_: str = "checkout.session.completed") -> dict[str, object]:
    """An event about `payment`, with a payer's name that must not be kept."""
    thing = {
        "id": payment.session_id,
        "object": "checkout.session",
        "client_reference_id": str(payment.pk),
        "metadata": {"payment": str(payment.pk)},
        "customer_details": {"name": "Adaeze Payer", "email": "payer@example.org"},
    }
    return {"id": event_id, "object": "event", "type": type_, "created": int(time.time()), "data": {"object": thing}}


def all_events() -> list[gateway.EventHint]:
    """Every event the double has made, oldest first."""
    return list(reversed(gateway.list_events(timezone.now().replace(year=2026, month=1, day=1))))
