"""Words as people type them into a search, and words as rules say them to people."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

# Letters that do not decompose into a base letter and a mark.
_BASE_LETTERS = str.maketrans({"\u0131": "i", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ħ": "h"})
_NOT_A_WORD = re.compile(r"[^\w]+")


def plain_text(text: str) -> str:
    """Return `text` in lower case, without marks and punctuation, its words one space apart.

    Apostrophes and full stops vanish, so that `St. George's` is found as `st georges`.
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold()).translate(_BASE_LETTERS)
    letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _NOT_A_WORD.sub(" ", re.sub(r"['’.]", "", letters)).strip()


def day_in_words(day: date) -> str:
    """Return `June 4, 2026`."""
    return f"{day:%B} {day.day}, {day.year}"


def listed(words: Sequence[str]) -> str:
    """Return `a`, `a and b`, or `a, b and c`."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def counted(number: int, noun: str) -> str:
    """Return `1 day`, `2 days`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
