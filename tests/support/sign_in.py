"""Signing in without a page: `sign_in(client, user, second_factor=True)`, and what accounts of tests show besides."""

import time

from applicants.models import User
from sandbox.authenticator import code_of
from sandbox.sample_data.sign_in import add_authenticators, recovery_codes, sign_in

__all__ = ["add_authenticators", "code_now", "recovery_codes", "sign_in"]


def code_now(user: User) -> str:
    """Return the code that the account's authenticator app shows now; the portal takes it once."""
    return code_of(user.username, time.time())
