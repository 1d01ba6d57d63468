"""A calendar file (RFC 5545) of latest safe days."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from certification.presenters.checklist import Deadline

LINE_OCTETS = 75
TYPE = "text/calendar; charset=utf-8"
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def calendar_file(deadlines: Sequence[Deadline], *, at: datetime) -> str:
    """Return whole-day events for `deadlines`, with an alarm 30 days before each; `at` (UTC) is when it was made."""
    stamp = f"{at:%Y%m%dT%H%M%SZ}"
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//IMG Certification Portal//Deadlines//EN"]
    for number, deadline in enumerate(deadlines, start=1):
        lines += [
            "BEGIN:VEVENT",
            f"UID:{deadline.on:%Y%m%d}-{number}-{stamp}@deadlines",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{deadline.on:%Y%m%d}",
            f"DTEND;VALUE=DATE:{deadline.on + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_escaped('Latest safe day: ' + deadline.title)}",
            f"DESCRIPTION:{_escaped(deadline.reason)}",
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"DESCRIPTION:{_escaped(deadline.title)}",
            "TRIGGER:-P30D",
            "END:VALARM",
            "END:VEVENT",
        ]
    return "".join(f"{folded}\r\n" for line in [*lines, "END:VCALENDAR"] for folded in _folded(line))


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
