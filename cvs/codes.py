"""Codes printed on a report: the long one inside the QR, the short one a person types.

Both use Crockford's base 32 alphabet (no I, L, O, U), so a code survives being read aloud or written by hand.

The short code is 15 random characters and one check character. Each character is an element of the field GF(32) built on
x^5 + x^2 + 1, and character i counts with the weight 2^(15-i) of that field; the weighted sum of all 16 is zero. The
sixteen weights are different and never zero, so every single wrong character and every exchange of two different
characters, adjacent or not, is detected; of all other mistakes one in 32 slips through, which is why a look-up also
asks for the report date.
"""

import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
URL_CODE_LENGTH = 26
SHORT_CODE_LENGTH = 16
GROUP_LENGTH = 4
FIELD_POLYNOMIAL = 0b100101
VALUES = {character: value for value, character in enumerate(ALPHABET)}
LOOK_ALIKES = str.maketrans("OIL", "011")
SEPARATORS = re.compile(r"[\s.\u00ad\u2010-\u2015\u2212-]+")


class InvalidCode(ValueError):  # noqa: N818  # says what the text is, not what the program did
    """What was typed cannot be a short code; the message says what to do."""


def new_url_code() -> str:
    """Return 26 characters that carry 130 bits from the operating system's random source."""
    return _random_characters(URL_CODE_LENGTH)


def new_short_code() -> str:
    """Return 16 characters without dashes: 75 random bits and the check character."""
    payload = _random_characters(SHORT_CODE_LENGTH - 1)
    return payload + _check_character(payload)


def normalize_short_code(text: str) -> str:
    """Return the 16 characters meant by what a person typed.

    Accepts lower case, spaces, dots, any kind of dash or none, O for 0, I and L for 1.
    Raises InvalidCode with a message for the person when it cannot be a short code.
    """
    code = SEPARATORS.sub("", text).upper().translate(LOOK_ALIKES)
    strange = next((character for character in code if character not in VALUES), "")
    if strange:
        raise InvalidCode(f"A report code has no “{strange}”. Use only the letters and digits printed on the report.")
    if len(code) != SHORT_CODE_LENGTH:
        raise InvalidCode("Enter all 16 letters and digits of the code, four groups of four.")
    if _weighted_sum(code):
        raise InvalidCode("The code has a typing mistake. Compare each character with the report and enter it again.")
    return code


def format_short_code(code: str) -> str:
    """Return the code as printed, in four groups of four. Raises InvalidCode like `normalize_short_code`."""
    plain = normalize_short_code(code)
    return "-".join(plain[start : start + GROUP_LENGTH] for start in range(0, SHORT_CODE_LENGTH, GROUP_LENGTH))


def _random_characters(count: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(count))


def _check_character(payload: str) -> str:
    return ALPHABET[_times_two(_weighted_sum(payload))]


def _weighted_sum(characters: str) -> int:
    total = 0
    for character in characters:
        total = _times_two(total) ^ VALUES[character]
    return total


def _times_two(value: int) -> int:
    doubled = value << 1
    return doubled ^ FIELD_POLYNOMIAL if doubled >= len(ALPHABET) else doubled
