"""Dates that people copy from a document of ours."""

import re
from datetime import date, datetime

DATE_FORMATS = ("%B %d %Y", "%b %d %Y", "%d %B %Y", "%d %b %Y", "%Y-%m-%d", "%m/%d/%Y")


def parse_printed_date(text: str, *, advice: str) -> date:
    """Return the day meant by `June 3, 2026`, `3 Jun 2026`, `2026-06-03` or `6/3/2026` (month first).

    Raises ValueError with `advice` for the person.
    """
    plain = re.sub(r"[\s,.]+", " ", text).strip().replace("Sept ", "Sep ")
    for pattern in DATE_FORMATS:
        try:
            return datetime.strptime(plain, pattern).date()  # noqa: DTZ007 (a day without a time)
        except ValueError:
            continue
    raise ValueError(advice)
