"""A person's facts for the rules, as the record has them on a day: the same queries for one person and for many."""

from collections.abc import Iterable, Mapping
from datetime import date

from applicants.models import Applicant
from applicants.purchases import till
from certification.rules.facts import PersonFacts
from certification.services.person.building import facts_of
from certification.services.person.query import records

__all__ = ["people_facts", "person_facts"]


def person_facts(applicant: Applicant, as_of: date, *, as_told: bool = False) -> PersonFacts:
    """Return what the rules may know of a person on `as_of` (US Eastern); later entries are left out. Two queries.

    What is owed is what is owed now: the financial account keeps no debts of former days. `as_told` leaves out what the
    person is not told yet: the hold of a case before its notice (R-IRR-2).
    """
    return people_facts([applicant.pk], as_of, as_told=as_told)[applicant.pk]


def people_facts(applicant_ids: Iterable[int], as_of: date, *, as_told: bool = False) -> Mapping[int, PersonFacts]:
    """Return the facts of many people by their id; two queries, so give it a few hundred at a time."""
    wanted = list(applicant_ids)
    debts = till().debts(wanted)
    return {
        record["id"]: facts_of(record, as_of, debts.get(record["id"], 0), as_told=as_told) for record in records(wanted)
    }
