"""The one place that answers whether a person is eligible, and why: pure, as of a day, one function for each rule."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from enum import Enum

from certification.rules import (
    RULES_VERSION,
    applying,
    credit_years,
    examinations,
    gates,
    holds,
    issuing,
    papers,
    pathways,
    schools,
    verification,
)
from certification.rules.case import Case
from certification.rules.facts import PersonFacts
from certification.rules.registry import RULES, Rule
from certification.rules.tables import RuleTables
from certification.rules.trace import INDEFINITE, Bearing, Finding, Outcome, Overall, RuleTrace, Turn, Verdict, met
from certification.rules.words import day_in_words

# In the order of the rules; importing them fills the registry.
SECTIONS = (applying, schools, examinations, pathways, credit_years, papers, verification, holds, issuing, gates)
FROM_WORST = (
    (Outcome.NOT_MET, Overall.NOT_ELIGIBLE),
    (Outcome.EXPIRED, Overall.NOT_ELIGIBLE),
    (Outcome.MANUAL_REVIEW, Overall.MANUAL_REVIEW),
    (Outcome.PENDING, Overall.PENDING),
)
BLOCKING = (Outcome.NOT_MET, Outcome.EXPIRED)


def evaluate(facts: PersonFacts, tables: RuleTables, as_of: date) -> Verdict:
    """Judge a person on `as_of`: every rule with its trace, and the answer over all of them.

    Eligible means that each rule that decides is MET or N/A and no hold is open. What was required for a certificate that
    was issued is settled and not judged again. Raises UnknownThresholdError when the tables lack a row.
    """
    case = Case(facts, tables, as_of)
    traces = tuple(_trace(one, case) for one in RULES.values())
    outcome = _overall(traces)
    by_id = {trace.rule_id: trace for trace in traces}
    return Verdict(
        as_of=as_of,
        rules_version=RULES_VERSION,
        outcome=outcome,
        valid_through=_valid_through(case, outcome),
        match_ready=by_id["R-MATCH-1"].outcome is Outcome.MET,
        registration_blocked=any(trace.blocks_registration for trace in traces),
        traces=traces,
        answer=issuing.answer(case),
        certificate=issuing.fact(case),
    )


def traces_of(rule_ids: Iterable[str], facts: PersonFacts, tables: RuleTables, as_of: date) -> Mapping[str, RuleTrace]:
    """Return the traces of some rules alone, for who asks only about these. Raises KeyError for an unknown rule."""
    case = Case(facts, tables, as_of)
    return {rule_id: _trace(RULES[rule_id], case) for rule_id in rule_ids}


def _trace(one: Rule, case: Case) -> RuleTrace:
    finding = one.judge(case)
    if one.settled:
        finding = _settled(finding, case)
    blocks = one.registration and finding.outcome in BLOCKING
    return RuleTrace(
        rule_id=one.rule_id,
        title=one.title,
        bearing=one.bearing,
        outcome=finding.outcome,
        reason=finding.reason,
        turn=Turn.NOBODY if finding.outcome.satisfies else finding.turn,
        facts_used=tuple((name, _text(value)) for name, value in finding.used.items()),
        complete_by=finding.complete_by,
        since=finding.since,
        blocks_registration=blocks if finding.bars_registration is None else finding.bars_registration,
        by=finding.by,
        on=finding.on,
    )


def _settled(finding: Finding, case: Case) -> Finding:
    """Return the finding as it stands after a certificate was issued, revoked or not: what it rests on is not asked again."""
    if finding.outcome.satisfies or case.certificate is None:
        return finding
    reason = f"Settled when your certificate was issued on {day_in_words(case.certificate.issued_on)}."
    return replace(met(reason), used=finding.used, by=finding.by, on=finding.on)


def _overall(traces: Sequence[RuleTrace]) -> Overall:
    deciding = {trace.outcome for trace in traces if trace.bearing is Bearing.CERTIFICATE}
    for outcome, overall in FROM_WORST:
        if outcome in deciding:
            return overall
    held = any(trace.bearing is Bearing.HOLD and not trace.outcome.satisfies for trace in traces)
    return Overall.HELD if held else Overall.ELIGIBLE


def _valid_through(case: Case, outcome: Overall) -> date | str | None:
    if case.certificate is not None:
        return issuing.valid_through(case)
    if outcome not in (Overall.ELIGIBLE, Overall.HELD):
        return None
    if case.relies_on_cs:
        return INDEFINITE
    return case.pathway.through if case.pathway is not None else None


def _text(value: object) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, list | tuple):
        return ", ".join(_text(one) for one in value)
    return "" if value is None else str(value)


def titles() -> Mapping[str, str]:
    """Return each rule id with what the rule is about, in the order of the rules."""
    return {rule_id: one.title for rule_id, one in RULES.items()}
