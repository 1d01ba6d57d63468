"""Charges: one try to take money, by card at once or by bank debit after days."""

from sandbox.stripe_double import events, shapes
from sandbox.stripe_double.objects import create_balance_transaction
from sandbox.stripe_double.store import JsonObject, new_id
from sandbox.stripe_double.world import World

_CARD_DETAILS = ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4")
_BANK_DETAILS = ("account_holder_type", "account_type", "bank_name", "fingerprint", "last4", "routing_number")


def create(world: World, intent: JsonObject, method: JsonObject, status: str) -> JsonObject:
    """Return a new charge of an intent in `status` (`pending`, `succeeded` or `failed`), without any event."""
    succeeded = status == "succeeded"
    charge = shapes.blank(
        "charge",
        id=new_id("ch" if method["type"] == "card" else "py"),
        amount=intent["amount"],
        amount_captured=intent["amount"] if succeeded else 0,
        amount_refunded=0,
        billing_details=method["billing_details"],
        captured=succeeded,
        created=world.clock.now(),
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        disputed=False,
        fraud_details={},
        livemode=False,
        metadata=dict(intent["metadata"]),
        paid=succeeded,
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details=_method_details(method),
        receipt_email=intent["receipt_email"],
        refunded=False,
        status=status,
    )
    intent["latest_charge"] = charge["id"]
    return world.store.put(charge)


def succeed(world: World, charge: JsonObject) -> None:
    """Mark a charge as paid and book it with its fee, now or (option `late_fees`) later."""
    outcome = {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "approved_by_network",
        "reason": None,
        "risk_level": "normal",
        "seller_message": "Payment complete.",
        "type": "authorized",
    }
    charge.update(status="succeeded", paid=True, captured=True, amount_captured=charge["amount"], outcome=outcome)
    if not world.options.late_fees:
        _book(world, charge)
    events.emit(world, "charge.succeeded", charge)


def fail(world: World, charge: JsonObject, code: str, message: str) -> None:
    """Mark a charge as failed with the bank's `code` and a `message` for people."""
    charge.update(status="failed", paid=False, captured=False, failure_code=code, failure_message=message)
    events.emit(world, "charge.failed", charge)


def book_late_fees(world: World) -> int:
    """Book every paid charge that has no balance transaction yet, with `charge.updated`; return how many."""
    due = [
        charge
        for charge in world.store.newest_first("charge")
        if charge["status"] == "succeeded" and charge["balance_transaction"] is None
    ]
    for charge in reversed(due):
        _book(world, charge)
        events.emit(world, "charge.updated", charge, {"balance_transaction": None})
    return len(due)


def is_card(charge: JsonObject) -> bool:
    """Return whether a charge was made to a card (otherwise to a bank account)."""
    return bool(charge["payment_method_details"]["type"] == "card")


def _book(world: World, charge: JsonObject) -> None:
    kind = "charge" if is_card(charge) else "payment"
    charge["balance_transaction"] = create_balance_transaction(world, charge, kind, charge["amount"], _fee(charge))[
        "id"
    ]


def _fee(charge: JsonObject) -> int:
    """Return Stripe's public US prices in cents: cards 2.9 % + 30, bank debits 0.8 % but at most 500."""
    amount: int = charge["amount"]
    return (amount * 29 + 500) // 1000 + 30 if is_card(charge) else min(500, (amount * 8 + 500) // 1000)


def _method_details(method: JsonObject) -> JsonObject:
    method_type = method["type"]
    names = _CARD_DETAILS if method_type == "card" else _BANK_DETAILS
    details = {name: method[method_type][name] for name in names}
    if method_type == "card":
        details.update(network=details["brand"], three_d_secure=None, wallet=None, mandate=None, installments=None)
    return {"type": method_type, method_type: details}
