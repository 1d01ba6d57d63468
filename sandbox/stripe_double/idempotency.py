"""Answers remembered by idempotency key (https://docs.stripe.com/api/idempotent_requests)."""

import hashlib
import json
from dataclasses import dataclass

from sandbox.stripe_double.bounded import BoundedDict
from sandbox.stripe_double.errors import ApiError, refused
from sandbox.stripe_double.store import JsonObject

_LIMIT = 10_000
_KEPT_SECONDS = 24 * 3600
_LONGEST_KEY = 255


@dataclass(frozen=True)
class Answer:
    """A status and a body; `replayed` marks one that was given before under the same key."""

    status: int
    body: JsonObject
    replayed: bool = False


@dataclass(frozen=True)
class _Entry:
    fingerprint: str
    answer: Answer
    created_at: int


class IdempotencyKeys:
    """The last ten thousand keys, each for 24 hours of the double's time."""

    def __init__(self) -> None:
        self._entries: BoundedDict[str, _Entry] = BoundedDict(_LIMIT)

    def recall(self, key: str | None, path: str, params: JsonObject, now: int) -> Answer | None:
        """Return the answer given under `key`, or None if the key is new, older than a day, or None.

        Raises ApiError 400 `idempotency_error` if the key was used for another request.
        """
        entry = self._entries.get(key) if key else None
        if entry is None or entry.created_at + _KEPT_SECONDS < now:
            return None
        if entry.fingerprint != _fingerprint(path, params):
            raise ApiError(
                400,
                "Keys for idempotent requests can only be used with the same parameters they were first used with. "
                f"Try using a key other than '{key}' if you meant to execute a different request.",
                error_type="idempotency_error",
            )
        return Answer(entry.answer.status, entry.answer.body, replayed=True)

    def remember(self, key: str | None, path: str, params: JsonObject, answer: Answer, now: int) -> None:
        """Keep `answer` under `key`; a key of None keeps nothing."""
        if key:
            self._entries.pop(key, None)
            self._entries[key] = _Entry(_fingerprint(path, params), answer, now)

    def clear(self) -> None:
        """Forget every key."""
        self._entries.clear()


def check_key(key: str | None) -> None:
    """Raise ApiError 400 for a key that is too long."""
    if key and len(key) > _LONGEST_KEY:
        raise refused(f"An idempotency key has at most {_LONGEST_KEY} characters.")


def _fingerprint(path: str, params: JsonObject) -> str:
    return hashlib.sha256(json.dumps([path, params], sort_keys=True).encode()).hexdigest()
