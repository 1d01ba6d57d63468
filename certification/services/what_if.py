"""Tries days that have not come yet: the person's facts with a few more, judged by the same engine. Nothing is written."""

from dataclasses import dataclass, replace
from datetime import date

from applicants.models import Applicant
from certification.rules.engine import evaluate
from certification.rules.facts import (
    Credential,
    CredentialState,
    Exam,
    PathwayApplication,
    PathwayState,
    PersonFacts,
    Result,
    Sitting,
)
from certification.rules.tables import RuleTables
from certification.rules.trace import Verdict
from certification.services.person import person_facts
from certification.services.rule_tables import current_tables


class NoSchoolError(Exception):
    """A graduation is supposed of somebody whose school is not on record; nothing could be said of it."""


@dataclass(frozen=True)
class Supposed:
    """Days that somebody supposes; None is left as the record has it."""

    graduation_on: date | None = None
    step_1_on: date | None = None
    step_2_ck_on: date | None = None
    pathway_on: date | None = None
    verified_on: date | None = None
    as_of: date | None = None

    def day(self, today: date) -> date:
        """Return the day to judge: the one chosen, or the last of all supposed days and today."""
        days = (self.graduation_on, self.step_1_on, self.step_2_ck_on, self.pathway_on, self.verified_on)
        return self.as_of or max([today, *(day for day in days if day is not None)])


def what_if(applicant: Applicant, supposed: Supposed, today: date) -> Verdict:
    """Return the verdict on the record together with what is supposed. Raises `NoSchoolError`."""
    as_of, tables = supposed.day(today), current_tables()
    facts = person_facts(applicant, as_of, as_told=True)
    if supposed.graduation_on is not None and facts.education is None:
        raise NoSchoolError
    return evaluate(suppose(facts, supposed, tables), tables, as_of)


def suppose(facts: PersonFacts, supposed: Supposed, tables: RuleTables) -> PersonFacts:
    """Return the facts with what is supposed added."""
    passed = ((Exam.STEP_1, supposed.step_1_on), (Exam.STEP_2_CK, supposed.step_2_ck_on))
    more = tuple(Sitting(exam=exam, taken_on=on, result=Result.PASS) for exam, on in passed if on is not None)
    facts = replace(facts, examinations=(*facts.examinations, *more))
    if supposed.graduation_on is not None and facts.education is not None:
        graduated = replace(facts.education, student=False, graduation_date=supposed.graduation_on, degree_date=None)
        facts = replace(facts, education=graduated)
    if supposed.pathway_on is not None:
        accepted = _accepted(facts, supposed.pathway_on, tables)
        facts = replace(facts, pathway_applications=(*facts.pathway_applications, accepted))
    if supposed.verified_on is not None:
        name = facts.identity.name if facts.identity is not None else ""
        facts = replace(
            facts,
            diploma=_verified(facts.diploma, supposed.verified_on, name),
            transcript=_verified(facts.transcript, supposed.verified_on, name),
        )
    return facts


def _accepted(facts: PersonFacts, on: date, tables: RuleTables) -> PathwayApplication:
    """Return an acceptance in the season that was opened last by that day; Pathway 6 for who once failed Step 2 CS."""
    failed_cs = any(one.exam is Exam.STEP_2_CS and one.result is Result.FAIL for one in facts.examinations)
    opened = [season for season in tables.seasons if season.opens_on <= on]
    season = max(opened, key=lambda one: one.opens_on).season if opened else on.year
    return PathwayApplication(
        pathway=6 if failed_cs else 1,
        season=season,
        state=PathwayState.ACCEPTED,
        accepted_on=on,
        oet_on=on,
        decided_elsewhere=True,
    )


def _verified(paper: Credential | None, on: date, name: str) -> Credential:
    known = paper or Credential(state=CredentialState.VERIFIED, name=name)
    if known.state is CredentialState.VERIFIED and known.verified_on is not None and known.verified_on <= on:
        return known
    return replace(known, state=CredentialState.VERIFIED, verified_on=on, sent_to_school_on=None, submitted_on=None)
