"""The Application for Certification, and what it says of schools and credits, as facts."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from applicants.naming import comparable
from certification.rules.facts import (
    Application,
    ApplicationState,
    CredentialState,
    School,
    SponsorNote,
    TranscriptState,
    Transfer,
)
from certification.services.person import papers
from certification.services.person.query import Record
from certification.services.person.values import day, local_day
from certification.states import ACCEPTED_CHECK, CredentialKind

_NOT_HERE = (CredentialState.DRAFT, CredentialState.RETURNED_TO_APPLICANT, CredentialState.REFUSED)
OPEN_ENDS = (ApplicationState.REJECTED, ApplicationState.WITHDRAWN)


def application(record: Record, as_of: date) -> Application | None:
    """Return the application; a degree on record without one was carried over from an application accepted elsewhere."""
    rows = [row for row in record["own_applications"] if row["state"] not in OPEN_ENDS]
    ended = record["own_applications"][-1:]
    newest = (rows or ended)[-1] if rows or ended else None
    if newest is None:
        return Application(state=ApplicationState.ACCEPTED) if record["education_pk"] is not None else None
    state = ApplicationState(newest["state"])
    accepted = state is ApplicationState.ACCEPTED
    since = local_day(newest["moved_at"])
    return Application(
        state=state,
        submitted_on=local_day(newest["submitted_at"]),
        accepted_on=local_day(newest["decided_at"]) if accepted else None,
        state_since=since if since is not None and since <= as_of else None,
        returned_reason=newest["return_reason"] if state is ApplicationState.RETURNED else "",
    )


def credit_years(record: Record) -> Decimal | None:
    """Return the years credited by the school of the degree, None where no application says so."""
    years = [row["credit_years"] for row in record["attendances"] if row["awarded_degree"]]
    return Decimal(str(years[0])) if years else None


def years_completed(record: Record, as_of: date) -> int:
    """Return the full years since the first day at the school of the degree; the school confirms that they count (R-EXAM-8)."""
    spans = [(row["attended_from"], row["attended_to"]) for row in record["attendances"] if row["awarded_degree"]]
    if not spans:
        return 0
    first, last = day(spans[0][0]), day(spans[0][1])
    until = min(last or as_of, as_of)
    return (
        0 if first is None else max(until.year - first.year - ((until.month, until.day) < (first.month, first.day)), 0)
    )


def transfers(record: Record, as_of: date) -> tuple[Transfer, ...]:
    """Return the credits of other schools, as disclosed in the accepted application (R-CRED-2, R-CRED-3)."""
    rows = [row for row in record["attendances"] if not row["awarded_degree"] and row["credit_years"]]
    return tuple(_transfer(record, row, as_of) for row in rows)


def _transfer(record: Record, row: Record, as_of: date) -> Transfer:
    transcript = _transcript(record, row, as_of)
    return Transfer(
        school=_school(record, row),
        credit_years=Decimal(str(row["credit_years"])),
        passed=row["passed"],
        # Who accepted the application found that nothing is left out; what comes to light later is a case (R-IRR-1).
        disclosed=True,
        transcript=transcript,
        # Staff send each transcript that they accept to the school that issued it.
        must_be_verified=transcript is not TranscriptState.MISSING,
        premedical_only=row["premedical_only"],
        # The day is the person's own word until the reviewer has seen a document that shows it.
        accepted_on=day(row["accepted_on"]) if ACCEPTED_CHECK in row["checks"] else None,
    )


def note(row: Record) -> SponsorNote:
    """Return a Sponsor Note with the day on which it was withdrawn (R-SCH-8)."""
    return SponsorNote(from_year=row["from_year"], to_year=row["to_year"], withdrawn_on=day(row["withdrawn_on"]))


def _school(record: Record, row: Record) -> School:
    of_school = {note(one) for one in record["attended_notes"] if one["school_id"] == row["school_id"]}
    notes = tuple(sorted(of_school, key=lambda one: one.from_year))
    return School(
        name=row["school_name"],
        country=row["country"],
        in_directory=row["school_id"] is not None,
        sponsor_notes=notes,
    )


def _transcript(record: Record, row: Record, as_of: date) -> TranscriptState:
    """Return where the transcript of another school stood on that day; a suspicion is no news to the person."""
    states = set(_states(record, row, as_of))
    if CredentialState.VERIFIED in states:
        return TranscriptState.VERIFIED
    if states.intersection(papers.AT_SCHOOL):
        return TranscriptState.AT_SCHOOL
    return TranscriptState.RECEIVED if states.difference(_NOT_HERE) else TranscriptState.MISSING


def _states(record: Record, row: Record, as_of: date) -> Iterator[CredentialState]:
    for paper in record["papers"]:
        sent_on = local_day(paper["submitted_at"])
        if paper["kind"] != CredentialKind.TRANSFER_TRANSCRIPT or not _is_of(paper, row):
            continue
        if paper["state"] != CredentialState.DRAFT and (sent_on is None or sent_on <= as_of):
            yield papers.state_on(record, paper, as_of)[0]


def _is_of(paper: Record, row: Record) -> bool:
    """Tell whether a transcript is of that school; the person may write its name in another way than the application."""
    same_school = paper["school_id"] is not None and paper["school_id"] == row["school_id"]
    return same_school or comparable(paper["issuer"]) == comparable(row["school_name"])
