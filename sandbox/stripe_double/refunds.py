"""Refunds: at once for cards, pending for bank debits; either may fail later (https://docs.stripe.com/refunds)."""

import time

from sandbox.stripe_double import charges, disputes, events, shapes
from sandbox.stripe_double.errors import ApiError, refused
from sandbox.stripe_double.objects import check_metadata, create_balance_transaction, fetch
from sandbox.stripe_double.store import JsonObject, new_id
from sandbox.stripe_double.world import World


def create(world: World, params: JsonObject) -> JsonObject:
    """Refund a charge, wholly or `amount` cents of it. `params` are those of `RefundCreateParams`.

    Raises ApiError 400 `charge_disputed`, `charge_already_refunded`, `amount_too_large`; 404 for an unknown charge.
    """
    check_metadata(params)
    charge = _charge_to_refund(world, params)
    amount = _checked_amount(charge, params.get("amount"))
    if disputes.blocks_refund(world, charge):
        raise ApiError(400, "This charge has been charged back; you cannot refund it.", code="charge_disputed")
    refund = world.store.put(_document(world, charge, amount, params))
    kind = "refund" if charges.is_card(charge) else "payment_refund"
    refund["balance_transaction"] = create_balance_transaction(world, refund, kind, -amount)["id"]
    _add_refunded(charge, amount)
    if refund["status"] == "pending" or charge["id"] in world.failing_refund_cards:
        world.pending_refunds[refund["id"]] = time.monotonic()
    events.emit(world, "refund.created", refund)
    events.emit(world, "charge.refunded", charge)
    return refund


def settle(world: World, refund_id: str) -> JsonObject:
    """Let a pending refund arrive at the bank. Raises ApiError 404, or 400 if it is not pending."""
    refund = fetch(world, "refund", refund_id)
    if refund["status"] != "pending":
        raise ApiError(400, f"This refund is {refund['status']}, not pending.")
    world.pending_refunds.pop(refund_id, None)
    refund.update(status="succeeded", pending_reason=None)
    events.emit(world, "refund.updated", refund, {"status": "pending"})
    events.emit(world, "charge.refund.updated", refund, {"status": "pending"})
    return refund


def fail(world: World, refund_id: str, reason: str = "lost_or_stolen_card") -> JsonObject:
    """Let a refund come back from the bank: the money returns to our balance. Raises ApiError 404 or 400."""
    refund = fetch(world, "refund", refund_id)
    before = refund["status"]
    if before not in {"pending", "succeeded"}:
        raise ApiError(400, f"This refund is {before}: it cannot fail.")
    world.pending_refunds.pop(refund_id, None)
    returned = create_balance_transaction(world, refund, "refund_failure", refund["amount"])
    refund.update(
        status="failed", failure_reason=reason, failure_balance_transaction=returned["id"], pending_reason=None
    )
    _add_refunded(fetch(world, "charge", refund["charge"]), -refund["amount"])
    for event_type in ("refund.updated", "charge.refund.updated", "refund.failed"):
        events.emit(world, event_type, refund, {"status": before})
    return refund


def end(world: World, refund_id: str) -> JsonObject:
    """End a refund under way as its test card says: most arrive, those of one card fail. Raises ApiError 404 or 400."""
    refund = fetch(world, "refund", refund_id)
    if refund["charge"] in world.failing_refund_cards:
        return fail(world, refund_id, "expired_or_canceled_card")
    return settle(world, refund_id)


def of_charge(world: World, charge_id: str) -> list[JsonObject]:
    """Return the refunds of a charge, the last first."""
    return [refund for refund in world.store.newest_first("refund") if refund["charge"] == charge_id]


def _charge_to_refund(world: World, params: JsonObject) -> JsonObject:
    if ("charge" in params) == ("payment_intent" in params):
        raise refused("One of the following params should be provided: payment_intent or charge.")
    if "charge" in params:
        charge: JsonObject | None = fetch(world, "charge", params["charge"], "charge")
    else:
        intent = fetch(world, "payment_intent", params["payment_intent"], "payment_intent")
        charge = world.store.find_kind("charge", intent["latest_charge"])
    if charge is None or charge["status"] != "succeeded":
        raise ApiError(400, "There is no successful charge to refund.", code="charge_not_refundable")
    return charge


def _checked_amount(charge: JsonObject, asked: int | None) -> int:
    left: int = charge["amount"] - charge["amount_refunded"]
    amount = left if asked is None else asked
    if amount < 1 and left:
        raise refused("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    if left == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise ApiError(400, message, code="charge_already_refunded")
    if amount > left:
        message = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})."
        raise ApiError(400, message, code="amount_too_large", param="amount")
    return amount


def _document(world: World, charge: JsonObject, amount: int, params: JsonObject) -> JsonObject:
    card = charges.is_card(charge)
    target = (
        {"card": {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"}}
        if card
        else {"us_bank_transfer": {"reference": None, "reference_status": None}}
    )
    return shapes.blank(
        "refund",
        id=new_id("re" if card else "pyr"),
        amount=amount,
        charge=charge["id"],
        created=world.clock.now(),
        currency=charge["currency"],
        destination_details={**target, "type": next(iter(target))},
        metadata=params.get("metadata") or {},
        payment_intent=charge["payment_intent"],
        payment_method=charge["payment_method"],
        pending_reason=None if card else "processing",
        reason=params.get("reason"),
        status="succeeded" if card else "pending",
    )


def _add_refunded(charge: JsonObject, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
