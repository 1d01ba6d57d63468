"""The identification number as people write it and as the portal keeps it (R-ID-3: eight digits, no check digit)."""

import re

_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212]+")
_EIGHT_DIGITS = re.compile(r"[0-9]{8}")


def parse_identification_number(text: str) -> str:
    """Return the eight digits of `text`, typed with or without dashes and spaces. Raises ValueError for anything else."""
    digits = _SEPARATORS.sub("", text)
    if not _EIGHT_DIGITS.fullmatch(digits):
        raise ValueError("An identification number has eight digits.")
    return digits


def format_identification_number(number: str) -> str:
    """Return eight digits as printed everywhere: `04821375` becomes `0-482-137-5`. Raises ValueError for anything else."""
    digits = parse_identification_number(number)
    return f"{digits[0]}-{digits[1:4]}-{digits[4:7]}-{digits[7]}"
