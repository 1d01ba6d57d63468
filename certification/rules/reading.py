"""Reads facts from JSON, and refuses what is unknown or impossible with the path of each fault."""

import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, cast

from certification.rules.base_profile import merged, profile_in_order
from certification.rules.facts import PersonFacts
from certification.rules.facts.marks import LONGEST_LIST, LONGEST_TEXT, Between, Matches
from certification.rules.shapes import Shape, is_object, order_of, shape_of
from certification.rules.tables import RuleTables

LARGEST_FILE = 1_000_000
MOST_FAULTS = 20
BASE = "base"
BASES = ("empty", "ok")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
EARLIEST, LATEST = 1900, 2150


class FactsError(ValueError):
    """The facts are refused; `faults` are (path, what is wrong), at most `MOST_FAULTS` of them."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        """Keep the faults."""
        self.faults = faults[:MOST_FAULTS]
        super().__init__("\n".join(f"{path}: {words}" for path, words in self.faults))


def read_facts(text: str, tables: RuleTables, as_of: date) -> PersonFacts:
    """Return the facts of a JSON document as docs/eligibility-facts.schema.json describes it. Raises FactsError."""
    if len(text.encode()) > LARGEST_FILE:
        raise FactsError([("$", f"the file is larger than {LARGEST_FILE:,} bytes")])
    document = _parsed(text)
    if not isinstance(document, dict):
        raise FactsError([("$", "must be one JSON object")])
    base = document.pop(BASE, "empty")
    if base not in BASES:
        raise FactsError([("$.base", f"must be one of {', '.join(BASES)}")])
    if base == "ok":
        _refuse_unknown_sections(document)
        document = merged(profile_in_order(tables, as_of, document), document)
    reader = _Reader()
    facts = reader.read(Shape(PersonFacts), document, "$")
    if not reader.faults:
        reader.faults += _contradictions(cast("PersonFacts", facts), as_of)
    if reader.faults:
        raise FactsError(reader.faults)
    return cast("PersonFacts", facts)


def _refuse_unknown_sections(document: Mapping[str, object]) -> None:
    unknown = [name for name in document if name not in shape_of(PersonFacts)]
    if unknown:
        raise FactsError([(f"$.{name}", "unknown key") for name in unknown])


def _parsed(text: str) -> Any:  # Any: JSON may be anything
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_once)
    except FactsError:
        raise
    except (ValueError, RecursionError) as problem:
        words = "too deeply nested" if isinstance(problem, RecursionError) else f"not valid JSON: {problem}"
        raise FactsError([("$", words)]) from problem


def _refuse_constant(name: str) -> None:
    raise FactsError([("$", f"{name} is not a number")])


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise FactsError([("$", f"the key {name} is given twice") for name in {n for n in names if names.count(n) > 1}])
    return found


def _contradictions(facts: PersonFacts, as_of: date) -> list[tuple[str, str]]:
    """Return what cannot be true together although each value is well formed."""
    faults = []
    education = facts.education
    if education and education.student and education.graduation_date and education.graduation_date <= as_of:
        faults.append(("$.education.graduation_date", "a student has not graduated by the day of evaluation"))
    seen = set()
    for number, sitting in enumerate(facts.examinations):
        if (sitting.exam, sitting.taken_on) in seen:
            faults.append((f"$.examinations[{number}]", "the same examination is given twice for one day"))
        seen.add((sitting.exam, sitting.taken_on))
    return faults


class _Reader:
    """Walks a document along the shapes and gathers what is wrong."""

    def __init__(self) -> None:
        self.faults: list[tuple[str, str]] = []

    def refuse(self, path: str, words: str) -> Any:  # Any: None in the place of a value
        """Note one fault."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append((path, words))
        return None

    def read(self, shape: Shape, value: Any, path: str) -> Any:  # Any: JSON in, a value of the shape's type out
        """Return `value` as the shape's type; None after a fault."""
        if value is None:
            if not shape.nullable:
                self.refuse(path, "may not be null")
            return None
        if shape.item is not None:
            return self._list(shape.item, value, path)
        if is_object(shape.type):
            return self._object(shape.type, value, path)
        return self._limited(shape, self._plain(shape.type, value, path), path)

    def _list(self, item: Shape, value: Any, path: str) -> Any:
        if not isinstance(value, list):
            return self.refuse(path, "must be a list")
        if len(value) > LONGEST_LIST:
            return self.refuse(path, f"has more than {LONGEST_LIST} entries")
        return tuple(self.read(item, one, f"{path}[{number}]") for number, one in enumerate(value))

    def _object(self, kind: type, value: Any, path: str) -> Any:
        if not isinstance(value, dict):
            return self.refuse(path, "must be an object")
        shapes, before = shape_of(kind), len(self.faults)
        for name in value:
            if name not in shapes:
                self.refuse(f"{path}.{name[:LONGEST_TEXT]}", "unknown key")
        read = {}
        for name, shape in shapes.items():
            if name in value:
                read[name] = self.read(shape, value[name], f"{path}.{name}")
            elif shape.required:
                self.refuse(f"{path}.{name}", "is missing")
        if len(self.faults) > before:
            return None
        self._check_order(kind, read, path)
        return kind(**read)

    def _check_order(self, kind: type, read: Mapping[str, Any], path: str) -> None:
        for one in order_of(kind):
            earlier, later = read.get(one.earlier), read.get(one.later)
            if earlier is not None and later is not None and later < earlier:
                self.refuse(f"{path}.{one.later}", f"{later} is before {one.earlier} {earlier}")

    def _plain(self, kind: Any, value: Any, path: str) -> Any:
        if kind is date:
            return self._day(value, path)
        if issubclass(kind, Enum):
            known = [str(one.value) for one in kind]
            return kind(value) if value in known else self.refuse(path, f"must be one of {', '.join(known)}")
        if kind is Decimal:
            return self._decimal(value, path)
        names = {str: "text", bool: "true or false", int: "a whole number"}
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            return self.refuse(path, f"must be {names[kind]}")
        return value

    def _day(self, value: Any, path: str) -> Any:
        if not isinstance(value, str) or not DAY.fullmatch(value):
            return self.refuse(path, "must be a day such as 2025-03-01")
        try:
            day = date.fromisoformat(value)
        except ValueError:
            return self.refuse(path, f"{value} is not a day of the calendar")
        if not EARLIEST <= day.year <= LATEST:
            return self.refuse(path, f"the year must be from {EARLIEST} to {LATEST}")
        return day

    def _decimal(self, value: Any, path: str) -> Any:
        try:
            number = Decimal(value) if isinstance(value, str | int | Decimal) and not isinstance(value, bool) else None
        except InvalidOperation:
            number = None
        if number is None or not number.is_finite():
            return self.refuse(path, "must be a number")
        return number

    def _limited(self, shape: Shape, value: Any, path: str) -> Any:
        if isinstance(value, str) and not isinstance(value, Enum) and len(value) > LONGEST_TEXT:
            return self.refuse(path, f"is longer than {LONGEST_TEXT} characters")
        for limit in shape.limits:
            if isinstance(limit, Between) and value is not None and not limit.least <= value <= limit.most:
                return self.refuse(path, f"must be from {limit.least} to {limit.most}")
            if isinstance(limit, Matches) and value is not None and not re.fullmatch(limit.pattern, value):
                return self.refuse(path, f"must be {limit.words}")
        return value
