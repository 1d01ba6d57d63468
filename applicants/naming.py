"""When two spellings are one name: what a passport prints in capitals is the same name, another letter is not (R-APP-6)."""

import unicodedata


def comparable(text: str) -> str:
    """Return `text` as it is compared: one form of each character, capitals, single spaces.

    Capitals only, because passports print them. Accents, hyphens and every other character count. The dotted capital I
    of Turkish is written without its dot where a passport has no such letter.
    """
    capitals = unicodedata.normalize("NFC", text).upper()
    return " ".join(unicodedata.normalize("NFC", capitals).replace("İ", "I").split())


def is_same_name(first: tuple[str, str], second: tuple[str, str]) -> bool:
    """Tell whether two names, each (family name, given names), are the same part by part."""
    return all(comparable(one) == comparable(other) for one, other in zip(first, second, strict=True))
