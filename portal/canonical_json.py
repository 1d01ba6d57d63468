"""Frozen dataclasses to canonical JSON and back, refusing everything that the dataclass does not name.

Canonical: keys sorted, no spaces, dates as ISO 8601, moments in UTC, enums by value. The same object always gives the
same text, so a hash of the text identifies the object.
"""

import json
import types
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

Model = TypeVar("Model")


class UnreadableJsonError(ValueError):
    """The text is not what the dataclass describes; the message begins with the path of the offending value."""


def dumps(value: object) -> str:
    """Return canonical JSON of a dataclass made of str, int, bool, date, aware datetime, Enum, tuples and dataclasses."""
    # The standard library types dataclass instances as a private protocol.
    plain = asdict(value)  # type: ignore[call-overload]
    return json.dumps(plain, default=_encode, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def loads(text: str, model: type[Model]) -> Model:
    """Return the `model` that `text` describes.

    Raises UnreadableJsonError with the path of the value, for a missing or unknown key, a wrong type or a refused value.
    """
    try:
        raw = json.loads(text)
    except ValueError as error:
        raise UnreadableJsonError(f"$: not JSON ({error})") from error
    decoded: Model = _decode(raw, model, "$")
    return decoded


def _encode(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical JSON form")


# What comes out depends on a type known only at run time, so these functions speak of Any.
def _decode(raw: Any, expected: Any, path: str) -> Any:
    origin = get_origin(expected)
    if origin in {Union, types.UnionType}:
        return None if raw is None else _decode(raw, _optional_of(expected), path)
    if origin is tuple:
        return _decode_tuple(raw, get_args(expected)[0], path)
    if is_dataclass(expected):
        return _decode_dataclass(raw, expected, path)
    return _decode_scalar(raw, expected, path)


def _optional_of(expected: Any) -> Any:
    return next(member for member in get_args(expected) if member is not types.NoneType)


def _decode_tuple(raw: Any, item: Any, path: str) -> tuple[Any, ...]:
    if not isinstance(raw, list):
        raise UnreadableJsonError(f"{path}: expected a list")
    return tuple(_decode(value, item, f"{path}[{index}]") for index, value in enumerate(raw))


def _decode_dataclass(raw: Any, model: Any, path: str) -> Any:
    if not isinstance(raw, Mapping):
        raise UnreadableJsonError(f"{path}: expected an object")
    hints = get_type_hints(model)
    names = [field.name for field in fields(model)]
    for name in sorted(raw.keys() - set(names)):
        raise UnreadableJsonError(f"{path}.{name}: unknown key")
    for name in names:
        if name not in raw:
            raise UnreadableJsonError(f"{path}.{name}: missing")
    values = {name: _decode(raw[name], hints[name], f"{path}.{name}") for name in names}
    try:
        return model(**values)
    except ValueError as error:
        raise UnreadableJsonError(f"{path}: {error}") from error


def _decode_scalar(raw: Any, expected: Any, path: str) -> Any:
    if issubclass(expected, Enum):
        return _converted(raw, str, expected, path)
    if expected is datetime:
        return _converted(raw, str, datetime.fromisoformat, path)
    if expected is date:
        return _converted(raw, str, date.fromisoformat, path)
    return _converted(raw, expected, expected, path)


def _converted(raw: Any, json_type: type, convert: Callable[[Any], Any], path: str) -> Any:
    if type(raw) is not json_type:
        raise UnreadableJsonError(f"{path}: expected {json_type.__name__}, found {type(raw).__name__}")
    try:
        return convert(raw)
    except ValueError as error:
        raise UnreadableJsonError(f"{path}: {error}") from error
