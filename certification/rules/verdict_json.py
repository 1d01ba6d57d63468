"""A verdict as a JSON object, for the command line and for the record of the last evaluation."""

from datetime import date
from typing import Any

from certification.rules.trace import RuleTrace, Verdict


def as_json(verdict: Verdict) -> dict[str, Any]:  # Any: JSON
    """Return the verdict with every rule by its id."""
    return {
        "as_of": verdict.as_of.isoformat(),
        "rules_version": verdict.rules_version,
        "outcome": verdict.outcome.value,
        "valid_through": _day(verdict.valid_through),
        "match_ready": verdict.match_ready,
        "registration_blocked": verdict.registration_blocked,
        "rules": {trace.rule_id: _rule(trace) for trace in verdict.traces},
    }


def _rule(trace: RuleTrace) -> dict[str, Any]:  # Any: JSON
    return {
        "outcome": trace.outcome.value,
        "title": trace.title,
        "reason": trace.reason,
        "turn": trace.turn.value,
        "complete_by": _day(trace.complete_by),
        "waiting_since": _day(trace.since),
        "decides": trace.bearing.value,
        "blocks_registration": trace.blocks_registration,
        "facts": dict(trace.facts_used),
    }


def _day(value: date | str | None) -> str | None:
    return value.isoformat() if isinstance(value, date) else value
