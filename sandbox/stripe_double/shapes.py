"""Check answers against the resource classes of the Stripe SDK, and build objects from them.

`problems` finds missing keys, unknown keys, wrong types and values outside an enumeration. The annotations of the SDK are
generated from Stripe's OpenAPI description, so this is the contract without a second copy of it.
"""

import inspect
import operator
import sys
import types
import typing
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import stripe
import typing_extensions
from stripe import ListObject, StripeObject
from stripe.checkout import Session
from stripe.radar import EarlyFraudWarning

from sandbox.stripe_double.store import JsonObject

RESOURCES: dict[str, type[StripeObject]] = {
    "checkout.session": Session,
    "payment_intent": stripe.PaymentIntent,
    "payment_method": stripe.PaymentMethod,
    "charge": stripe.Charge,
    "refund": stripe.Refund,
    "dispute": stripe.Dispute,
    "event": stripe.Event,
    "balance_transaction": stripe.BalanceTransaction,
    "customer": stripe.Customer,
    "webhook_endpoint": stripe.WebhookEndpoint,
    "item": stripe.LineItem,
    "price": stripe.Price,
    "radar.early_fraud_warning": EarlyFraudWarning,
}
# What Stripe leaves out unless it applies or is asked for. The SDK marks these like fields that may be null.
_LEFT_OUT = {
    "checkout.session": {"line_items", "presentment_details", "optional_items", "name_collection", "permissions"},
    "payment_intent": {"presentment_details", "hooks", "payment_details", "payment_record", "managed_payments"},
    "charge": {"refunds", "presentment_details", "level3", "transfer", "authorization_code"},
    "refund": {
        "failure_balance_transaction",
        "failure_reason",
        "presentment_details",
        "instructions_email",
        "description",
    },
    "dispute": {"intended_submission_method", "payment_method_details", "network_reason_code"},
    "event": {"account", "context"},
    "customer": {"deleted", "sources", "subscriptions", "tax", "tax_ids", "cash_balance", "invoice_credit_balance"},
    "webhook_endpoint": {"deleted", "secret"},
    "price": {"deleted", "currency_options", "tiers"},
}


class _SdkNames(Mapping[str, Any]):
    """Names that the SDK imports for type checkers only, looked up in its public module."""

    def __getitem__(self, name: str) -> Any:  # Any: a class of the SDK
        if not hasattr(stripe, name):
            raise KeyError(name)
        return getattr(stripe, name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


# Any here and below: values are annotations, for which typing offers no static type.
def fields(resource: type[StripeObject]) -> dict[str, Any]:
    """Return the public fields of an SDK class with their types; a type the SDK does not export becomes Any or None."""
    # The SDK's objects are not hashable, their classes are: the checker confuses the two.
    key: Any = resource
    return _fields(key)


@lru_cache(maxsize=512)
def _fields(resource: type[StripeObject]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for parent in reversed(resource.__mro__):
        if not issubclass(parent, StripeObject) or parent is StripeObject:
            continue
        for name, hint in inspect.get_annotations(parent).items():
            if not name.startswith("_") and "ClassVar" not in str(hint):
                found[name] = _resolved(parent, name, hint)
    return found


def _resolved(owner: type[StripeObject], name: str, hint: Any) -> Any:
    holder = type("Holder", (), {"__annotations__": {name: hint}})
    names = {**vars(sys.modules[owner.__module__]), **vars(owner)}
    try:
        return typing_extensions.get_type_hints(holder, globalns=names, localns=_SdkNames())[name]
    except NameError:
        # All four such fields of our resources may be null.
        return typing.Optional[Any]  # noqa: UP045  # an annotation as a value, like the others here


def blank(kind: str, **values: Any) -> JsonObject:
    """Return an object of `kind` in which every field that may be null is null, overlaid with `values`."""
    left_out = _LEFT_OUT.get(kind, set())
    nulls = {
        name: None
        for name, hint in fields(RESOURCES[kind]).items()
        if type(None) in typing_extensions.get_args(hint) and name not in left_out
    }
    return {**nulls, "object": kind, **values}


def problems(document: JsonObject, resource: type[StripeObject], path: str = "") -> list[str]:
    """Return one line per deviation of `document` from the SDK class `resource`; an empty list means it fits."""
    expected = fields(resource)
    found = [f"{path}.{name}: unknown key" for name in document if name not in expected]
    for name, hint in expected.items():
        if name in document:
            found += _value_problems(document[name], hint, f"{path}.{name}")
        elif type(None) not in typing_extensions.get_args(hint):
            found.append(f"{path}.{name}: missing")
    return found


def answer_problems(document: JsonObject) -> list[str]:
    """Return the deviations of any answer: a resource, a list of resources, or an event with its copy of a resource."""
    kind = document.get("object")
    if kind == "list":
        return [problem for item in document["data"] for problem in answer_problems(item)]
    if kind not in RESOURCES:
        return [f"unknown object {kind!r}"]
    if document.get("deleted"):
        return [] if set(document) == {"id", "object", "deleted"} else ["deleted: unknown key"]
    inner = answer_problems(document["data"]["object"]) if kind == "event" else []
    return problems(document, RESOURCES[kind], kind) + inner


def _value_problems(value: Any, hint: Any, path: str) -> list[str]:
    origin, arguments = typing_extensions.get_origin(hint), typing_extensions.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _union_problems(value, arguments, path)
    if origin is typing_extensions.Literal:
        return [] if value in arguments else [f"{path}: {value!r} is not one of {arguments[:6]}"]
    if origin is list:
        return _list_problems(value, arguments[0], path)
    if origin is ListObject:
        return _list_problems(value.get("data"), arguments[0], f"{path}.data")
    return _plain_problems(value, origin or hint, path)


def _union_problems(value: Any, choices: tuple[Any, ...], path: str) -> list[str]:
    if value is None and type(None) in choices:
        return []
    literal = any(typing_extensions.get_origin(choice) is typing_extensions.Literal for choice in choices)
    candidates = [choice for choice in choices if choice is not type(None) and not (literal and choice is str)]
    attempts = [_value_problems(value, choice, path) for choice in candidates]
    # The candidate that was followed deepest, by the length of the path complained about, is the one that was meant.
    depth = operator.methodcaller("find", ": ")
    return [] if [] in attempts else max(attempts, key=lambda found: max(map(depth, found)))


def _list_problems(value: Any, item_hint: Any, path: str) -> list[str]:
    if not isinstance(value, list):
        return [f"{path}: not a list"]
    return [line for index, item in enumerate(value) for line in _value_problems(item, item_hint, f"{path}[{index}]")]


def _plain_problems(value: Any, kind: Any, path: str) -> list[str]:
    if not isinstance(kind, type):
        return []
    if issubclass(kind, StripeObject):
        if not isinstance(value, dict):
            return [f"{path}: {value!r} is not a {kind.__name__}"]
        return [] if kind.__name__ == "UntypedStripeObject" else problems(value, kind, path)
    if kind is int:
        return [] if isinstance(value, int) and not isinstance(value, bool) else [f"{path}: {value!r} is not int"]
    if kind in (str, bool):
        return [] if isinstance(value, kind) else [f"{path}: {value!r} is not {kind.__name__}"]
    return []
