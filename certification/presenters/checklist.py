"""The checklist: the rules gathered into requirements, each with its reason, whose turn it is, how long, and what is next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from django.urls import NoReverseMatch, reverse

from certification.rules.credentials import DIPLOMA, TRANSCRIPT
from certification.rules.trace import SEVERITY, Bearing, Outcome, RuleTrace, Turn, Verdict
from certification.rules.words import day_in_words
from portal.eastern import EASTERN

LAST_MINUTE = time(23, 59)
DONE, PROGRESS, ACTION, TODO, LOCKED = "done", "progress", "action", "todo", "locked"
TURNS = {
    Turn.APPLICANT: "You",
    Turn.STAFF: "Our staff",
    Turn.SCHOOL: "Your school",
    Turn.THIRD_PARTY: "Somebody else",
    Turn.COMMITTEE: "The committee",
    Turn.NOBODY: "Nobody",
}
WAITING = {
    Turn.APPLICANT: (ACTION, "Action needed"),
    Turn.STAFF: (PROGRESS, "Waiting for us"),
    Turn.SCHOOL: (PROGRESS, "Waiting for your school"),
    Turn.THIRD_PARTY: (PROGRESS, "Waiting for others"),
    Turn.COMMITTEE: (PROGRESS, "Under manual review"),
    Turn.NOBODY: (LOCKED, "Cannot start yet"),
}
# What ends with a season ends at 11:59 PM in Philadelphia, which is another time where the person is.
ENDS_WITH_A_SEASON = frozenset({"R-CLIN-1", "R-CERT-8", "R-PW-CLOSE", *(f"R-PW-{number}" for number in range(1, 7))})
OTHERS = (Turn.STAFF, Turn.SCHOOL, Turn.THIRD_PARTY, Turn.COMMITTEE)


@dataclass(frozen=True)
class Requirement:
    """What people call one requirement: the rules in it, the one that speaks for it when it is met, and where to act."""

    slug: str
    title: str
    lead: str
    rules: tuple[str, ...]
    page: str = ""
    action: str = ""
    only_when_open: bool = False


REQUIREMENTS = (
    Requirement(
        "identity",
        "Your identity",
        "R-APP-5",
        ("R-APP-4", "R-APP-5", "R-APP-6", "R-ID-1"),
        page="identity",
        action="Confirm who you are",
        only_when_open=True,
    ),
    Requirement(
        "apply",
        "Application for Certification",
        "R-APP-1",
        ("R-APP-1", "R-APP-3"),
        page="application",
        action="Go to your application",
    ),
    Requirement(
        "school",
        "Eligible medical school",
        "R-SCH-2",
        ("R-IMG-1", "R-IMG-2", "R-IMG-4", "R-SCH-1", "R-SCH-2", "R-SCH-7"),
        page="eligibility",
        action="Check a school and year",
    ),
    Requirement(
        "education",
        "Medical education",
        "R-CRED-1",
        ("R-CERT-2", "R-CRED-1", "R-CRED-2", "R-CRED-2g", "R-CRED-3", "R-CRED-4", "R-CRED-5", "R-PSV-3"),
        page="credentials",
        action="See your credentials",
    ),
    Requirement("examinations", "Step 1 and Step 2 CK", "R-EXAM-3", ("R-EXAM-3", "R-EXAM-1", "R-EXAM-2")),
    Requirement(
        "skills",
        "Clinical and communication skills",
        "R-CLIN-1",
        (
            *("R-CLIN-2", "R-PW-PREC", "R-PW-0", "R-PW-1", "R-PW-2", "R-PW-3", "R-PW-4", "R-PW-5", "R-PW-6"),
            *("R-OET", "R-PW-CLOSE", "R-PW-VALID", "R-CLIN-1"),
        ),
        page="pathways",
        action="Go to Pathways",
    ),
    Requirement(
        "diploma",
        DIPLOMA,
        "R-PSV-1",
        ("R-CRED-6", "R-CRED-7", "R-CRED-9", "R-CRED-10", "R-PSV-7", "R-PSV-4", "R-PSV-1"),
        page="credentials",
        action="See your credentials",
    ),
    Requirement(
        "transcript",
        TRANSCRIPT,
        "R-PSV-2",
        ("R-PSV-2",),
        page="credentials",
        action="See your credentials",
    ),
    Requirement(
        "holds",
        "Nothing owed, nothing on hold",
        "R-HOLD-1",
        ("R-HOLD-1", "R-HOLD-2"),
        page="contact",
        action="Contact us",
        only_when_open=True,
    ),
    Requirement(
        "certificate", "Certificate", "R-CERT-1", ("R-CERT-10", "R-CERT-4"), page="certificate", action="See it"
    ),
)
BY_SLUG: Mapping[str, Requirement] = {one.slug: one for one in REQUIREMENTS}


@dataclass(frozen=True)
class Item:
    """One requirement as it stands: `tone` gives mark and color, `waited` are days, `deadline` the latest safe day.

    `ends_at` is the moment at which that day ends, where it is the end of a season. `address` and `action` are where the
    person can act, empty where there is nothing to do; `page` tells more.
    """

    slug: str
    title: str
    tone: str
    label: str
    reason: str
    turn: str = ""
    waited: int | None = None
    deadline: date | None = None
    ends_at: datetime | None = None
    address: str = ""
    action: str = ""

    @property
    def page(self) -> str:
        """Return the address of the page about it."""
        return reverse("requirement", args=[self.slug])


def checklist_of(verdict: Verdict) -> tuple[Item, ...]:
    """Return the requirements in the order in which people meet them, the certificate last."""
    by_id = {trace.rule_id: trace for trace in verdict.traces}
    items = [
        item_of(requirement, [by_id[rule_id] for rule_id in requirement.rules], verdict.as_of)
        for requirement in REQUIREMENTS[:-1]
    ]
    shown = [
        item
        for item, requirement in zip(items, REQUIREMENTS, strict=False)
        if item.tone != DONE or not requirement.only_when_open
    ]
    return (*shown, _certificate(verdict, all_met=all(item.tone == DONE for item in shown)))


def item_for(slug: str, verdict: Verdict) -> Item:
    """Return one requirement as it stands. Raises KeyError for one that does not exist."""
    if slug == "certificate":
        return checklist_of(verdict)[-1]
    requirement = BY_SLUG[slug]
    return item_of(requirement, traces_of(requirement, verdict), verdict.as_of)


def traces_of(requirement: Requirement, verdict: Verdict) -> list[RuleTrace]:
    """Return the answers of the rules of a requirement."""
    return [verdict.trace(rule_id) for rule_id in requirement.rules]


@dataclass(frozen=True)
class Row:
    """The answer of one rule in words."""

    rule_id: str
    title: str
    tone: str
    label: str
    reason: str
    deadline: date | None
    ends_at: datetime | None = None


def ends_at(trace: RuleTrace) -> datetime | None:
    """Return the last minute of what ends with a season, None for days that end wherever the person is."""
    is_of_season = trace.rule_id in ENDS_WITH_A_SEASON and trace.complete_by is not None
    return datetime.combine(trace.complete_by, LAST_MINUTE, EASTERN) if is_of_season and trace.complete_by else None


NOT_NEEDED = "Not needed"


def rows_of(slug: str, verdict: Verdict) -> tuple[Row, ...]:
    """Return the answers of the rules of a requirement; those that do not concern the person come last."""
    traces = sorted(traces_of(BY_SLUG[slug], verdict), key=lambda trace: trace.outcome is Outcome.NA)
    return tuple(_row(trace) for trace in traces)


def _row(trace: RuleTrace) -> Row:
    if trace.outcome.satisfies:
        tone, label = (DONE, "Met") if trace.outcome is Outcome.MET else (LOCKED, NOT_NEEDED)
        return Row(trace.rule_id, trace.title, tone, label, trace.reason, None)
    tone, label = _standing(trace)
    return Row(trace.rule_id, trace.title, tone, label, trace.reason, trace.complete_by, ends_at(trace))


def item_of(requirement: Requirement, traces: Sequence[RuleTrace], as_of: date) -> Item:
    """Return a requirement by the worst answer among its rules; the first of several speaks."""
    worst = min(traces, key=lambda trace: SEVERITY.index(trace.outcome))
    if worst.outcome.satisfies:
        lead = next((trace for trace in traces if trace.rule_id == requirement.lead), worst)
        spoken = (
            lead if lead.outcome is Outcome.MET else next((one for one in traces if one.outcome is Outcome.MET), lead)
        )
        label = "Met" if spoken.outcome is Outcome.MET else "Not needed"
        return Item(requirement.slug, requirement.title, DONE, label, spoken.reason)
    tone, label = _standing(worst)
    waited = max((as_of - worst.since).days, 0) if worst.since is not None and worst.turn in OTHERS else None
    acts = worst.turn is Turn.APPLICANT
    address = _address(requirement.page) if acts else ""
    return Item(
        slug=requirement.slug,
        title=requirement.title,
        tone=tone,
        label=label,
        reason=worst.reason if not waited else f"{worst.reason} Today is day {waited}.",
        turn=TURNS[worst.turn],
        waited=waited,
        deadline=worst.complete_by,
        ends_at=ends_at(worst),
        address=address,
        action=requirement.action if address else "",
    )


def _standing(trace: RuleTrace) -> tuple[str, str]:
    if trace.outcome is Outcome.PENDING:
        return WAITING[trace.turn]
    if trace.outcome is Outcome.MANUAL_REVIEW:
        return PROGRESS, "Under manual review"
    if trace.outcome is Outcome.EXPIRED:
        return ACTION, "Expired"
    return (TODO, "Not met") if trace.turn is Turn.APPLICANT else (LOCKED, "Not met")


def _certificate(verdict: Verdict, *, all_met: bool) -> Item:
    requirement = BY_SLUG["certificate"]
    revoked, valid, issued = verdict.trace("R-CERT-10"), verdict.trace("R-CERT-4"), verdict.trace("R-CERT-1")
    address = _address(requirement.page)
    if revoked.outcome is Outcome.NOT_MET:
        return Item("certificate", requirement.title, LOCKED, "Revoked", revoked.reason, TURNS[Turn.NOBODY])
    if issued.outcome is Outcome.MET:
        number = dict(issued.facts_used).get("number", "")
        said = f"Number {number}. {issued.reason} {valid.reason}" if number else f"{issued.reason} {valid.reason}"
        tone, label = (DONE, "Met") if valid.outcome is Outcome.MET else (ACTION, "Expired")
        item = Item("certificate", requirement.title, tone, label, said, address=address, action=requirement.action)
        return item if address else Item("certificate", requirement.title, tone, label, said)
    if all_met:
        # How long it takes stands on its page, from our own record.
        said = "Every requirement is met. We are preparing your certificate."
        turn = TURNS[Turn.STAFF]
        waits = Item("certificate", requirement.title, PROGRESS, "Waiting for us", said, turn, address=address)
        return replace(waits, action="See what happens now") if address else waits
    said = "We issue it when every requirement is met."
    return Item("certificate", requirement.title, LOCKED, "Cannot start yet", said)


def _address(page: str) -> str:
    """Return the address of a page, or nothing where this portal has no such page."""
    try:
        return reverse(page) if page else ""
    except NoReverseMatch:
        return ""


@dataclass(frozen=True)
class Deadline:
    """A latest safe day, and what must be done by then; `ends_at` is the moment, where a season ends with it."""

    on: date
    title: str
    reason: str
    ends_at: datetime | None = None


def deadlines_of(verdict: Verdict) -> tuple[Deadline, ...]:
    """Return the latest safe days of what is open, the certificate's own end included, soonest first."""
    found = {
        (trace.complete_by, requirement.title): trace
        for requirement in REQUIREMENTS
        for trace in reversed(traces_of(requirement, verdict))
        if trace.complete_by is not None and not trace.outcome.satisfies
    }
    for trace in verdict.traces:
        if trace.bearing is Bearing.INFORMATION and trace.complete_by is not None and not trace.outcome.satisfies:
            found.setdefault((trace.complete_by, trace.title), trace)
    days = [Deadline(on, title, trace.reason, ends_at(trace)) for (on, title), trace in found.items() if on is not None]
    if isinstance(verdict.valid_through, date) and verdict.valid_through >= verdict.as_of:
        words = f"A certificate is valid through {day_in_words(verdict.valid_through)}; begin training by then."
        days.append(Deadline(verdict.valid_through, "Begin training", words))
    return tuple(sorted(days, key=lambda one: (one.on, one.title)))
