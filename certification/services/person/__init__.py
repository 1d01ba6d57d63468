"""A person's facts for the rules, as the record has them on a day: one query for one person or for many."""

from collections.abc import Iterable, Mapping
from datetime import date

from applicants.models import Applicant
from certification.rules.facts import PersonFacts
from certification.services.person.building import facts_of
from certification.services.person.query import records

__all__ = ["people_facts", "person_facts"]


def person_facts(applicant: Applicant, as_of: date) -> PersonFacts:
    """Return what the rules may know of a person on `as_of` (US Eastern); later entries are left out. One query."""
    (record,) = records([applicant.pk])
    return facts_of(record, as_of)


def people_facts(applicant_ids: Iterable[int], as_of: date) -> Mapping[int, PersonFacts]:
    """Return the facts of many people by their id; one query, so give it a few hundred at a time."""
    return {record["pk"]: facts_of(record, as_of) for record in records(applicant_ids)}
