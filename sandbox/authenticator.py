"""The authenticator app of every account of the sandbox: a secret that anybody can work out, and its codes (RFC 6238)."""

import base64
import hashlib
import hmac
import struct

PERIOD_SECONDS = 30
_DIGITS = 6


def secret_of(username: str) -> str:
    """Return the secret of this account's app, in Base32 as apps take it."""
    return base64.b32encode(hashlib.sha256(f"sandbox authenticator {username}".encode()).digest()[:20]).decode()


def code_of(username: str, at: float) -> str:
    """Return the code that the app shows at this moment, in seconds since 1970."""
    counter = struct.pack(">Q", int(at) // PERIOD_SECONDS)
    digest = hmac.digest(base64.b32decode(secret_of(username)), counter, "sha1")
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**_DIGITS).zfill(_DIGITS)


def seconds_left(at: float) -> int:
    """Return how long the code of this moment stays on the screen of the app."""
    return PERIOD_SECONDS - int(at) % PERIOD_SECONDS
