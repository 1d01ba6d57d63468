"""Lists with Stripe's cursors and filters (https://docs.stripe.com/api/pagination), and expansion of references."""

import copy
import operator
from collections.abc import Callable, Iterable
from typing import Any

from sandbox.stripe_double import checkout, refunds
from sandbox.stripe_double.errors import refused
from sandbox.stripe_double.store import JsonObject
from sandbox.stripe_double.world import World

_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
_EQUAL_FILTERS = ("customer", "payment_intent", "charge", "status", "currency", "source")
_UNDERSTOOD = {"limit", "starting_after", "ending_before", "created", "type", "types", *_EQUAL_FILTERS}
_MAX_EXPAND_DEPTH = 4


def page(documents: Iterable[JsonObject], params: JsonObject, url: str) -> JsonObject:
    """Return one page of `documents` (newest first) as a Stripe list.

    `params` may hold limit (1-100, default 10), starting_after, ending_before, created, type, types and equality filters.
    Raises ApiError 400 for a limit out of range, a cursor that is not in the list, and a filter that only Stripe has.
    """
    unknown = sorted(set(params) - _UNDERSTOOD)
    if unknown:
        raise refused(f"The double does not simulate the filter {unknown[0]}.", code="not_simulated", param=unknown[0])
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise refused("The limit must be between 1 and 100.", code="parameter_invalid_integer", param="limit")
    matching = [document for document in documents if _matches(document, params)]
    if "ending_before" in params:
        before = matching[: _position(matching, params["ending_before"], "ending_before")]
        return list_document(before[-limit:], url, has_more=len(before) > limit)
    start = _position(matching, params["starting_after"], "starting_after") + 1 if "starting_after" in params else 0
    return list_document(matching[start : start + limit], url, has_more=len(matching) > start + limit)


def list_document(documents: list[JsonObject], url: str, *, has_more: bool = False) -> JsonObject:
    """Return `documents` wrapped as a Stripe list object."""
    return {"object": "list", "data": documents, "has_more": has_more, "url": url}


def expand(world: World, document: JsonObject, paths: list[str]) -> JsonObject:
    """Return a copy of `document` in which the dotted `paths` hold whole objects instead of ids.

    Raises ApiError 400 for a path that is deeper than four or names nothing that can be expanded.
    """
    expanded = copy.deepcopy(document)
    for path in paths:
        names = path.split(".")
        if len(names) > _MAX_EXPAND_DEPTH:
            raise refused("You cannot expand more than 4 levels of a property.", param="expand")
        _expand_path(world, expanded, names, path)
    return expanded


def _matches(document: JsonObject, params: JsonObject) -> bool:
    if any(name in params and document.get(name) != params[name] for name in _EQUAL_FILTERS):
        return False
    types = params.get("types", [])
    if types and document["type"] not in types:
        return False
    if "type" in params and not _type_matches(document["type"], params["type"]):
        return False
    return _created_matches(document.get("created", 0), params.get("created"))


def _type_matches(event_type: str, wanted: str) -> bool:
    return event_type.startswith(wanted[:-1]) if wanted.endswith("*") else event_type == wanted


def _created_matches(created: int, wanted: int | dict[str, int] | None) -> bool:
    if wanted is None:
        return True
    if isinstance(wanted, int):
        return created == wanted
    return all(_COMPARISONS[name](created, limit) for name, limit in wanted.items())


def _position(documents: list[JsonObject], object_id: str, param: str) -> int:
    for index, document in enumerate(documents):
        if document["id"] == object_id:
            return index
    raise refused(f"No such object in this list: '{object_id}'", code="resource_missing", param=param)


# Any: a step of a path may be an object, a list of objects or nothing.
def _expand_path(world: World, value: Any, names: list[str], path: str) -> None:
    if isinstance(value, list):
        for item in value:
            _expand_path(world, item, names, path)
        return
    if not isinstance(value, dict) or not names:
        return
    name, *rest = names
    _expand_field(world, value, name, path)
    _expand_path(world, value[name], rest, path)


def _expand_field(world: World, document: JsonObject, name: str, path: str) -> None:
    if name not in document:
        document[name] = _included_list(world, document, name, path)
    elif isinstance(document[name], str):
        found = world.store.find(document[name])
        if found is None:
            raise refused(f"This property cannot be expanded ({path}).", param="expand")
        document[name] = copy.deepcopy(found)


def _included_list(world: World, document: JsonObject, name: str, path: str) -> JsonObject:
    """Return a list that Stripe includes only when asked: a charge's refunds, a session's line items."""
    if (document.get("object"), name) == ("charge", "refunds"):
        items = copy.deepcopy(refunds.of_charge(world, document["id"]))
        return list_document(items, f"/v1/charges/{document['id']}/refunds")
    if (document.get("object"), name) == ("checkout.session", "line_items"):
        items = copy.deepcopy(checkout.line_items(world, document["id"]))
        return list_document(items, f"/v1/checkout/sessions/{document['id']}/line_items")
    raise refused(f"This property cannot be expanded ({path}).", param="expand")
