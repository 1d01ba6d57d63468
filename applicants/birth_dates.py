"""Which birth dates somebody can have who studied medicine and is alive."""

from datetime import date

YOUNGEST, OLDEST = 16, 110


def is_plausible(born: date, *, today: date) -> bool:
    """Tell whether somebody born on this day is between `YOUNGEST` and `OLDEST` years old."""
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return YOUNGEST <= age <= OLDEST
