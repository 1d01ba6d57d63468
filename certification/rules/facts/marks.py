"""Limits that a fact carries with its type: the reader checks them, the JSON Schema prints them."""

from dataclasses import dataclass

LONGEST_TEXT = 250
LONGEST_LIST = 200


@dataclass(frozen=True)
class Matches:
    """Text of this form; `words` says it to people."""

    pattern: str
    words: str


@dataclass(frozen=True)
class Between:
    """A number from `least` to `most`, both included."""

    least: int
    most: int


@dataclass(frozen=True)
class InOrder:
    """`earlier` may not be after `later`: two dates or years of one object, checked when both are given."""

    earlier: str
    later: str


COUNTRY = Matches(r"[A-Z]{2}", "two capital letters, the ISO 3166 code of a country")
YEAR = Between(1850, 2150)
