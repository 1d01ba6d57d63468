"""Second factors of accounts in sandboxes and tests, and sessions in which people are signed in without a page."""

import time
from collections.abc import Iterable

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.utils import encrypt
from django.test import Client

from applicants.models import User
from sandbox.authenticator import secret_of

# Under this key allauth notes whose records of a session they are.
_WHOSE = "account_authentication_methods_user"


def add_authenticators(users: Iterable[User]) -> None:
    """Give each account the authenticator app of `sandbox.authenticator`, and recovery codes; none may have them yet."""
    made = []
    for user in users:
        app = {"secret": encrypt(secret_of(user.username))}
        codes = {"seed": encrypt(RecoveryCodes.generate_seed()), "used_mask": 0}
        made.append(Authenticator(user=user, type=Authenticator.Type.TOTP, data=app))
        made.append(Authenticator(user=user, type=Authenticator.Type.RECOVERY_CODES, data=codes))
    Authenticator.objects.bulk_create(made)


def recovery_codes(user: User) -> list[str]:
    """Return the recovery codes of an account that were not used yet."""
    codes: list[str] = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    return codes


def sign_in(client: Client, user: User, *, second_factor: bool = True, fresh_seconds: float = 0) -> None:
    """Sign `user` in with `client`, with password and, unless told otherwise, the code of an authenticator app.

    The account gets an app when it has none. The session is as fresh as after signing in on the page,
    and stays so for `fresh_seconds` longer.
    """
    client.force_login(user)
    session, at = client.session, time.time() + fresh_seconds
    records: list[dict[str, object]] = [{"method": "password", "at": at, "username": user.username}]
    if second_factor:
        if not Authenticator.objects.filter(user=user).exists():
            add_authenticators([user])
        app = Authenticator.objects.filter(user=user).order_by("pk")[0]
        records.append({"method": "mfa", "at": at, "id": app.pk, "type": app.type})
    session[AUTHENTICATION_METHODS_SESSION_KEY] = records
    session[_WHOSE] = str(user.pk)
    session.save()
