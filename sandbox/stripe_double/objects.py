"""The plain objects: customers, webhook endpoints, payment methods and balance transactions."""

import hashlib

import stripe

from sandbox.stripe_double import shapes
from sandbox.stripe_double.errors import not_found, refused
from sandbox.stripe_double.numbers import TEST_ROUTING_NUMBER, PublishedBank, PublishedCard
from sandbox.stripe_double.store import JsonObject, new_id
from sandbox.stripe_double.world import World

_MAX_ENDPOINTS = 16
_TWO_DAYS = 2 * 86_400
_EMPTY_ADDRESS = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))


def fetch(world: World, kind: str, object_id: str, param: str = "id") -> JsonObject:
    """Return the object of `kind` with this id. Raises ApiError 404 `resource_missing`."""
    document = world.store.find_kind(kind, object_id)
    if document is None:
        raise not_found(kind, object_id, param)
    return document


def check_metadata(params: JsonObject, param: str = "metadata") -> None:
    """Raise ApiError 400 unless metadata keeps to Stripe's limits: 50 keys, names of 40, values of 500 characters."""
    metadata = params.get("metadata") or {}
    if len(metadata) > 50:
        raise refused("You can specify up to 50 metadata keys.", param=param)
    for name, value in metadata.items():
        if len(name) > 40 or len(value) > 500:
            raise refused(f"Metadata names have at most 40, values 500 characters: {name[:40]}", param=param)


def create_customer(world: World, params: JsonObject) -> JsonObject:
    """Return a new customer. `params` are those of `CustomerCreateParams`; what the double does not model is refused."""
    check_metadata(params)
    modelled = {"name", "email", "description", "phone", "metadata", "expand", "preferred_locales", "address"}
    unknown = sorted(set(params) - modelled)
    if unknown:
        raise refused(f"The double does not simulate: {unknown[0]}", code="not_simulated", param=unknown[0])
    given = {name: value for name, value in params.items() if name != "expand"}
    if "address" in given:
        given["address"] = {**_EMPTY_ADDRESS, **given["address"]}
    base = shapes.blank(
        "customer",
        id=new_id("cus", 14),
        balance=0,
        created=world.clock.now(),
        delinquent=False,
        livemode=False,
        metadata={},
        preferred_locales=[],
        tax_exempt="none",
    )
    return world.store.put({**base, **given})


def create_webhook_endpoint(world: World, params: JsonObject, secret: str | None = None) -> JsonObject:
    """Return a new endpoint. The signing secret is made up unless `secret` (`whsec_…`) is given.

    Raises ApiError 400 beyond 16 endpoints, and for an API version other than the SDK's: only that one is spoken here.
    """
    check_metadata(params)
    if world.store.counts().get("webhook_endpoint", 0) >= _MAX_ENDPOINTS:
        raise refused("You have reached the maximum of 16 test webhook endpoints.")
    version = params.get("api_version", stripe.api_version)
    if version != stripe.api_version:
        raise refused(f"The double speaks only {stripe.api_version}.", code="not_simulated", param="api_version")
    endpoint = shapes.blank(
        "webhook_endpoint",
        id=new_id("we"),
        api_version=version,
        created=world.clock.now(),
        description=params.get("description") or None,
        enabled_events=params["enabled_events"],
        livemode=False,
        metadata=params.get("metadata") or {},
        secret=secret or new_id("whsec", 32),
        status="enabled",
        url=params["url"],
    )
    return world.store.put(endpoint)


def delete_webhook_endpoint(world: World, endpoint_id: str) -> JsonObject:
    """Remove an endpoint and return Stripe's note of deletion. Raises ApiError 404."""
    fetch(world, "webhook_endpoint", endpoint_id, "webhook_endpoint")
    world.store.remove(endpoint_id)
    return {"id": endpoint_id, "object": "webhook_endpoint", "deleted": True}


def create_card(world: World, card: PublishedCard, holder: JsonObject, expiry: tuple[int, int]) -> JsonObject:
    """Return a payment method for a test card. `holder` has `name` and `email`; `expiry` is (month, year)."""
    details = {
        "brand": card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "US",
        "exp_month": expiry[0],
        "exp_year": expiry[1],
        "fingerprint": _fingerprint(card.number),
        "funding": "credit",
        "last4": card.number[-4:],
    }
    method_details = {
        **_nulls(stripe.PaymentMethod.Card),
        **details,
        "display_brand": card.brand,
        "networks": {"available": [card.brand], "preferred": None},
        "three_d_secure_usage": {"supported": True},
    }
    return _create_method(world, "card", method_details, holder)


def create_bank_account(world: World, bank: PublishedBank, holder: JsonObject) -> JsonObject:
    """Return a payment method for a test bank account. `holder` has `name` and `email`."""
    details = {
        **_nulls(stripe.PaymentMethod.UsBankAccount),
        "account_holder_type": "individual",
        "account_type": "checking",
        "bank_name": "STRIPE TEST BANK",
        "fingerprint": _fingerprint(bank.number),
        "last4": bank.number[-4:],
        "networks": {"preferred": "ach", "supported": ["ach"]},
        "routing_number": TEST_ROUTING_NUMBER,
        "status_details": {},
    }
    return _create_method(world, "us_bank_account", details, holder)


def _create_method(world: World, method_type: str, details: JsonObject, holder: JsonObject) -> JsonObject:
    method = {
        "id": new_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "limited",
        "billing_details": billing_details(holder),
        "created": world.clock.now(),
        "customer": holder.get("customer"),
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": method_type,
        method_type: details,
    }
    return world.store.put(method)


def billing_details(holder: JsonObject) -> JsonObject:
    """Return Stripe's billing details for a buyer of whom `name` and `email` are known."""
    return {
        "address": dict(_EMPTY_ADDRESS),
        "email": holder.get("email") or None,
        "name": holder.get("name") or None,
        "phone": None,
        "tax_id": None,
    }


def create_balance_transaction(
    world: World, source: JsonObject, transaction_type: str, amount: int, fee: int = 0
) -> JsonObject:
    """Return a movement of our Stripe balance: `amount` (cents, negative leaves us) less `fee`, caused by `source`."""
    fee_detail = {
        "amount": fee,
        "application": None,
        "currency": source["currency"],
        "description": "Stripe processing fees",
        "type": "stripe_fee",
    }
    category = {"payment": "charge", "payment_refund": "refund", "adjustment": "dispute"}
    transaction = shapes.blank(
        "balance_transaction",
        id=new_id("txn"),
        amount=amount,
        available_on=world.clock.now() + _TWO_DAYS,
        balance_type="payments",
        created=world.clock.now(),
        currency=source["currency"],
        fee=fee,
        fee_details=[fee_detail] if fee else [],
        net=amount - fee,
        reporting_category=category.get(transaction_type, transaction_type),
        source=source["id"],
        status="pending",
        type=transaction_type,
    )
    return world.store.put(transaction)


def _nulls(details_class: type[stripe.StripeObject]) -> JsonObject:
    return dict.fromkeys(shapes.fields(details_class))


def _fingerprint(number: str) -> str:
    return hashlib.sha256(number.encode()).hexdigest()[:16]
