"""What the cache keeps: plain values only, in a store that others may have written to."""

import pickle

import pytest
from django.core.cache import cache, caches
from django.core.cache.backends.redis import RedisCacheClient

from portal.cache import JsonSerializer, SturdyRedisCache

HELD: list[str] = []


class Trap:
    """Notes when somebody unpickles it."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        """Return what unpickling calls."""
        return HELD.append, ("run",)


@pytest.mark.parametrize("value", [1, -7, "x", "Ω", True, None, [1.5, 2], {"a": ["b"]}])
def test_plain_values_come_back_as_they_were(value: object):
    kept = JsonSerializer().dumps(value)

    assert JsonSerializer().loads(kept if isinstance(kept, bytes) else str(kept).encode()) == value


def test_objects_are_not_kept():
    with pytest.raises(TypeError):
        JsonSerializer().dumps(Trap())


def test_what_somebody_else_wrote_into_the_cache_is_never_run():
    backend = caches["default"]
    assert isinstance(backend, SturdyRedisCache)
    client: RedisCacheClient = backend._redis._cache
    client.get_client(None, write=True).set(backend._redis.make_and_validate_key("poisoned"), pickle.dumps(Trap()))

    assert cache.get("poisoned", "nothing") == "nothing"

    assert HELD == []
    cache.set("counted", 1)
    assert cache.incr("counted") == 2
    assert cache.get("counted") == 2
