"""Strict checks of request parameters, derived from the TypedDicts that ship with the Stripe SDK (`stripe.params.*`).

The SDK describes each request of its pinned API version. Walking that description and forbidding everything else refuses
unknown, removed, misspelt and mistyped parameters with the codes Stripe uses.
"""

import importlib
import sys
import types
import typing
from functools import lru_cache
from typing import Any

import typing_extensions
from pydantic import ConfigDict, TypeAdapter, ValidationError
from stripe._request_options import RequestOptions

from sandbox.stripe_double.errors import ApiError, refused
from sandbox.stripe_double.store import JsonObject

_OPTION_NAMES = frozenset(RequestOptions.__annotations__)
_Value = typing.TypeVar("_Value")


class _AnyKeys(typing.Generic[_Value]):
    """Takes the place of the SDK's `UntypedStripeObject[X]`, a response class that it offers beside `Dict[str, X]`."""


# Names that the SDK imports for type checkers only, or quotes in annotations.
_NAMES: dict[str, Any] = {  # Any: typing constructs have no common type
    "List": list,
    "Dict": dict,
    "Union": typing.Union,
    "Literal": typing_extensions.Literal,
    "NotRequired": typing_extensions.NotRequired,
}
_CODES = {"extra_forbidden": "parameter_unknown", "missing": "parameter_missing"}


def check_params(params_class: str, params: JsonObject) -> JsonObject:
    """Return `params` with the types of the SDK's TypedDict `params_class` (for example `checkout.SessionCreateParams`).

    Raises ApiError 400 with code `parameter_unknown`, `parameter_missing` or `parameter_invalid` and the parameter's name.
    """
    try:
        checked: JsonObject = _adapter(params_class).validate_python(params)
    except ValidationError as failure:
        raise _as_api_error(failure) from failure
    return checked


def _as_api_error(failure: ValidationError) -> ApiError:
    details = failure.errors()
    worst = next((detail for detail in details if detail["type"] == "extra_forbidden"), details[0])
    first, *rest = [str(part) for part in worst["loc"]] or [""]
    name = first + "".join(f"[{part}]" for part in rest)
    code = _CODES.get(worst["type"], "parameter_invalid")
    said = {
        "parameter_unknown": f"Received unknown parameter: {name}",
        "parameter_missing": f"Missing required param: {name}.",
    }
    return refused(said.get(code, f"Invalid {name}: {worst['msg']}"), code=code, param=name)


@lru_cache(maxsize=64)
# Any: the validated class is made at run time.
def _adapter(params_class: str) -> TypeAdapter[Any]:
    module_name, _, class_name = f"stripe.params.{params_class}".rpartition(".")
    module = importlib.import_module(module_name)
    return TypeAdapter(_strict_class(getattr(module, class_name), {}))


# Any here and below: values are annotations, for which typing offers no static type.
def _strict_class(params_class: Any, seen: dict[Any, Any]) -> Any:
    if params_class in seen:
        return seen[params_class]
    fields = {name: hint for name, hint in params_class.__annotations__.items() if name not in _OPTION_NAMES}
    holder = type("Holder", (), {"__annotations__": fields})
    names = {**_NAMES, **vars(sys.modules[params_class.__module__]), "UntypedStripeObject": _AnyKeys}
    hints = typing_extensions.get_type_hints(holder, globalns=names, include_extras=True)
    strict_fields = {name: _strict(hint, seen) for name, hint in hints.items()}
    # Any: made at run time, which the checker does not follow.
    make_typed_dict: Any = typing_extensions.TypedDict
    strict = make_typed_dict(params_class.__name__, strict_fields)
    strict.__pydantic_config__ = ConfigDict(extra="forbid")
    strict.__module__ = __name__
    seen[params_class] = strict
    return strict


def _strict(hint: Any, seen: dict[Any, Any]) -> Any:
    if typing_extensions.is_typeddict(hint):
        return _strict_class(hint, seen)
    origin, arguments = typing_extensions.get_origin(hint), typing_extensions.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        choices = tuple(_strict(item, seen) for item in _narrowed(arguments))
        return typing.Union[choices]  # noqa: UP007  # a list of choices made at run time
    if origin in (typing_extensions.NotRequired, typing_extensions.Required):
        return origin[_strict(arguments[0], seen)]
    if origin is list:
        return list[_strict(arguments[0], seen)]  # type: ignore[misc]  # made at run time
    if origin is dict:
        return dict[arguments[0], _strict(arguments[1], seen)]  # type: ignore[misc,valid-type]  # made at run time
    return hint


def _narrowed(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """Drop the plain `str` beside a list of literals: the SDK adds it for values of the future, Stripe refuses them."""
    arguments = tuple(item for item in arguments if typing_extensions.get_origin(item) is not _AnyKeys)
    if any(typing_extensions.get_origin(item) is typing_extensions.Literal for item in arguments):
        return tuple(item for item in arguments if item is not str)
    return arguments
