"""The identification number: how people write it, how the portal keeps it, and how it makes a new one.

Imported numbers are eight digits taken as they are (R-ID-3). New ones end in a check digit of our own (R-ID-4) after
Damm's algorithm (H. M. Damm, 2004), which finds every wrong single digit and every pair of neighbors that changed
places; Luhn's would miss 09 for 90. They begin with 6 to 9, where imported numbers are not expected, and are checked
against them all the same.
"""

import re
import secrets
from datetime import datetime

from django.db import IntegrityError, transaction

from applicants.models import Applicant, IssuedNumber, User

_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212]+")
_EIGHT_DIGITS = re.compile(r"[0-9]{8}")
FIRST_DIGITS = "6789"
_DIGITS_BETWEEN = 6
# Four million numbers: that fifty in a row are taken means that something else is wrong.
_MOST_TRIES = 50

# A totally anti-symmetric quasigroup of order 10 with zeros on its diagonal: row is the interim digit, column the next.
_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)


class NumbersExhaustedError(RuntimeError):
    """No free number was found; the range is nearly used up."""


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


def check_digit(digits: str) -> str:
    """Return Damm's check digit of `digits`, a text of the digits 0 to 9."""
    interim = 0
    for digit in digits:
        interim = int(_DAMM[interim][int(digit)])
    return str(interim)


def has_check_digit(number: str) -> bool:
    """Tell whether the last digit of `number` checks the ones before; imported numbers need not."""
    return check_digit(number) == "0"


def is_new_style(number: str) -> bool:
    """Tell whether `number` could be one that `issue` made: in its range and with its check digit."""
    return number[:1] in FIRST_DIGITS and bool(_EIGHT_DIGITS.fullmatch(number)) and has_check_digit(number)


class NumberTakenError(ValueError):
    """Somebody has this number, or had it."""


def take_over(number: str) -> str:
    """Return a number that somebody got before there was this portal, eight digits taken as they are (R-ID-3).

    Raises ValueError for anything but eight digits, `NumberTakenError` for a number that somebody here has or had.
    """
    digits = parse_identification_number(number)
    if _is_taken(digits) or IssuedNumber.objects.filter(number=digits).exists():
        raise NumberTakenError("Somebody has this number, or had it.")
    return digits


def issue(*, at: datetime) -> str:
    """Return a new number that nobody has or ever had, noted as issued in the caller's transaction (R-ID-1).

    Drawn at random, so that one number tells nothing of the next. Two processes never get the same: each notes its
    number under a unique key, and the one that comes second draws again. Raises `NumbersExhaustedError`.
    """
    for _ in range(_MOST_TRIES):
        number = _draw()
        if not _is_taken(number) and _note(number, at):
            return number
    raise NumbersExhaustedError("No free identification number was found.")


def _draw() -> str:
    digits = secrets.choice(FIRST_DIGITS) + f"{secrets.randbelow(10**_DIGITS_BETWEEN):0{_DIGITS_BETWEEN}d}"
    return digits + check_digit(digits)


def _is_taken(number: str) -> bool:
    return (
        Applicant.objects.filter(identification_number=number).exists() or User.objects.filter(username=number).exists()
    )


def _note(number: str, at: datetime) -> bool:
    try:
        with transaction.atomic():
            IssuedNumber.objects.create(number=number, issued_at=at)
    except IntegrityError:
        return False
    return True
