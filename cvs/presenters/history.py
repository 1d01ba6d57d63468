"""What happened to an order's reports, read from the times on their rows; newest first."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from cvs.models import ReportRequest
from cvs.presenters.words import listed
from portal.eastern import eastern_date

AUTHORITIES = "licensing authorities"


class Kind(Enum):
    """Kinds of events with their sentence for one and for several authorities, in the order in which they happen."""

    PREPARED = ("Report for {} prepared", "Reports for {} prepared")
    REVISED = ("Revised report for {} prepared", "Revised reports for {} prepared")
    SENT = ("Sent to {}", "Sent to {}")
    OPENED = ("{} opened its report", "{} opened their reports")
    CANCELED = ("Report for {} canceled", "Reports for {} canceled")


RANK = {kind: position for position, kind in enumerate(Kind)}


@dataclass(frozen=True)
class HistoryStep:
    """One step of a timeline; `mark` is todo (expected), now (the latest) or done. `when` is said where `at` is None."""

    title: str
    at: datetime | None
    mark: str
    when: str = ""


@dataclass(frozen=True)
class Happening:
    """One event: what, when, and to the report for which authority."""

    kind: Kind
    at: datetime
    name: str


def happenings(requests: Iterable[ReportRequest]) -> list[Happening]:
    """Return every event of `requests`; authority and reports must be loaded, so that no query runs here."""
    return [event for request in requests for event in (*documents(request), *milestones(request))]


def documents(request: ReportRequest) -> list[Happening]:
    """Return when the report, and each revision of it, was prepared."""
    return [
        Happening(Kind.PREPARED if report.version == 1 else Kind.REVISED, report.issued_at, request.authority.name)
        for report in request.reports.all()
    ]


def milestones(request: ReportRequest) -> list[Happening]:
    """Return when the report was sent, opened or canceled."""
    times = [
        (Kind.SENT, request.dispatched_at),
        (Kind.OPENED, request.acknowledged_at),
        (Kind.CANCELED, request.canceled_at),
    ]
    return [Happening(kind, at, request.authority.name) for kind, at in times if at is not None]


def told(events: Sequence[Happening]) -> list[tuple[str, datetime]]:
    """Return (sentence, time of the last) for each kind of event of each day (US Eastern), newest first."""
    groups: defaultdict[tuple[date, Kind], list[Happening]] = defaultdict(list)
    for event in sorted(events, key=lambda event: event.at):
        groups[eastern_date(event.at), event.kind].append(event)
    lines = [(kind, max(event.at for event in group), group) for (_, kind), group in groups.items()]
    lines.sort(key=lambda line: (line[1], RANK[line[0]]), reverse=True)
    return [(_sentence(kind, group), at) for kind, at, group in lines]


def _sentence(kind: Kind, group: Sequence[Happening]) -> str:
    names = list(dict.fromkeys(event.name for event in group))
    one, many = kind.value
    return (one if len(names) == 1 else many).format(listed(names, AUTHORITIES))


def as_steps(lines: Sequence[tuple[str, datetime]]) -> list[HistoryStep]:
    """Return the lines as steps of a timeline, of which the first is the latest."""
    return [HistoryStep(title, at, "done" if position else "now") for position, (title, at) in enumerate(lines)]
