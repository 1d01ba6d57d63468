"""Checkout sessions (https://docs.stripe.com/api/checkout/sessions): one-time payments on the hosted page."""

from urllib.parse import urlsplit

from sandbox.stripe_double import events, intents, shapes
from sandbox.stripe_double.errors import ApiError, refused
from sandbox.stripe_double.objects import check_metadata, fetch
from sandbox.stripe_double.store import JsonObject, new_id
from sandbox.stripe_double.world import CheckoutDetails, World

_MINIMUM_CENTS = 50
_MAXIMUM_CENTS = 99_999_999
_SHORTEST_SECONDS = 30 * 60
_LONGEST_SECONDS = 24 * 3600
# The caller computes `expires_at` before we read the clock.
_CLOCK_TOLERANCE_SECONDS = 10
_SUPPORTED_METHODS = ("card", "link", "us_bank_account")
# Accepted and shown again on the session; they change nothing about a one-time payment on the hosted page.
_ECHOED = (
    "allowed_payment_method_types", "billing_address_collection", "cancel_url", "client_reference_id", "customer",
    "customer_creation", "customer_email", "excluded_payment_method_types", "integration_identifier", "locale",
    "metadata", "payment_method_options", "phone_number_collection", "submit_type", "success_url", "wallet_options",
)  # fmt: skip
_OTHERS = ("expires_at", "expand", "line_items", "mode", "payment_intent_data", "ui_mode", "automatic_tax")
_INTENT_DATA = {
    "description", "metadata", "receipt_email", "statement_descriptor_suffix", "capture_method", "setup_future_usage",
}  # fmt: skip


def create(world: World, params: JsonObject) -> JsonObject:
    """Return a new open session. `params` are those of `checkout.SessionCreateParams`, amounts in cents.

    Raises ApiError 400 for what Stripe refuses, and with code `not_simulated` for what only Stripe can do.
    """
    _refuse_unsimulated(params)
    _check_addresses(params)
    check_metadata(params)
    check_metadata(params.get("payment_intent_data") or {}, "payment_intent_data[metadata]")
    _check_customer(world, params)
    expires_at = _checked_expiry(world, params)
    session_id = new_id("cs_test", 58)
    items = _line_items(world, params)
    session = world.store.put(_document(world, session_id, params, items, expires_at))
    world.checkouts[session_id] = CheckoutDetails(params.get("payment_intent_data") or {}, items)
    world.open_sessions.add(session_id)
    return session


def expire(world: World, session_id: str) -> JsonObject:
    """Expire an open session at once, with its unpaid intent. Raises ApiError 404, or 400 if it is not open."""
    session = fetch(world, "checkout.session", session_id, "session")
    if session["status"] != "open":
        raise ApiError(
            400,
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of {session['status']}.",
        )
    world.open_sessions.discard(session_id)
    world.authentications.pop(session_id, None)
    session.update(status="expired", url=None)
    events.emit(world, "checkout.session.expired", session)
    intent = world.store.find_kind("payment_intent", session["payment_intent"])
    if intent is not None:
        intents.close(world, intent, "expired")
    return session


def expire_due(world: World) -> int:
    """Expire every open session whose time has passed; return how many."""
    now = world.clock.now()
    expired = 0
    for session_id in sorted(world.open_sessions):
        session = world.store.find_kind("checkout.session", session_id)
        if session is None:
            world.open_sessions.discard(session_id)
        elif session["expires_at"] <= now:
            expire(world, session_id)
            expired += 1
    return expired


def line_items(world: World, session_id: str) -> list[JsonObject]:
    """Return the line items of a session. Raises ApiError 404."""
    fetch(world, "checkout.session", session_id, "session")
    return world.checkouts[session_id].line_items


def complete(world: World, session: JsonObject, *, paid: bool, holder: JsonObject) -> None:
    """Close a session after the buyer finished: `paid` at once, or not yet for a bank debit under way."""
    world.open_sessions.discard(session["id"])
    nothing = dict.fromkeys(("business_name", "individual_name", "phone"))
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    session.update(
        status="complete",
        payment_status="paid" if paid else "unpaid",
        url=None,
        customer_details={
            **nothing,
            "address": address,
            "email": holder["email"] or session["customer_email"],
            "name": holder["name"] or None,
            "tax_exempt": "none",
            "tax_ids": [],
        },
    )
    events.emit(world, "checkout.session.completed", session)


def _refuse_unsimulated(params: JsonObject) -> None:
    wanted = [name for name in params if name not in _ECHOED and name not in _OTHERS]
    wanted += [
        f"payment_intent_data[{name}]" for name in params.get("payment_intent_data", {}) if name not in _INTENT_DATA
    ]
    if params.get("automatic_tax", {}).get("enabled"):
        wanted.append("automatic_tax[enabled]")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        wanted.append("ui_mode")
    if params.get("payment_intent_data", {}).get("capture_method", "automatic_async") == "manual":
        wanted.append("payment_intent_data[capture_method]")
    if wanted:
        raise refused(f"The double does not simulate: {wanted[0]}", code="not_simulated", param=wanted[0])
    if params.get("mode") != "payment":
        raise refused("The double simulates only mode=payment.", code="not_simulated", param="mode")


def _check_addresses(params: JsonObject) -> None:
    if "success_url" not in params:
        raise refused("Missing required param: success_url.", code="parameter_missing", param="success_url")
    for name in ("success_url", "cancel_url"):
        address = urlsplit(params.get(name, "https://shop.example"))
        if address.scheme not in {"http", "https"} or not address.hostname:
            raise refused("Not a valid URL", code="url_invalid", param=name)


def _check_customer(world: World, params: JsonObject) -> None:
    if "customer" in params and "customer_email" in params:
        raise refused("You may only specify one of these parameters: customer, customer_email.")
    if "customer" in params:
        fetch(world, "customer", params["customer"], "customer")
    if "@" not in params.get("customer_email", "@"):
        raise refused("Invalid email address.", code="email_invalid", param="customer_email")


def _checked_expiry(world: World, params: JsonObject) -> int:
    now = world.clock.now()
    expires_at: int = params.get("expires_at", now + _LONGEST_SECONDS)
    earliest = now + _SHORTEST_SECONDS - _CLOCK_TOLERANCE_SECONDS
    if not earliest <= expires_at <= now + _LONGEST_SECONDS + _CLOCK_TOLERANCE_SECONDS:
        message = "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation."
        raise refused(message, param="expires_at")
    return expires_at


def _line_items(world: World, params: JsonObject) -> list[JsonObject]:
    given = params.get("line_items") or []
    if not given:
        raise refused("Missing required param: line_items.", code="parameter_missing", param="line_items")
    if len(given) > 100:
        raise refused("A session has at most 100 line items.", param="line_items")
    items = [_line_item(world, item, index) for index, item in enumerate(given)]
    if len({item["currency"] for item in items}) > 1:
        raise refused("All prices of a session must have the same currency.", param="line_items")
    total = sum(item["amount_total"] for item in items)
    if total < _MINIMUM_CENTS:
        message = "The Checkout Session's total amount must convert to at least 50 cents."
        raise refused(message, code="amount_too_small")
    if total > _MAXIMUM_CENTS:
        raise refused("The total amount due must be no more than 999,999.99.", code="amount_too_large")
    return items


def _line_item(world: World, item: JsonObject, index: int) -> JsonObject:
    where = f"line_items[{index}]"
    data = item.get("price_data")
    if data is None or "product_data" not in data or "unit_amount" not in data:
        message = "The double simulates only price_data with unit_amount and product_data."
        raise refused(message, code="not_simulated", param=where)
    if item.get("quantity", 0) < 1:
        raise refused(
            "Quantity is required and must be at least 1.", code="parameter_missing", param=f"{where}[quantity]"
        )
    if data["unit_amount"] < 0:
        raise refused("Invalid non-negative integer", code="parameter_invalid_integer", param=f"{where}[price_data]")
    total = data["unit_amount"] * item["quantity"]
    return shapes.blank(
        "item",
        id=new_id("li"),
        amount_discount=0,
        amount_subtotal=total,
        amount_tax=0,
        amount_total=total,
        currency=data["currency"],
        description=data["product_data"]["name"],
        discounts=[],
        metadata=item.get("metadata") or {},
        price=_price(world, data),
        quantity=item["quantity"],
        taxes=[],
    )


def _price(world: World, data: JsonObject) -> JsonObject:
    return shapes.blank(
        "price",
        id=new_id("price"),
        active=False,
        billing_scheme="per_unit",
        created=world.clock.now(),
        currency=data["currency"],
        livemode=False,
        metadata={},
        product=new_id("prod", 14),
        tax_behavior=data.get("tax_behavior", "unspecified"),
        type="one_time",
        unit_amount=data["unit_amount"],
        unit_amount_decimal=str(data["unit_amount"]),
    )


def _methods(params: JsonObject, currency: str) -> list[str]:
    allowed = params.get("allowed_payment_method_types") or _SUPPORTED_METHODS
    excluded = set(params.get("excluded_payment_method_types") or [])
    if params.get("wallet_options", {}).get("link", {}).get("display") == "never":
        excluded.add("link")
    if currency != "usd":
        excluded.add("us_bank_account")
    methods = [method for method in _SUPPORTED_METHODS if method in allowed and method not in excluded]
    if not methods:
        raise refused("No valid payment method types for this Checkout Session.", param="allowed_payment_method_types")
    return methods


def _document(
    world: World, session_id: str, params: JsonObject, items: list[JsonObject], expires_at: int
) -> JsonObject:
    total = sum(item["amount_total"] for item in items)
    currency = items[0]["currency"]
    unset = dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance"))
    return shapes.blank(
        "checkout.session",
        **{
            "adaptive_pricing": {"enabled": False},
            "amount_subtotal": total,
            "amount_total": total,
            "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
            "created": world.clock.now(),
            "currency": currency,
            "custom_fields": [],
            "custom_text": unset,
            "customer_creation": "if_required",
            "expires_at": expires_at,
            "id": session_id,
            "livemode": False,
            "metadata": {},
            "mode": "payment",
            "payment_method_collection": "if_required",
            "payment_method_options": {},
            "payment_method_types": _methods(params, currency),
            "payment_status": "unpaid",
            "phone_number_collection": {"enabled": False},
            "shipping_options": [],
            "status": "open",
            "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
            "ui_mode": "hosted_page",
            "url": f"{world.base_url}/c/pay/{session_id}",
            "wallet_options": None,
            **{name: params[name] for name in _ECHOED if name in params},
        },
    )
