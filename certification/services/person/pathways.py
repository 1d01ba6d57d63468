"""Pathway applications and acceptances as facts."""

from datetime import date

from certification.rules.facts import CommitteeDecision, Encounter, Evaluator, Licence, PathwayApplication, PathwayState
from certification.services.person.query import Record
from certification.services.person.values import day, local_day
from certification.states import OPEN_PATHWAY_STATES, REGISTERED_CHECK, Confirmation, LicenseKind


def applications(record: Record, as_of: date) -> tuple[PathwayApplication, ...]:
    """Return every application made here, and every acceptance that was recorded without one."""
    made = [_application(record, row, as_of) for row in record["applications"]]
    elsewhere = [_acceptance(row) for row in record["acceptances"] if row["application"] is None]
    return (*made, *elsewhere)


def first_registered_on(record: Record) -> date | None:
    """Return when the person first registered for a Step (R-PW-0): as they say in an application that is open, where staff
    look at it before they accept, or as staff found it in one that has ended.
    """
    open_or_found = [row for row in record["applications"] if row["state"] in OPEN_PATHWAY_STATES or _found(row)]
    stated = [day(row["registered_on"]) for row in open_or_found]
    return min((on for on in stated if on is not None), default=None)


def _found(row: Record) -> bool:
    return REGISTERED_CHECK in row["checks"]


def confirmed_by_staff(record: Record) -> frozenset[int]:
    """Return for which Pathways by the school staff found, with an acceptance, that the school qualifies."""
    accepted = [row for row in record["applications"] if row["state"] == PathwayState.ACCEPTED]
    return frozenset(row["pathway"] for row in accepted if "basis" in row["checks"])


def _acceptance(row: Record) -> PathwayApplication:
    return PathwayApplication(
        pathway=row["pathway"],
        season=row["season"],
        state=PathwayState.ACCEPTED,
        submitted_on=day(row["accepted_on"]),
        accepted_on=day(row["accepted_on"]),
        valid_through=day(row["valid_through"]),
        oet_on=day(row["oet_on"]),
        decided_elsewhere=True,
    )


def _application(record: Record, row: Record, as_of: date) -> PathwayApplication:
    evaluators = [one for one in record["evaluators"] if one["application_id"] == row["pk"] and _agreed(one)]
    named = {one["pk"] for one in evaluators}
    return PathwayApplication(
        pathway=row["pathway"],
        season=row["season"],
        state=PathwayState(row["state"]),
        submitted_on=local_day(row["submitted_at"]),
        accepted_on=day(row["accepted_on"]),
        complete_on=local_day(row["complete_at"]),
        valid_through=day(row["valid_through"]),
        licences=_licences(row),
        school_attested=True if _by_then(row["school_attested_at"], as_of) else None,
        osce_passed=True if _by_then_day(row["school_examination_passed_on"], as_of) else None,
        evaluators=tuple(_evaluator(one) for one in evaluators),
        encounters=tuple(_encounter(one) for one in record["evaluations"] if one["evaluator_id"] in named),
        committee=_committee(row),
        revalidation=row["is_revalidation"],
    )


def _by_then(text: str | None, as_of: date) -> bool:
    on = local_day(text)
    return on is not None and on <= as_of


def _by_then_day(text: str | None, as_of: date) -> bool:
    on = day(text)
    return on is not None and on <= as_of


def _agreed(row: Record) -> bool:
    # What an evaluator sent before the invitation was withdrawn still counts.
    return row["agreed_on"] is not None and row["licensed_since"] is not None


def _committee(row: Record) -> CommitteeDecision | None:
    decided = {PathwayState.ACCEPTED: CommitteeDecision.APPROVED, PathwayState.REJECTED: CommitteeDecision.DENIED}
    return decided.get(PathwayState(row["state"])) if row["committee_since"] is not None else None


def _licences(row: Record) -> tuple[Licence, ...]:
    """Return the license, unless its authority did not confirm it."""
    if row["license_country"] is None or row["license_confirmation"] == Confirmation.NOT_CONFIRMED:
        return ()
    return (
        Licence(
            country=row["license_country"],
            unsupervised=row["license_unsupervised"],
            training_only=row["license_kind"] == LicenseKind.TRAINING,
            valid_from=date.fromisoformat(row["license_valid_from"]),
            valid_to=day(row["license_valid_until"]),
            disciplinary_action=row["license_disciplined"],
            requirements_met=row["license_met_all_requirements"],
        ),
    )


def _evaluator(row: Record) -> Evaluator:
    return Evaluator(
        id=str(row["pk"]),
        licensed_since=date.fromisoformat(row["licensed_since"]),
        approved_on=day(row["agreed_on"]),
    )


def _encounter(row: Record) -> Encounter:
    return Encounter(
        evaluator=str(row["evaluator_id"]),
        on=date.fromisoformat(row["encounter_on"]),
        in_person=row["in_person"],
        interviewing=row["interviewing"],
        examination=row["examination"],
        professionalism=row["professionalism"],
        reasoning=row["reasoning"],
    )
