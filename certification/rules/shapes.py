"""What a dataclass of facts looks like to the reader and to the JSON Schema: fields, types, limits, descriptions."""

import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from certification.rules.facts.marks import Between, InOrder, Matches

Mark = Between | Matches


class Shape:
    """One field: its plain type, whether null is allowed and it may be omitted, what it means, its limits."""

    def __init__(self, hint: Any, source: Field[Any] | None = None) -> None:  # Any: a type hint has no type of its own
        """Take the hint apart."""
        marks: list[object] = []
        hint = _unwrapped(hint, marks)
        options = [one for one in get_args(hint) if one is not type(None)]
        self.nullable = get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint)
        self.type: Any = _unwrapped(options[0], marks) if self.nullable else hint
        self.about = next((mark for mark in marks if isinstance(mark, str)), "")
        self.limits = [mark for mark in marks if isinstance(mark, Between | Matches)]
        self.required = source is not None and source.default is MISSING
        self.default = None if source is None or source.default is MISSING else source.default

    @property
    def item(self) -> "Shape | None":
        """Return the shape of the entries of a list, or None when it is no list."""
        return Shape(get_args(self.type)[0]) if get_origin(self.type) is tuple else None


def _unwrapped(hint: Any, marks: list[object]) -> Any:  # Any: as above
    if get_origin(hint) is Annotated:
        inner, *found = get_args(hint)
        marks += found
        return _unwrapped(inner, marks)
    return hint


@cache
def shape_of(kind: type) -> Mapping[str, Shape]:
    """Return the fields of a dataclass of facts by name."""
    hints = get_type_hints(kind, include_extras=True)
    return {field.name: Shape(hints[field.name], field) for field in fields(kind)}


def is_object(kind: object) -> bool:
    """Tell whether `kind` is a dataclass of facts."""
    return isinstance(kind, type) and is_dataclass(kind)


def order_of(kind: type) -> tuple[InOrder, ...]:
    """Return which fields of a dataclass may not be in the wrong order."""
    return getattr(kind, "ORDER", ())
