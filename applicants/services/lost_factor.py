"""A physician lost passkeys, authenticator app and recovery codes: two members of staff let them in again (ASVS 6.4.4).

Identity is shown as at the beginning, by passport before a member of staff, who says in the reason what was seen.
"""

import secrets
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction

from applicants.models import Applicant, User
from applicants.permissions import agreed_by_two, require
from applicants.services import security_notices
from applicants.services.sessions import end_sessions_of
from portal import audit, four_eyes
from portal.models import FourEyesAct


class NothingToRemoveError(Exception):
    """The account has no second factor."""


class ReasonMissingError(Exception):
    """Without the evidence of who asked, a stranger could be let in."""


@transaction.atomic
def remove_second_factor(*, applicant_id: int, reason: str, actor: str, at: datetime) -> bool:
    """Remove every second factor of a person once two people want it; returns whether they are gone, False for the first.

    `reason` says how the person showed who they are. All sessions end, and the person is told by mail. A password that
    was short beside a second factor counts no more; a new one comes by mailed link. Raises `NotAllowedError`,
    `NothingToRemoveError`, `ReasonMissingError` or `SamePersonError`; nothing is written then.
    """
    require(actor, four_eyes.ACTS[FourEyesAct.REMOVE_SECOND_FACTOR].propose)
    if not reason.strip():
        raise ReasonMissingError("Say how the person showed who they are.")
    applicant = Applicant.objects.select_for_update(of=("self",)).get(pk=applicant_id)
    factors = Authenticator.objects.filter(user=applicant.user_id)
    if not factors.exists():
        raise NothingToRemoveError("This account has no second factor.")
    if not agreed_by_two(FourEyesAct.REMOVE_SECOND_FACTOR, subject=applicant, reason=reason, actor=actor, at=at):
        return False
    user = User.objects.select_for_update(of=("self",)).get(pk=applicant.user_id)
    factors.delete()
    if user.has_short_password:
        # One that nobody knows, rather than none: links for a new password go only to accounts that have one.
        user.set_password(secrets.token_urlsafe(32))
        user.save(update_fields=["password", "has_short_password"])
    end_sessions_of(user, actor=actor, reason=reason, at=at)
    audit.record("applicants.second_factor_removed", actor=actor, subject=applicant, at=at, reason=reason)
    security_notices.tell(user, what="second_factor_removed", at=at)
    return True
