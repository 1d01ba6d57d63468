"""The addresses of the API: method, path, the SDK's parameter class, and the operation behind it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.stripe_double import checkout, disputes, intents, listing, objects, refunds
from sandbox.stripe_double.errors import ApiError
from sandbox.stripe_double.request_check import check_params
from sandbox.stripe_double.store import JsonObject
from sandbox.stripe_double.world import World

# Arguments: the world, the id in the path ("" if there is none) and the checked parameters without `expand`.
Operation = Callable[[World, str, JsonObject], JsonObject]


@dataclass(frozen=True)
class Endpoint:
    """One method on one path; `{id}` in the path stands for an object's id."""

    method: str
    path: str
    params_class: str
    operation: Operation

    def match(self, method: str, path: str) -> str | None:
        """Return the id in `path` ("" if the path has none) if this endpoint serves it, else None."""
        found = re.fullmatch(re.escape(self.path).replace(r"\{id\}", "([A-Za-z0-9_]+)"), path)
        return (found[1] if found.groups() else "") if found and method == self.method else None


def _listed(kind: str, path: str, params_class: str) -> Endpoint:
    def operation(world: World, _: str, params: JsonObject) -> JsonObject:
        return listing.page(world.store.newest_first(kind), params, f"/v1/{path}")

    return Endpoint("GET", path, params_class, operation)


def _retrieved(kind: str, path: str, params_class: str, param: str = "id") -> Endpoint:
    def operation(world: World, object_id: str, _: JsonObject) -> JsonObject:
        return objects.fetch(world, kind, object_id, param)

    return Endpoint("GET", f"{path}/{{id}}", params_class, operation)


def _session_items(world: World, session_id: str, params: JsonObject) -> JsonObject:
    items = checkout.line_items(world, session_id)
    return listing.page(items, params, f"/v1/checkout/sessions/{session_id}/line_items")


def _charge_refunds(world: World, charge_id: str, params: JsonObject) -> JsonObject:
    objects.fetch(world, "charge", charge_id, "charge")
    return listing.page(refunds.of_charge(world, charge_id), params, f"/v1/charges/{charge_id}/refunds")


def _without_secrets(world: World, _: str, params: JsonObject) -> JsonObject:
    endpoints = world.store.newest_first("webhook_endpoint")
    public = [{name: value for name, value in endpoint.items() if name != "secret"} for endpoint in endpoints]
    return listing.page(public, params, "/v1/webhook_endpoints")


ENDPOINTS = (
    Endpoint("POST", "checkout/sessions", "checkout.SessionCreateParams", lambda w, _, p: checkout.create(w, p)),
    Endpoint(
        "POST", "checkout/sessions/{id}/expire", "checkout.SessionExpireParams", lambda w, i, _: checkout.expire(w, i)
    ),
    Endpoint("GET", "checkout/sessions/{id}/line_items", "checkout.SessionListLineItemsParams", _session_items),
    _listed("checkout.session", "checkout/sessions", "checkout.SessionListParams"),
    _retrieved("checkout.session", "checkout/sessions", "checkout.SessionRetrieveParams", "session"),
    Endpoint("POST", "payment_intents/{id}/cancel", "PaymentIntentCancelParams", intents.cancel),
    _listed("payment_intent", "payment_intents", "PaymentIntentListParams"),
    _retrieved("payment_intent", "payment_intents", "PaymentIntentRetrieveParams", "intent"),
    _retrieved("payment_method", "payment_methods", "PaymentMethodRetrieveParams"),
    Endpoint("GET", "charges/{id}/refunds", "ChargeListRefundsParams", _charge_refunds),
    _listed("charge", "charges", "ChargeListParams"),
    _retrieved("charge", "charges", "ChargeRetrieveParams"),
    Endpoint("POST", "refunds", "RefundCreateParams", lambda w, _, p: refunds.create(w, p)),
    _listed("refund", "refunds", "RefundListParams"),
    _retrieved("refund", "refunds", "RefundRetrieveParams"),
    Endpoint("POST", "disputes/{id}", "DisputeUpdateParams", disputes.update),
    Endpoint("POST", "disputes/{id}/close", "DisputeCloseParams", lambda w, i, _: disputes.close(w, i)),
    _listed("dispute", "disputes", "DisputeListParams"),
    _retrieved("dispute", "disputes", "DisputeRetrieveParams"),
    _listed("event", "events", "EventListParams"),
    _retrieved("event", "events", "EventRetrieveParams"),
    _listed("balance_transaction", "balance_transactions", "BalanceTransactionListParams"),
    _retrieved("balance_transaction", "balance_transactions", "BalanceTransactionRetrieveParams"),
    Endpoint("POST", "customers", "CustomerCreateParams", lambda w, _, p: objects.create_customer(w, p)),
    _retrieved("customer", "customers", "CustomerRetrieveParams"),
    Endpoint(
        "POST",
        "webhook_endpoints",
        "WebhookEndpointCreateParams",
        lambda w, _, p: objects.create_webhook_endpoint(w, p),
    ),
    Endpoint("GET", "webhook_endpoints", "WebhookEndpointListParams", _without_secrets),
    Endpoint(
        "DELETE",
        "webhook_endpoints/{id}",
        "WebhookEndpointDeleteParams",
        lambda w, i, _: objects.delete_webhook_endpoint(w, i),
    ),
    _listed("radar.early_fraud_warning", "radar/early_fraud_warnings", "radar.EarlyFraudWarningListParams"),
    _retrieved("radar.early_fraud_warning", "radar/early_fraud_warnings", "radar.EarlyFraudWarningRetrieveParams"),
)


def execute(world: World, method: str, path: str, params: JsonObject) -> JsonObject:
    """Find the endpoint for `path` (without `/v1/`), check `params`, run it, and return the answer, expanded as asked.

    Raises ApiError: 404 for an unknown address, and whatever the checks and the operation raise.
    """
    for endpoint in ENDPOINTS:
        object_id = endpoint.match(method, path)
        if object_id is not None:
            checked = check_params(endpoint.params_class, params)
            paths = checked.pop("expand", [])
            return listing.expand(world, endpoint.operation(world, object_id, checked), paths)
    raise ApiError(404, f"Unrecognized request URL ({method}: /v1/{path}).", replayed=False)
