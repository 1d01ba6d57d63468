"""What happens when the buyer pays: cards at once (perhaps after 3-D Secure), bank debits later."""

import time
from dataclasses import dataclass
from enum import StrEnum

from sandbox.stripe_double import charges, checkout, disputes, events, intents
from sandbox.stripe_double.errors import ApiError
from sandbox.stripe_double.numbers import BANK_FAILURE_MESSAGES, Behavior, PublishedBank, PublishedCard
from sandbox.stripe_double.objects import create_bank_account, create_card, fetch
from sandbox.stripe_double.store import JsonObject
from sandbox.stripe_double.world import Debit, PendingAuthentication, World


class Outcome(StrEnum):
    """How one try to pay ended."""

    PAID = "paid"
    PROCESSING = "processing"
    DECLINED = "declined"
    AUTHENTICATION = "authentication_required"


@dataclass(frozen=True)
class Attempt:
    """The outcome of one try to pay, and for a decline the text for the buyer."""

    outcome: Outcome
    message: str = ""


AUTHENTICATION_FAILED = "We are unable to authenticate your payment method. Please choose another one and try again."


def open_session(world: World, session_id: str, *, force: bool = False) -> JsonObject:
    """Return a session that can be paid. Raises ApiError 404, or 400 if it is not open.

    `force` lets an expired one pass: the buyer paid in the moment in which the session was being expired.
    """
    session = fetch(world, "checkout.session", session_id, "session")
    allowed = {"open", "expired"} if force else {"open"}
    if session["status"] not in allowed:
        raise ApiError(400, f"This Checkout Session is {session['status']}.", code="checkout_session_not_open")
    return session


def pay_by_card(
    world: World, session: JsonObject, card: PublishedCard, holder: JsonObject, expiry: tuple[int, int] = (12, 2034)
) -> Attempt:
    """Try to pay an open session with a test card. `holder` has `name` and `email`, `expiry` is (month, year)."""
    intent = _begin(world, session)
    method = create_card(world, card, {**holder, "customer": session["customer"]}, expiry)
    if card.behavior is Behavior.DECLINE:
        return _decline_card(world, intent, method, card)
    if card.behavior is Behavior.AUTHENTICATE:
        world.authentications[session["id"]] = PendingAuthentication(method["id"], holder["email"], holder["name"])
        intent["payment_method"] = method["id"]
        intents.require_authentication(world, intent)
        return Attempt(Outcome.AUTHENTICATION)
    charge = _charge_card(world, session, intent, method, holder)
    if card.behavior is Behavior.REFUND_FAILS:
        world.failing_refund_cards[charge["id"]] = True
    if card.behavior is Behavior.DISPUTE:
        disputes.open_dispute(world, intent["id"])
    return Attempt(Outcome.PAID)


def authenticate(world: World, session: JsonObject, *, passed: bool) -> Attempt:
    """End the 3-D Secure step of a session. Raises ApiError 400 if none was begun."""
    pending = world.authentications.pop(session["id"], None)
    if pending is None:
        raise ApiError(400, "No authentication is under way for this Checkout Session.")
    intent = _intent(world, session)
    method = fetch(world, "payment_method", pending.payment_method)
    if passed:
        _charge_card(world, session, intent, method, {"email": pending.email, "name": pending.name})
        return Attempt(Outcome.PAID)
    error = {
        "type": "invalid_request_error",
        "code": "payment_intent_authentication_failure",
        "message": AUTHENTICATION_FAILED,
        "payment_method": method,
    }
    intents.fail(world, intent, error)
    return Attempt(Outcome.DECLINED, AUTHENTICATION_FAILED)


def pay_by_bank(world: World, session: JsonObject, bank: PublishedBank, holder: JsonObject) -> Attempt:
    """Submit a bank debit for an open session: the session is complete but unpaid, the intent is processing."""
    intent = _begin(world, session)
    method = create_bank_account(world, bank, {**holder, "customer": session["customer"]})
    intent["payment_method"] = method["id"]
    charge = charges.create(world, intent, method, "pending")
    world.debits[intent["id"]] = Debit(bank.behavior, bank.failure_code, time.monotonic())
    events.emit(world, "charge.pending", charge)
    intents.start_processing(world, intent)
    checkout.complete(world, session, paid=False, holder=holder)
    return Attempt(Outcome.PROCESSING)


def settle_debit(world: World, intent_id: str) -> JsonObject:
    """Let the bank pay a debit under way. Returns the intent. Raises ApiError 404, or 400 if none is under way."""
    intent = _processing(world, intent_id)
    debit = world.debits.pop(intent_id)
    charges.succeed(world, fetch(world, "charge", intent["latest_charge"]))
    intents.succeed(world, intent)
    session = intents.session_of(world, intent)
    if session is not None:
        session["payment_status"] = "paid"
        events.emit(world, "checkout.session.async_payment_succeeded", session)
    if debit.behavior is Behavior.DISPUTE:
        disputes.open_dispute(world, intent_id)
    return intent


def fail_debit(world: World, intent_id: str, code: str = "insufficient_funds") -> JsonObject:
    """Let the bank refuse a debit under way with `code`, one of BANK_FAILURE_MESSAGES. Returns the intent.

    Raises ApiError 404, or 400 if no debit is under way or the code is unknown.
    """
    if code not in BANK_FAILURE_MESSAGES:
        raise ApiError(400, f"Unknown bank failure: {code}", param="code")
    intent = _processing(world, intent_id)
    world.debits.pop(intent_id)
    message = BANK_FAILURE_MESSAGES[code]
    charge = fetch(world, "charge", intent["latest_charge"])
    method = fetch(world, "payment_method", intent["payment_method"])
    charges.fail(world, charge, code, message)
    error = {"type": "invalid_request_error", "code": code, "message": message, "payment_method": method}
    intents.fail(world, intent, {**error, "charge": charge["id"]})
    session = intents.session_of(world, intent)
    if session is not None:
        events.emit(world, "checkout.session.async_payment_failed", session)
    return intent


def end_debit(world: World, intent_id: str) -> JsonObject:
    """End a debit under way as its test account number says. Returns the intent. Raises ApiError 404 or 400."""
    _processing(world, intent_id)
    failure_code = world.debits[intent_id].failure_code
    return fail_debit(world, intent_id, failure_code) if failure_code else settle_debit(world, intent_id)


def _begin(world: World, session: JsonObject) -> JsonObject:
    """Return the session's intent for a new try, which ends a 3-D Secure step left open: two tabs must not both pay."""
    world.authentications.pop(session["id"], None)
    return _intent(world, session)


def _intent(world: World, session: JsonObject) -> JsonObject:
    existing = world.store.find_kind("payment_intent", session["payment_intent"])
    return existing or intents.create_for_session(world, session)


def _processing(world: World, intent_id: str) -> JsonObject:
    intent = fetch(world, "payment_intent", intent_id)
    if intent["status"] != "processing" or intent_id not in world.debits:
        raise intents.unexpected_state(intent, "settle or fail")
    return intent


def _charge_card(
    world: World, session: JsonObject, intent: JsonObject, method: JsonObject, holder: JsonObject
) -> JsonObject:
    intent["payment_method"] = method["id"]
    charge = charges.create(world, intent, method, "succeeded")
    charges.succeed(world, charge)
    intents.succeed(world, intent)
    checkout.complete(world, session, paid=True, holder=holder)
    return charge


def _decline_card(world: World, intent: JsonObject, method: JsonObject, card: PublishedCard) -> Attempt:
    charge = charges.create(world, intent, method, "failed")
    charges.fail(world, charge, card.error_code, card.message)
    error = {
        "type": "card_error",
        "code": card.error_code,
        "decline_code": card.decline_code,
        "message": card.message,
        "charge": charge["id"],
        "payment_method": method,
    }
    intents.fail(world, intent, error)
    return Attempt(Outcome.DECLINED, card.message)
