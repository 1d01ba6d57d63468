"""A calendar file (RFC 5545) of latest safe days."""

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from certification.presenters.checklist import Deadline

LINE_OCTETS = 75
TYPE = "text/calendar; charset=utf-8"
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def calendar_file(deadlines: Sequence[Deadline], *, person: int, at: datetime, supposed: bool = False) -> str:
    """Return whole-day events for `deadlines`, with an alarm 30 days before each; `at` (UTC) is when it was made.

    Each deadline of a person (the primary key) is the same event in every file, so that a calendar which has it already
    moves it (RFC 5545, 3.8.4.7 and 3.8.7.4). With `supposed`, the days rest on days that somebody supposed: these events
    have names and titles of their own, and never move those of the record.
    """
    stamp = f"{at:%Y%m%dT%H%M%SZ}"
    counted: Counter[str] = Counter()
    kind, title_before = (
        ("supposed", "If it comes so, latest safe day: ") if supposed else ("record", "Latest safe day: ")
    )
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//IMG Certification Portal//Deadlines//EN"]
    for deadline in deadlines:
        counted[deadline.title] += 1
        lines += [
            "BEGIN:VEVENT",
            f"UID:{_name(person, kind, deadline.title, counted[deadline.title])}",
            f"DTSTAMP:{stamp}",
            # Grows with every file: of two with the same name, a calendar keeps the one with the higher number.
            f"SEQUENCE:{int(at.timestamp())}",
            f"DTSTART;VALUE=DATE:{deadline.on:%Y%m%d}",
            f"DTEND;VALUE=DATE:{deadline.on + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_escaped(title_before + deadline.title)}",
            f"DESCRIPTION:{_escaped(deadline.reason)}",
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"DESCRIPTION:{_escaped(deadline.title)}",
            "TRIGGER:-P30D",
            "END:VALARM",
            "END:VEVENT",
        ]
    return "".join(f"{folded}\r\n" for line in [*lines, "END:VCALENDAR"] for folded in _folded(line))


def _name(person: int, kind: str, title: str, number: int) -> uuid.UUID:
    """Return the name of an event: always the same, and nothing can be read from it (RFC 7986, 5.3)."""
    digest = salted_hmac("certification.deadline", f"{person} {kind} {number} {title}", algorithm="sha256").digest()
    return uuid.UUID(bytes=digest[:16], version=4)


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)


def _folded(line: str) -> list[str]:
    """Return the line in pieces of at most 75 octets, each but the first begun with a blank (RFC 5545, 3.1)."""
    pieces, piece = [], ""
    for letter in line:
        if len((piece + letter).encode()) > LINE_OCTETS:
            pieces.append(piece)
            piece = " "
        piece += letter
    return [*pieces, piece]
