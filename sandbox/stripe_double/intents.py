"""Payment intents: made by a checkout session when the buyer first tries to pay, then moved from status to status."""

from sandbox.stripe_double import events, shapes
from sandbox.stripe_double.errors import ApiError
from sandbox.stripe_double.objects import fetch
from sandbox.stripe_double.store import JsonObject, new_id
from sandbox.stripe_double.world import World

_CANCELABLE = {"requires_payment_method", "requires_action", "requires_confirmation", "requires_capture"}


def create_for_session(world: World, session: JsonObject) -> JsonObject:
    """Return a new intent with the amount and the `payment_intent_data` of a session, and link both."""
    data = world.checkouts[session["id"]].intent_data
    intent_id = new_id("pi")
    intent = shapes.blank(
        "payment_intent",
        id=intent_id,
        allowed_payment_method_types=session["allowed_payment_method_types"],
        amount=session["amount_total"],
        amount_capturable=0,
        amount_details={"tip": {}},
        amount_received=0,
        capture_method="automatic_async",
        client_secret=new_id(f"{intent_id}_secret"),
        confirmation_method="automatic",
        created=world.clock.now(),
        currency=session["currency"],
        customer=session["customer"],
        description=data.get("description"),
        livemode=False,
        metadata=data.get("metadata") or {},
        payment_method_options=session["payment_method_options"],
        payment_method_types=session["payment_method_types"],
        receipt_email=data.get("receipt_email"),
        statement_descriptor_suffix=data.get("statement_descriptor_suffix"),
        status="requires_payment_method",
    )
    session["payment_intent"] = intent_id
    world.session_of_intent[intent_id] = session["id"]
    events.emit(world, "payment_intent.created", world.store.put(intent))
    return intent


def session_of(world: World, intent: JsonObject) -> JsonObject | None:
    """Return the checkout session that made this intent, or None if it was forgotten."""
    return world.store.find_kind("checkout.session", world.session_of_intent.get(intent["id"]))


def require_authentication(world: World, intent: JsonObject) -> None:
    """Move the intent to the state in which the buyer must pass 3-D Secure."""
    intent.update(status="requires_action", next_action={"type": "use_stripe_sdk", "use_stripe_sdk": {}})
    events.emit(world, "payment_intent.requires_action", intent)


def start_processing(world: World, intent: JsonObject) -> None:
    """Mark a bank debit as submitted."""
    intent.update(status="processing", next_action=None, last_payment_error=None)
    events.emit(world, "payment_intent.processing", intent)


def succeed(world: World, intent: JsonObject) -> None:
    """Mark the intent as paid in full."""
    intent.update(status="succeeded", amount_received=intent["amount"], next_action=None, last_payment_error=None)
    events.emit(world, "payment_intent.succeeded", intent)


def fail(world: World, intent: JsonObject, error: JsonObject) -> None:
    """Put the intent back to `requires_payment_method` with `error` (type, code, message, payment_method, …)."""
    intent.update(
        status="requires_payment_method",
        next_action=None,
        payment_method=None,
        last_payment_error=embedded_error(error),
    )
    events.emit(world, "payment_intent.payment_failed", intent)


def embedded_error(error: JsonObject) -> JsonObject:
    """Return an error as Stripe embeds it: with the address of its documentation, without empty parts."""
    document = {**error, "doc_url": f"https://docs.stripe.com/error-codes/{error['code'].replace('_', '-')}"}
    return {name: value for name, value in document.items() if value is not None}


def cancel(world: World, intent_id: str, params: JsonObject) -> JsonObject:
    """Cancel an intent on request. Raises ApiError 404, or 400 in a wrong state or while its session is open.

    Stripe asks to expire the session instead (https://docs.stripe.com/api/payment_intents/cancel).
    """
    intent = fetch(world, "payment_intent", intent_id, "intent")
    session = session_of(world, intent)
    if session is not None and session["status"] == "open":
        raise ApiError(400, "This PaymentIntent belongs to a Checkout Session: expire the session instead.")
    if intent["status"] not in _CANCELABLE:
        raise unexpected_state(intent, "cancel")
    return close(world, intent, params.get("cancellation_reason"))


def close(world: World, intent: JsonObject, reason: str | None) -> JsonObject:
    """Cancel an intent for `reason`, with its event."""
    intent.update(status="canceled", canceled_at=world.clock.now(), cancellation_reason=reason, next_action=None)
    events.emit(world, "payment_intent.canceled", intent)
    return intent


def unexpected_state(intent: JsonObject, verb: str) -> ApiError:
    """Return the 400 for an intent whose status does not allow `verb`."""
    message = f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}."
    failure = ApiError(400, message, code="payment_intent_unexpected_state")
    failure.body["error"]["payment_intent"] = dict(intent)
    return failure
