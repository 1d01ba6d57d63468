"""Whether the person behind an act may do it. Services ask here, so that no page can forget to."""

from datetime import datetime

import structlog
from django.db import models, transaction

from applicants.models import User
from portal import four_eyes
from portal.models import FourEyesAct, Proposal

logger = structlog.get_logger(__name__)


class NotAllowedError(Exception):
    """The account may not do this: its role does not have the permission, or it is closed, or no account of staff."""


def staff_member(actor: str) -> User | None:
    """Return the open account of staff that `actor` (from `audit.actor_label`) names, or None."""
    kind, _, key = actor.partition(":")
    if kind != "user" or not key.isdecimal():
        return None
    return User.objects.filter(pk=int(key), is_active=True, is_staff=True).first()


def require(actor: str, permission: str) -> None:
    """Raise `NotAllowedError` unless `actor` (from `audit.actor_label`) is staff with `permission`; writes nothing."""
    person = staff_member(actor)
    if person is None or not person.has_perm(permission):
        logger.warning("not_allowed", actor=actor, permission=permission)
        raise NotAllowedError("Your role does not allow this. Ask somebody whose role does.")


@transaction.atomic
def agreed_by_two(act: FourEyesAct, *, subject: models.Model, reason: str, actor: str, at: datetime) -> bool:
    """Tell whether `act` may be done to the locked `subject` now, because `actor` is the second person who wants it.

    The first person's wish is noted, and False is returned. Raises `NotAllowedError`, and `four_eyes.SamePersonError`
    for whoever proposed it; nothing is written then.
    """
    steps = four_eyes.ACTS[act]
    proposal = four_eyes.open_proposal(act, subject, at=at)
    if proposal is None:
        require(actor, steps.propose)
        four_eyes.propose(act, subject=subject, reason=reason, actor=actor, at=at)
        return False
    if proposal.proposed_by != actor:
        require(actor, steps.carry_out)
    four_eyes.second(proposal, subject=subject, reason=reason, actor=actor, at=at)
    return True


@transaction.atomic
def decline_proposal(*, proposal_id: int, reason: str, actor: str, at: datetime) -> None:
    """End a proposal: whoever made it takes it back, whoever could carry it out declines it.

    Raises `NotAllowedError`, or `portal.states.IllegalMoveError` when it is closed; nothing is written then.
    """
    proposal = Proposal.objects.select_for_update().get(pk=proposal_id)
    if proposal.proposed_by != actor:
        require(actor, four_eyes.ACTS[FourEyesAct(proposal.act)].carry_out)
    four_eyes.decline(proposal, reason=reason, actor=actor, at=at)
