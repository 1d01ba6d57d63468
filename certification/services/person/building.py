"""Makes facts of what the query found; what is dated after the day of evaluation is left out or taken back."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from certification.rules.facts import (
    Certificate,
    Education,
    Exam,
    Hold,
    HoldKind,
    Identity,
    IrregularCase,
    OetSitting,
    Passport,
    PersonFacts,
    Result,
    Sanction,
    SanctionKind,
    School,
    Sitting,
    Training,
    WindowException,
)
from certification.services.person import applying, papers, pathways
from certification.services.person.query import Record
from certification.services.person.values import day, local_day
from certification.states import Pathway, RecognizedBy
from portal.eastern import eastern_date


def facts_of(record: Record, as_of: date, owed_cents: int, *, as_told: bool = False) -> PersonFacts:
    """Return the facts of one person's record; `as_told` leaves out the holds of cases of which the person knows nothing."""
    name = papers.full_name(record["given_names"], record["family_name"])
    return PersonFacts(
        identity=_identity(record, name),
        application=applying.application(record, as_of),
        education=_education(record, as_of),
        examinations=tuple(_sitting(row) for row in record["sittings"]),
        first_registered_on=pathways.first_registered_on(record),
        window_exceptions=tuple(_exception(row) for row in record["exceptions"]),
        oet_sittings=tuple(_oet(row) for row in record["oet"]),
        pathway_applications=pathways.applications(record, as_of),
        diploma=papers.diploma(record, name, as_of),
        transcript=papers.transcript(record, name, as_of),
        balance=Decimal(-owed_cents) / 100,
        irregular_cases=tuple(_finding(row, record["sanctions"]) for row in record["findings"] if _stands(row, as_of)),
        holds=tuple(_hold(row) for row in record["held"] if not (as_told and row["untold"])),
        certificate=_certificate(record, as_of),
        training=tuple(_training(row) for row in record["training"]),
    )


def _identity(record: Record, name: str) -> Identity:
    """Return who the person is. An identity that was checked was checked by a passport that was current on that day."""
    checked_on = record["identity_checked_on"]
    changes = [day(row["until_on"]) for row in record["former_names"]]
    return Identity(
        name=name,
        checked_on=checked_on,
        passport=_passport(record["passports"], name, checked_on),
        name_changed_on=max((change for change in changes if change is not None), default=None),
    )


def _passport(rows: Sequence[Record], name: str, checked_on: date | None) -> Passport | None:
    known = [(local_day(row["decided_at"]), day(row["expires_on"])) for row in rows]
    accepted = [(on, end) for on, end in known if on is not None and end is not None]
    if accepted:
        on, end = max(accepted)
        return Passport(name=name, checked_on=on, expires_on=end)
    return Passport(name=name, checked_on=checked_on, expires_on=checked_on) if checked_on is not None else None


def _education(record: Record, as_of: date) -> Education | None:
    if record["education_pk"] is None:
        return None
    graduation_on = record["education_graduation_on"]
    return Education(
        school=_school(record, as_of),
        student=graduation_on is None or graduation_on > as_of,
        graduation_date=graduation_on if graduation_on is not None and graduation_on <= as_of else None,
        expected_graduation_date=graduation_on,
        degree_date=record["education_degree_on"],
        degree_title=record["education_degree_title"],
        accepted_titles=_titles(record, excluded=False),
        title_accepted_on=papers.title_accepted_on(record, record["education_degree_title"], as_of),
        excluded_titles=_titles(record, excluded=True),
        completion_letter=papers.letter_accepted(record, as_of),
        status_confirmed=papers.known_to_the_school(record, as_of),
        credit_years=applying.credit_years(record),
        years_completed=applying.years_completed(record, as_of),
        transfers=applying.transfers(record, as_of),
    )


def _titles(record: Record, *, excluded: bool) -> tuple[str, ...]:
    """Return the titles of the Reference Guide for the school and, where it is known, the graduation year."""
    graduation_on = record["education_graduation_on"]
    year = graduation_on.year if graduation_on is not None else None
    rows = [row for row in record["titles"] if bool(row["excluded_reason"]) == excluded and _in_use(row, year)]
    return tuple(row["title"] for row in rows)


def _in_use(row: Record, year: int | None) -> bool:
    return year is None or ((row["from_year"] or year) <= year <= (row["to_year"] or year))


def _school(record: Record, as_of: date) -> School:
    current = {row["recognized_by"] for row in record["accreditations"] if _runs(row, as_of)}
    closed_in = record["education_school_closed_in"]
    confirmed = pathways.confirmed_by_staff(record)
    return School(
        name=record["education_school_name"],
        country=record["education_school_country"],
        in_directory=True,
        sponsor_notes=tuple(applying.note(row) for row in record["notes"]),
        wfme_accredited=RecognizedBy.WFME.value in current or Pathway.WFME in confirmed,
        ncfmea_comparable=RecognizedBy.NCFMEA.value in current or Pathway.NCFMEA in confirmed,
        joint_with_us_school=Pathway.JOINT_DEGREE in confirmed,
        osce_for_licensure=Pathway.SCHOOL_OSCE in confirmed,
        country_has_recognized_accreditor=Pathway.SCHOOL_OSCE not in confirmed,
        closed=closed_in is not None and closed_in <= as_of.year,
    )


def _runs(row: Record, as_of: date) -> bool:
    begins, ends = day(row["from_on"]), day(row["to_on"])
    return begins is not None and begins <= as_of and (ends is None or as_of <= ends)


def _sitting(row: Record) -> Sitting:
    return Sitting(
        exam=Exam(row["examination"]),
        taken_on=date.fromisoformat(row["taken_on"]),
        reported_on=day(row["reported_on"]),
        result=Result.PASS if row["passed"] else Result.INCOMPLETE if row["incomplete"] else Result.FAIL,
    )


def _exception(row: Record) -> WindowException:
    return WindowException(
        exam=Exam(row["examination"]),
        new_end_date=date.fromisoformat(row["new_end_on"]),
        granted_on=local_day(row["granted_at"]),
    )


def _oet(row: Record) -> OetSitting:
    return OetSitting(
        taken_on=date.fromisoformat(row["taken_on"]),
        released_on=day(row["released_on"]),
        listening=row["listening"],
        reading=row["reading"],
        speaking=row["speaking"],
        writing=row["writing"],
    )


def _stands(row: Record, as_of: date) -> bool:
    """Tell whether a finding was not ended on appeal by then."""
    annulled_on = day(row["annulled_on"])
    return annulled_on is None or annulled_on > as_of


def _finding(row: Record, sanctions: Sequence[Record]) -> IrregularCase:
    """Return a finding with what the committee imposed by it."""
    decided_on = date.fromisoformat(row["decided_on"])
    imposed = tuple(
        Sanction(kind=SanctionKind(one["kind"]), from_date=decided_on, until=day(one["until"]))
        for one in sanctions
        if one["annotation"] == row["pk"]
    )
    return IrregularCase(opened_on=decided_on, closed_on=decided_on, finding=True, sanctions=imposed)


def _hold(row: Record) -> Hold:
    """Return a hold; one with a last day is lifted on the day after it at the latest."""
    placed_on, last = eastern_date(datetime.fromisoformat(row["placed_at"])), day(row["ends_on"])
    days = [local_day(row["lifted_at"]), last + timedelta(days=1) if last else None]
    lifted_on = min((one for one in days if one is not None), default=None)
    return Hold(kind=HoldKind(row["kind"]), placed_on=placed_on, lifted_on=lifted_on)


def _training(row: Record) -> Training:
    return Training(
        started_on=date.fromisoformat(row["started_on"]),
        ended_on=day(row["ended_on"]),
        j1_sponsored=row["j1_sponsored"],
    )


def _certificate(record: Record, as_of: date) -> Certificate | None:
    if record["certificate_issued_on"] is None:
        return None
    # What was extended later still had its earlier end.
    later = [row for row in record["extensions"] if row["on"] > as_of.isoformat()]
    return Certificate(
        number=record["certificate_number"],
        issued_on=record["certificate_issued_on"],
        valid_through=day(later[0]["valid_through_before"]) if later else record["certificate_valid_through"],
        made_permanent_on=record["certificate_made_permanent_on"],
        revoked_on=record["certificate_revoked_on"],
    )
