"""Disputes and early fraud warnings (https://docs.stripe.com/disputes)."""

import stripe

from sandbox.stripe_double import charges, events, shapes
from sandbox.stripe_double.errors import ApiError
from sandbox.stripe_double.objects import check_metadata, create_balance_transaction, fetch
from sandbox.stripe_double.store import JsonObject, new_id
from sandbox.stripe_double.world import World

_FEE_CENTS = 1_500
_EVIDENCE_DAYS = 7
_FINAL = {"won", "lost"}
# Texts that Stripe's test mode reads in `uncategorized_text` to decide a dispute at once.
_DECIDING_EVIDENCE = {"winning_evidence": "won", "losing_evidence": "lost"}


def open_dispute(world: World, intent_id: str, reason: str | None = None, amount: int | None = None) -> JsonObject:
    """Dispute the paid charge of an intent, `amount` cents (default: all of it), and withdraw the money.

    A bank debit cannot be contested: its dispute is lost on arrival. Raises ApiError 404, or 400 without a paid charge.
    """
    intent = fetch(world, "payment_intent", intent_id)
    charge = world.store.find_kind("charge", intent["latest_charge"])
    if charge is None or charge["status"] != "succeeded" or charge["disputed"]:
        raise ApiError(400, "There is no paid, undisputed charge to dispute.")
    dispute = world.store.put(_document(world, charge, reason, amount))
    charge["disputed"] = True
    _move_money(world, dispute, -dispute["amount"], _FEE_CENTS)
    events.emit(world, "charge.dispute.created", dispute)
    events.emit(world, "charge.dispute.funds_withdrawn", dispute)
    if dispute["status"] == "lost":
        events.emit(world, "charge.dispute.closed", dispute)
    return dispute


def decide(world: World, dispute_id: str, status: str) -> JsonObject:
    """Close a dispute as `won` (the money returns) or `lost`. Raises ApiError 404, or 400 if it is closed."""
    dispute = _contestable(world, dispute_id)
    dispute["status"] = status
    if status == "won":
        _move_money(world, dispute, dispute["amount"], -_FEE_CENTS)
        events.emit(world, "charge.dispute.funds_reinstated", dispute)
    events.emit(world, "charge.dispute.closed", dispute)
    return dispute


def update(world: World, dispute_id: str, params: JsonObject) -> JsonObject:
    """Store evidence and, unless `submit` is false, hand it in. Raises ApiError 404, or 400 if it is closed."""
    check_metadata(params)
    dispute = _contestable(world, dispute_id)
    evidence = params.get("evidence") or {}
    dispute["evidence"].update(evidence)
    dispute["metadata"].update(params.get("metadata") or {})
    if evidence:
        dispute["evidence_details"]["has_evidence"] = True
    if evidence and params.get("submit", True):
        dispute["status"] = "under_review"
        dispute["evidence_details"].update(submission_count=1, submission_method="manual")
    events.emit(world, "charge.dispute.updated", dispute)
    decision = _DECIDING_EVIDENCE.get(evidence.get("uncategorized_text", ""))
    return decide(world, dispute_id, decision) if decision else dispute


def close(world: World, dispute_id: str) -> JsonObject:
    """Give up a dispute on request: it is lost. Raises ApiError 404, or 400 if it is closed."""
    return decide(world, dispute_id, "lost")


def blocks_refund(world: World, charge: JsonObject) -> bool:
    """Return whether a charge cannot be refunded because of a dispute that is open or lost."""
    if not charge["disputed"]:
        return False
    found = (item for item in world.store.newest_first("dispute") if item["charge"] == charge["id"])
    return any(dispute["status"] != "won" for dispute in found)


def open_fraud_warning(world: World, intent_id: str) -> JsonObject:
    """Report a paid charge as probably fraudulent, before any dispute. Raises ApiError 404 or 400."""
    intent = fetch(world, "payment_intent", intent_id)
    if intent["status"] != "succeeded":
        raise ApiError(400, "There is no paid charge to warn about.")
    warning = {
        "id": new_id("issfr"),
        "object": "radar.early_fraud_warning",
        "actionable": True,
        "charge": intent["latest_charge"],
        "created": world.clock.now(),
        "fraud_type": "unauthorized_use_of_card",
        "livemode": False,
        "payment_intent": intent["id"],
    }
    events.emit(world, "radar.early_fraud_warning.created", world.store.put(warning))
    return warning


def _contestable(world: World, dispute_id: str) -> JsonObject:
    dispute = fetch(world, "dispute", dispute_id)
    if dispute["status"] in _FINAL:
        raise ApiError(400, f"This dispute is already closed ({dispute['status']}).", code="dispute_already_closed")
    return dispute


def _move_money(world: World, dispute: JsonObject, amount: int, fee: int) -> None:
    source = {**dispute, "id": dispute["charge"]}
    movement = create_balance_transaction(world, source, "adjustment", amount, fee)
    # A copy: Stripe embeds the movements of a dispute, they do not change with later ones.
    dispute["balance_transactions"].append(dict(movement))


def _document(world: World, charge: JsonObject, reason: str | None, amount: int | None) -> JsonObject:
    card = charges.is_card(charge)
    dispute = shapes.blank(
        "dispute",
        id=new_id("dp" if card else "pdp"),
        amount=amount or charge["amount"],
        balance_transactions=[],
        charge=charge["id"],
        created=world.clock.now(),
        currency=charge["currency"],
        enhanced_eligibility_types=[],
        evidence=dict.fromkeys(shapes.fields(stripe.Dispute.Evidence)) | {"enhanced_evidence": {}},
        evidence_details={
            "due_by": world.clock.now() + _EVIDENCE_DAYS * 86_400 if card else None,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        is_charge_refundable=False,
        livemode=False,
        metadata={},
        payment_intent=charge["payment_intent"],
        reason=reason or ("fraudulent" if card else "debit_not_authorized"),
        status="needs_response" if card else "lost",
    )
    if card:
        brand = charge["payment_method_details"]["card"]["brand"]
        details = {"brand": brand, "case_type": "chargeback", "network": brand, "network_reason_code": "10.4"}
        dispute["payment_method_details"] = {"type": "card", "card": details}
    return dispute
