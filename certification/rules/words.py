"""Words as people type them into a search: without accents, case or punctuation."""

import re
import unicodedata

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
