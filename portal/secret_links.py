"""The secret part of a link that works without an account: only its hash is kept, so that nobody finds it here."""

import secrets
from hashlib import sha256

_SECRET_BYTES = 32


def new_secret() -> tuple[str, str]:
    """Return a new secret part for a message, and the digest to keep."""
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    return secret, digest_of(secret)


def digest_of(secret: str) -> str:
    """Return the digest under which the row of a link is found."""
    return sha256(secret.encode()).hexdigest()
