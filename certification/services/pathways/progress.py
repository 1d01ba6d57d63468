"""What an application waits for, and its step to review once everything of others has arrived."""

from dataclasses import dataclass
from datetime import date, datetime

from certification.emails import tell_about_pathway
from certification.models import Evaluation, PathwayApplication
from certification.rules.facts import OetSitting
from certification.rules.oet import judge_oet, shortfalls
from certification.rules.tables import RuleTables
from certification.rules.trace import Outcome, Turn
from certification.services.pathways import attestations, records
from certification.services.person import person_facts
from certification.services.rule_tables import current_tables
from certification.states import BY_THE_SCHOOL, Confirmation, Pathway, PathwayState
from portal.eastern import eastern_date

ACTOR = "certification.pathways"


@dataclass(frozen=True)
class Part:
    """One thing that others send: what it is, whether it is here, and if not what is awaited and from whom."""

    name: str
    is_here: bool
    text: str
    turn: Turn = Turn.NOBODY


def parts_of(application: PathwayApplication, *, at: datetime) -> list[Part]:
    """Return what an application needs from others, in the order of the page."""
    parts = [_license(application)] if application.pathway == Pathway.LICENSED else []
    parts += [_attestation(application)] if application.pathway in BY_THE_SCHOOL else []
    parts += [_evaluations(application, at=at)] if application.pathway == Pathway.MINI_CEX else []
    return [*parts, _oet(application, at=at)]


def _license(application: PathwayApplication) -> Part:
    license_ = application.license
    name = "Confirmation of your license"
    if license_.confirmation != Confirmation.WAITING:
        return Part(name, is_here=True, text="The licensing authority has answered.")
    if license_.requested_at is None:
        return Part(name, is_here=False, text="We ask the licensing authority next.", turn=Turn.STAFF)
    return Part(
        name, is_here=False, text="The licensing authority was asked and has not answered yet.", turn=Turn.THIRD_PARTY
    )


def _attestation(application: PathwayApplication) -> Part:
    name = "Attestation of your clinical skills"
    if attestations.answer_for(application) is not None:
        return Part(name, is_here=True, text="Your school has answered.")
    return Part(name, is_here=False, text="Your school was asked and has not answered yet.", turn=Turn.SCHOOL)


def evaluations_needed(*, at: datetime) -> int:
    """Return how many evaluations Pathway 6 takes."""
    return current_tables().number("pathway_6_evaluations", eastern_date(at))


def evaluations_of(application: PathwayApplication) -> list[Evaluation]:
    """Return what evaluators have sent, oldest first; one query."""
    rows = Evaluation.objects.filter(evaluator__application=application).select_related("evaluator")
    return list(rows.order_by("submitted_at", "pk"))


def _evaluations(application: PathwayApplication, *, at: datetime) -> Part:
    needed, sent = evaluations_needed(at=at), len(evaluations_of(application))
    text = f"{sent} of {needed} evaluations have arrived."
    return Part("Evaluations of encounters", sent >= needed, text, Turn.NOBODY if sent >= needed else Turn.THIRD_PARTY)


def _oet(application: PathwayApplication, *, at: datetime) -> Part:
    day, tables = eastern_date(at), current_tables()
    sittings = person_facts(application.applicant, day).oet_sittings
    finding = judge_oet(sittings, tables.oet_of(application.season), application.season, day)
    return Part("OET Medicine", finding.outcome is Outcome.MET, finding.reason, finding.turn)


def oet_day(application: PathwayApplication, *, at: datetime) -> date | None:
    """Return the day of the OET Medicine sitting that meets the season's minima, the earliest of them; else None."""
    day = eastern_date(at)
    sittings = person_facts(application.applicant, day).oet_sittings
    return first_enough(sittings, current_tables(), application.season, day)


def first_enough(sittings: tuple[OetSitting, ...], tables: RuleTables, season: int, as_of: date) -> date | None:
    """Return the day of the earliest released sitting that meets all minima of `season`, known on `as_of`."""
    minima = tables.oet_of(season)
    enough = [
        one for one in sittings if one.released_by_owner and one.known_on <= as_of and not shortfalls(one, minima)
    ]
    return min((one.taken_on for one in enough), default=None)


def advance(application: PathwayApplication, *, at: datetime, complete_at: datetime | None = None) -> bool:
    """Hand the locked `application` to review when nothing of others is awaited any more; returns whether it was.

    `complete_at` is when the last part had arrived, where that was before `at`.
    """
    if application.state != PathwayState.AWAITING_THIRD_PARTY:
        return False
    if not all(part.is_here for part in parts_of(application, at=at)):
        return False
    records.move(application, PathwayState.IN_REVIEW, at=at, actor=ACTOR)
    application.complete_at = application.complete_at or complete_at or at
    application.save()
    tell_about_pathway(application, "pathway_in_review", at=at)
    return True


def attestation_decided(person: int, *, at: datetime) -> None:
    """Take up the application of the applicant with the key `person` when a school's attestation was decided about."""
    waiting = PathwayApplication.objects.filter(applicant_id=person, state=PathwayState.AWAITING_THIRD_PARTY)
    for key in waiting.filter(pathway__in=BY_THE_SCHOOL).values_list("pk", flat=True):
        application = records.lock(key)
        if attestations.answer_for(application):
            application.school_basis.attested_at = at
            application.school_basis.save(update_fields=["attested_at"])
        advance(application, at=at)
