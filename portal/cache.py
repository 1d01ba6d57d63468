"""The cache, which must never be the reason why somebody cannot sign in."""

import json
import time
from collections.abc import Callable
from typing import Any, TypeVar

import redis
import structlog
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache

log = structlog.get_logger(__name__)
Answer = TypeVar("Answer")
# So long nobody waits again for a server that did not answer.
REST_SECONDS = 5.0
_LOCAL_ENTRIES = 10_000


class JsonSerializer:
    """Keeps values as JSON: what somebody else wrote into the store can be wrong, but it cannot be code (ASVS 1.5.2)."""

    def dumps(self, value: object) -> int | bytes:
        """Return `value` as it is stored; numbers stay numbers, so that the store can count. Raises TypeError."""
        return value if type(value) is int else json.dumps(value).encode()

    def loads(self, stored: bytes) -> Any:
        """Return the value; what is not JSON counts as not there."""
        try:
            return json.loads(stored)
        except ValueError:
            log.warning("cached_value_not_read")
            return None


class SturdyRedisCache(BaseCache):
    """Redis, or this process's own memory while Redis does not answer.

    Limits of attempts go on to count, for each process by itself, instead of failing the page or letting everything pass.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:  # Any: as Django declares it
        super().__init__(params)
        self._redis = RedisCache(server, params)
        self._local = LocMemCache(f"{__name__}.local", {"OPTIONS": {"MAX_ENTRIES": _LOCAL_ENTRIES}})
        self._rests_until = 0.0

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Store `value` unless `key` is there; returns whether it was stored."""
        return self._ask(lambda cache: cache.add(key, value, timeout, version))

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """Return the value of `key`, or `default`."""
        value = self._ask(lambda cache: cache.get(key, None, version))
        return default if value is None else value

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Store `value`."""
        self._ask(lambda cache: cache.set(key, value, timeout, version))

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Give `key` a new end; returns whether it was there."""
        return self._ask(lambda cache: cache.touch(key, timeout, version))

    def delete(self, key: str, version: int | None = None) -> bool:
        """Forget `key`; returns whether it was there."""
        return self._ask(lambda cache: cache.delete(key, version))

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Add `delta` and return the sum. Raises ValueError when `key` is not there."""
        return self._ask(lambda cache: cache.incr(key, delta, version))

    def clear(self) -> None:
        """Forget everything."""
        self._ask(lambda cache: cache.clear())

    def close(self, **kwargs: Any) -> None:
        """End with the request, as Django asks every cache to."""
        self._redis.close(**kwargs)

    def _ask(self, question: Callable[[BaseCache], Answer]) -> Answer:
        if time.monotonic() < self._rests_until:
            return question(self._local)
        try:
            return question(self._redis)
        except (redis.ConnectionError, redis.TimeoutError) as error:
            self._rests_until = time.monotonic() + REST_SECONDS
            log.warning("cache_does_not_answer", error=type(error).__name__)
            return question(self._local)
