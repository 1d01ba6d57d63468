"""What the engine answers: one trace for each rule, and the verdict over all of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from certification.facts import CertificateFact, CertificationAnswer


class Outcome(StrEnum):
    """Answer of one rule."""

    MET = "MET"
    NOT_MET = "NOT_MET"
    PENDING = "PENDING"
    EXPIRED = "EXPIRED"
    MANUAL_REVIEW = "MANUAL_REVIEW"
    NA = "N/A"

    @property
    def satisfies(self) -> bool:
        """Tell whether the rule stands in nobody's way."""
        return self in (Outcome.MET, Outcome.NA)


# From worst to best, for comparing two answers of one rule.
SEVERITY = (
    Outcome.NOT_MET,
    Outcome.EXPIRED,
    Outcome.MANUAL_REVIEW,
    Outcome.PENDING,
    Outcome.NA,
    Outcome.MET,
)


class Overall(StrEnum):
    """Answer over all rules, from worst to best in this order."""

    NOT_ELIGIBLE = "NOT_ELIGIBLE"
    MANUAL_REVIEW = "MANUAL_REVIEW"
    PENDING = "PENDING"
    HELD = "HELD"
    ELIGIBLE = "ELIGIBLE"


class Turn(StrEnum):
    """Who must act next."""

    APPLICANT = "applicant"
    STAFF = "staff"
    SCHOOL = "school"
    THIRD_PARTY = "third_party"
    COMMITTEE = "committee"
    NOBODY = "nobody"


class Bearing(StrEnum):
    """What a rule decides."""

    CERTIFICATE = "certificate"
    HOLD = "hold"
    REGISTRATION = "registration"
    MATCH = "match"
    INFORMATION = "information"


@dataclass(frozen=True)
class Finding:
    """What one rule found; `reason` is said to the applicant as it stands here.

    `by` and `on`: by what it is met, or was met once, in the words of a report, and the day of that.
    """

    outcome: Outcome
    reason: str
    turn: Turn = Turn.NOBODY
    used: Mapping[str, object] = field(default_factory=dict)
    complete_by: date | None = None
    since: date | None = None
    bars_registration: bool | None = None
    by: str = ""
    on: date | None = None

    def using(self, used: Mapping[str, object]) -> "Finding":
        """Return the same finding with these facts named."""
        return replace(self, used=used)

    def shown(self, by: str, on: date | None) -> "Finding":
        """Return the same finding with what meets it."""
        return replace(self, by=by, on=on)


@dataclass(frozen=True)
class RuleTrace:
    """One rule's answer with where it came from.

    `facts_used`: (path of the fact, value as text). `complete_by`: the latest safe day, where there is one. `since`: the
    day from which whoever has the turn has been waited for. `blocks_registration`: no examination may be registered for.
    `by` and `on`: by what it is met, or was met once, as reports say it, and the day of that; "" and None where nothing is on
    record.
    """

    rule_id: str
    title: str
    bearing: Bearing
    outcome: Outcome
    reason: str
    turn: Turn
    facts_used: tuple[tuple[str, str], ...]
    complete_by: date | None
    since: date | None
    blocks_registration: bool
    by: str = ""
    on: date | None = None


INDEFINITE = "indefinite"


@dataclass(frozen=True)
class Verdict:
    """The answer for one person on one day.

    `valid_through`: end of the certificate that exists or could be issued, `INDEFINITE` for no end, None where neither.
    `answer` and `certificate`: what a report says of the certificate that was issued by then.
    """

    as_of: date
    rules_version: str
    outcome: Overall
    valid_through: date | str | None
    match_ready: bool
    registration_blocked: bool
    traces: tuple[RuleTrace, ...]
    answer: CertificationAnswer
    certificate: CertificateFact | None

    def trace(self, rule_id: str) -> RuleTrace:
        """Return the answer of one rule. Raises KeyError for a rule that the engine does not know."""
        for trace in self.traces:
            if trace.rule_id == rule_id:
                return trace
        raise KeyError(rule_id)

    @property
    def open_traces(self) -> tuple[RuleTrace, ...]:
        """Return the rules that keep a certificate from being issued."""
        deciding = (Bearing.CERTIFICATE, Bearing.HOLD)
        return tuple(trace for trace in self.traces if trace.bearing in deciding and not trace.outcome.satisfies)


def met(reason: str, **used: object) -> Finding:
    """Return that the rule is met."""
    return Finding(Outcome.MET, reason, used=used)


def not_needed(reason: str, **used: object) -> Finding:
    """Return that the rule does not concern this person."""
    return Finding(Outcome.NA, reason, used=used)


def not_met(reason: str, turn: Turn = Turn.APPLICANT, *, complete_by: date | None = None, **used: object) -> Finding:
    """Return that the rule is not met."""
    return Finding(Outcome.NOT_MET, reason, turn, used=used, complete_by=complete_by)


def expired(reason: str, turn: Turn = Turn.APPLICANT, *, complete_by: date | None = None, **used: object) -> Finding:
    """Return that the rule was met once, and no longer is."""
    return Finding(Outcome.EXPIRED, reason, turn, used=used, complete_by=complete_by)


def pending(
    reason: str, turn: Turn, *, complete_by: date | None = None, since: date | None = None, **used: object
) -> Finding:
    """Return that the rule waits for `turn`."""
    return Finding(Outcome.PENDING, reason, turn, used=used, complete_by=complete_by, since=since)


def manual_review(reason: str, turn: Turn = Turn.STAFF, **used: object) -> Finding:
    """Return that people must decide."""
    return Finding(Outcome.MANUAL_REVIEW, reason, turn, used=used)
