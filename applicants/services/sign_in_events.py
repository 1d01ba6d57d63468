"""What happens to sessions when somebody gains or loses a second factor."""

from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY, get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from applicants.models import User
from applicants.second_factor import SECOND_FACTOR
from applicants.services.sessions import end_other_sessions


def second_factor_added(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """Count what was just set up as shown in this session: setting it up proved that the person has it."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_authentication(request, user, SECOND_FACTOR, id=authenticator.pk, type=authenticator.type)


def second_factor_removed(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """Forget in this session what was shown with it, and end the person's other sessions."""
    records = get_authentication_records(request, user)
    if not Authenticator.objects.filter(user=user).exists():
        records = [record for record in records if record["method"] != SECOND_FACTOR]
    request.session[AUTHENTICATION_METHODS_SESSION_KEY] = records
    end_other_sessions(request)
