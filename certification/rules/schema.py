"""The JSON Schema of a facts file, made from the dataclasses."""

from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from certification.rules.facts import PersonFacts
from certification.rules.facts.marks import LONGEST_LIST, LONGEST_TEXT, Between, Matches
from certification.rules.reading import BASE, BASES
from certification.rules.shapes import Shape, is_object, order_of, shape_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"
BASE_ABOUT = (
    "What the file is laid over. `empty` (also when omitted): what the file does not say is not on record, and never "
    "counts as satisfied unless a description here says so. `ok`: a profile that is eligible on the day of evaluation, in "
    "which everything is in order: identity checked, passport current, name of record `Amara Okonkwo`; application "
    "accepted; school in NG with an open Sponsor Note, graduated on January 15 two years before, title `MBBS` among the "
    "accepted titles (MBBS, MBChB, MD and others), five credit years, no transfers; Step 1 passed three and Step 2 CK two "
    "years before; the latest season's Pathway 1 accepted with a license; OET Medicine 200 days before with 400 in all "
    "parts (before the first season of Pathways: Step 2 CS passed instead); diploma and transcript verified by the school, in English; balance 0; no cases, holds or certificate. The "
    "file's objects are merged into it key by key; lists and null replace what is there. With `education.student` true "
    "the profile has no graduation date, diploma or transcript."
)
ABOUT = (
    "Facts about one person for `manage.py check_eligibility FACTS.json --as-of DAY`. Days are ISO dates. Entries dated "
    "after the day of evaluation are ignored. Unknown keys, days that are not in the calendar and days in an impossible "
    "order are refused with the path of the fault."
)
COMPLETE = "Without `base` ok, an object names everything it needs."
Node = dict[str, Any]  # Any: JSON


def facts_schema() -> Node:
    """Return the schema as a JSON object."""
    definitions: dict[str, Node] = {}
    root = _object(PersonFacts, definitions, mergeable=True)
    root["properties"] = {
        BASE: {"enum": list(BASES), "default": BASES[0], "description": BASE_ABOUT},
        **root["properties"],
    }
    base_is_ok = {"properties": {BASE: {"const": "ok"}}, "required": [BASE]}
    root |= {"if": base_is_ok, "then": True, "else": {"$comment": COMPLETE, **_needed(PersonFacts)}}
    head = {"$schema": DIALECT, "title": "Facts for the eligibility rules", "description": ABOUT}
    return head | {name: value for name, value in root.items() if name != "description"} | {"$defs": definitions}


def _object(kind: type, definitions: dict[str, Node], *, mergeable: bool) -> Node:
    """Return the schema of a dataclass. What is merged into a base names what it needs only where there is no base."""
    shapes = shape_of(kind)
    about = (kind.__doc__ or "").strip()
    order = [f"`{one.earlier}` may not be after `{one.later}`" for one in order_of(kind)]
    node: Node = {
        "type": "object",
        "description": " ".join([about, *(f"{words}." for words in order)]),
        "additionalProperties": False,
        "properties": {name: _field(shape, definitions, mergeable) for name, shape in shapes.items()},
    }
    return node if mergeable else node | _required(kind)


def _required(kind: type) -> Node:
    required = [name for name, shape in shape_of(kind).items() if shape.required]
    return {"required": required} if required else {}


def _needed(kind: type) -> Node:
    """Return what an object and the objects in it must name when nothing is underneath."""
    inner = {name: _needed(shape.type) for name, shape in shape_of(kind).items() if is_object(shape.type)}
    inner = {name: node for name, node in inner.items() if node}
    return _required(kind) | ({"properties": inner} if inner else {})


def _merged_kinds(kind: type = PersonFacts) -> set[type]:
    """Return the dataclasses that stand alone (not in a list), so that they are merged key by key."""
    inner = {shape.type for shape in shape_of(kind).values() if is_object(shape.type)}
    return inner | {found for one in inner for found in _merged_kinds(one)}


def _field(shape: Shape, definitions: dict[str, Node], mergeable: bool) -> Node:
    node = _type(shape, definitions, mergeable)
    if shape.nullable:
        node = {"anyOf": [node, {"type": "null"}]}
    if shape.about:
        node = {"description": shape.about} | node
    default = _json(shape.default)
    return node if shape.required or default is None else node | {"default": default}


def _type(shape: Shape, definitions: dict[str, Node], mergeable: bool) -> Node:
    if shape.item is not None:
        return {"type": "array", "maxItems": LONGEST_LIST, "items": _type(shape.item, definitions, False)}
    if is_object(shape.type):
        reference = _reference(shape.type, definitions)
        return reference if mergeable else reference | _required(shape.type)
    return _plain(shape.type) | _limits(shape)


def _reference(kind: type, definitions: dict[str, Node]) -> Node:
    if kind.__name__ not in definitions:
        definitions[kind.__name__] = {}
        definitions[kind.__name__] = _object(kind, definitions, mergeable=kind in _merged_kinds())
    return {"$ref": f"#/$defs/{kind.__name__}"}


def _plain(kind: Any) -> Node:  # Any: a type
    if issubclass(kind, Enum):
        return {"enum": [one.value for one in kind]}
    known: dict[Any, Node] = {
        date: {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
        Decimal: {"type": ["number", "string"]},
        bool: {"type": "boolean"},
        int: {"type": "integer"},
        str: {"type": "string", "maxLength": LONGEST_TEXT},
    }
    return known[kind]


def _limits(shape: Shape) -> Node:
    node: Node = {}
    for limit in shape.limits:
        if isinstance(limit, Between):
            node |= {"minimum": limit.least, "maximum": limit.most}
        elif isinstance(limit, Matches):
            node |= {"pattern": f"^{limit.pattern}$"}
    return node


def _json(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return int(value)
    return list(value) if isinstance(value, tuple) else value
