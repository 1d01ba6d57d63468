"""Decode Stripe's bracketed form encoding: `line_items[0][price_data][currency]=usd` (RFC 1866 pairs, PHP-style keys)."""

import re
from collections.abc import Iterable
from typing import Any

from sandbox.stripe_double.errors import refused
from sandbox.stripe_double.store import JsonObject

_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)\Z")
_MAX_DEPTH = 8


def decode_pairs(pairs: Iterable[tuple[str, str]]) -> JsonObject:
    """Return nested dicts and lists of strings from `(key, value)` pairs in the order they were sent.

    Raises ApiError (400) for a key that is malformed, too deep, or used both as a value and as a group.
    """
    root: JsonObject = {}
    for key, value in pairs:
        _insert(root, _split(key), value, key)
    return {name: _with_lists(value) for name, value in root.items()}


def _split(key: str) -> list[str]:
    match = _KEY.match(key)
    if match is None:
        raise refused(f"Invalid parameter name: {key}", code="parameter_unknown", param=key)
    path = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
    if len(path) > _MAX_DEPTH:
        raise refused(f"Parameter nested too deeply: {key}", param=key)
    return path


def _insert(root: JsonObject, path: list[str], value: str, key: str) -> None:
    group = root
    for name in path[:-1]:
        group = group.setdefault(name or str(len(group)), {})
        if not isinstance(group, dict):
            raise refused(f"Parameter used as a value and as a group: {key}", param=key)
    group[path[-1] or str(len(group))] = value


# Any: a decoded value is a string, a list or a dict of such values.
def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(name.isdigit() for name in value):
        return [_with_lists(value[name]) for name in sorted(value, key=int)]
    return {name: _with_lists(item) for name, item in value.items()}
