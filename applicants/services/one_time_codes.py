"""Codes of authenticator apps, each taken once (RFC 6238 section 5.2)."""

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from django.db import transaction

LAST_STEP = "last_step"


def step_of(authenticator: Authenticator, code: str) -> int | None:
    """Return the time step whose code this is, among those that are taken now; None when it is none of them."""
    secret = decrypt(authenticator.data["secret"])
    for step in totp.yield_hotp_counters_from_time():
        if totp.compare_user_code(actual=code, expected=totp.format_hotp_value(totp.hotp_value(secret, step))):
            return int(step)
    return None


def is_used(authenticator: Authenticator, code: str) -> bool:
    """Tell whether this code, or a later one, was taken before."""
    step = step_of(authenticator, code)
    return step is not None and step <= int(authenticator.data.get(LAST_STEP, -1))


@transaction.atomic
def use(authenticator: Authenticator, code: str) -> bool:
    """Take a right code; returns False when this code, or a later one, was taken before."""
    locked = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
    step = step_of(locked, code)
    if step is None or step <= int(locked.data.get(LAST_STEP, -1)):
        return False
    locked.data[LAST_STEP] = step
    locked.save(update_fields=["data"])
    return True
