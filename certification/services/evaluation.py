"""Judges people by what is on record of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from applicants.models import Applicant
from certification.rules.engine import evaluate
from certification.rules.facts import PersonFacts
from certification.rules.tables import RuleTables
from certification.rules.trace import Verdict
from certification.services.person import people_facts, person_facts
from certification.services.rule_tables import current_tables


@dataclass(frozen=True)
class Judged:
    """A verdict with the facts it rests on."""

    facts: PersonFacts
    verdict: Verdict


def judge(applicant: Applicant, as_of: date) -> Judged:
    """Return verdict and facts of a person on `as_of` (US Eastern), as the person may be told, for pages that show both."""
    facts = person_facts(applicant, as_of, as_told=True)
    return Judged(facts, evaluate(facts, current_tables(), as_of))


def evaluate_person(
    applicant: Applicant, as_of: date, tables: RuleTables | None = None, *, as_told: bool = False
) -> Verdict:
    """Return the verdict on a person on `as_of` (US Eastern). Two queries besides the tables, which a caller may hand in.

    `as_told` is for the person's own pages: nothing of it tells of a case before its notice (R-IRR-2).
    """
    return evaluate(person_facts(applicant, as_of, as_told=as_told), tables or current_tables(), as_of)


def evaluate_people(
    applicant_ids: Iterable[int], as_of: date, tables: RuleTables | None = None, *, as_told: bool = False
) -> Mapping[int, Verdict]:
    """Return the verdict on each of these people; two queries, so give it a few hundred at a time. `as_told` as above."""
    chosen = tables or current_tables()
    known = people_facts(applicant_ids, as_of, as_told=as_told)
    return {pk: evaluate(facts, chosen, as_of) for pk, facts in known.items()}
