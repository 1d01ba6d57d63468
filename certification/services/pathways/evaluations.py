"""Pathway 6: what an evaluator sends about one encounter (Mini-CEX). Sent once, never changed (R-PW-6)."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction

from certification.models import Evaluation, Evaluator
from certification.rules.pathway_choice import encounter_fault
from certification.services.pathways import evaluators, progress
from certification.services.pathways.errors import PathwayError
from certification.services.rule_tables import current_tables
from certification.states import EvaluatorState
from portal import audit
from portal.eastern import eastern_date


@dataclass(frozen=True)
class EncounterForm:
    """One filled-in form. `setting` is a value of EncounterSetting, scores go from 1 to 9."""

    encounter_on: date
    setting: str
    in_person: bool
    interviewing: int
    examination: int
    professionalism: int
    reasoning: int
    comments: str


class AlreadySentError(PathwayError):
    """The evaluation with this number has arrived before, with other answers; `number` is the next one, 0 for none."""

    def __init__(self, text: str, number: int) -> None:
        super().__init__(text)
        self.number = number


@transaction.atomic
def send(*, secret: str, number: int, form: EncounterForm, at: datetime) -> Evaluation:
    """Take evaluation `number` (1 or 2) of the physician behind a link.

    The same answers under the same number are one evaluation. Raises `LinkNotValidError`, `AlreadySentError`, or
    `PathwayError` for what cannot be taken; nothing is written then.
    """
    application, evaluator = evaluators.lock_by_link(secret)
    earlier = list(evaluator.evaluations.order_by("number"))
    same = next((one for one in earlier if one.number == number), None)
    if same is not None and _is_same(same, form):
        return same
    evaluators.require_answerable(application, evaluator, at=at)
    if evaluator.state != EvaluatorState.AGREED:
        raise PathwayError("Agree to the invitation first")
    most = current_tables().number("pathway_6_encounters_per_evaluator", eastern_date(evaluator.invited_at))
    _require_next(earlier, number, most=most)
    _require_acceptable(evaluator, form, at=at)
    evaluation = Evaluation.objects.create(evaluator=evaluator, number=number, submitted_at=at, **asdict(form))
    audit.record("certification.encounter_evaluated", actor=evaluators.ACTOR, subject=evaluation, at=at, number=number)
    progress.advance(application, at=at)
    return evaluation


def _is_same(evaluation: Evaluation, form: EncounterForm) -> bool:
    return all(getattr(evaluation, name) == value for name, value in asdict(form).items())


def _require_next(earlier: list[Evaluation], number: int, *, most: int) -> None:
    following = len(earlier) + 1
    if number == following <= most:
        return
    if following > most:
        raise AlreadySentError(f"You have sent {most} evaluations for this applicant, and no more are taken", 0)
    raise AlreadySentError(
        f"Evaluation {number} has arrived before, and this is another one. To send it as evaluation {following}, press the "
        "button again",
        following,
    )


def _require_acceptable(evaluator: Evaluator, form: EncounterForm, *, at: datetime) -> None:
    assert evaluator.agreed_on is not None  # as the constraint of the table says
    if not form.in_person:
        raise PathwayError(
            "Only encounters with a real patient in the same room count. Send nothing about another kind",
            field="in_person",
        )
    fault = encounter_fault(form.encounter_on, counts_after=evaluator.agreed_on, today=eastern_date(at))
    if fault:
        raise PathwayError(fault, field="encounter_on")
