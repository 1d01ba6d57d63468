"""The list of all rules, filled by the modules of rules when they are imported."""

from collections.abc import Callable
from dataclasses import dataclass

from certification.rules.case import Case
from certification.rules.trace import Bearing, Finding

Judge = Callable[[Case], Finding]


@dataclass(frozen=True)
class Rule:
    """One rule: `settled` rules are not judged again once a certificate was issued; `registration` ones bar examinations."""

    rule_id: str
    title: str
    bearing: Bearing
    registration: bool
    settled: bool
    judge: Judge


RULES: dict[str, Rule] = {}


def rule(
    rule_id: str,
    title: str,
    bearing: Bearing = Bearing.CERTIFICATE,
    *,
    registration: bool = False,
    settled: bool | None = None,
) -> Callable[[Judge], Judge]:
    """Register a function as the rule `rule_id`. Raises ValueError when two functions claim one rule."""

    def register(judge: Judge) -> Judge:
        if rule_id in RULES:
            raise ValueError(f"{rule_id} has two functions.")
        final = bearing is Bearing.CERTIFICATE if settled is None else settled
        RULES[rule_id] = Rule(rule_id, title, bearing, registration, final, judge)
        return judge

    return register
