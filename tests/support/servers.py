"""The database and broker servers, for tests that take them away, and a clean broker for every test."""

from collections.abc import Iterator

import pytest
import redis
from django.conf import settings
from django.db import connections

from sandbox.servers import EmbeddedServers
from tests.early import SERVERS


@pytest.fixture(autouse=True)
def empty_broker() -> Iterator[redis.Redis]:
    """Start each test with no message, no cached value and no count of a rate limit; gives the broker's client."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
        yield client


@pytest.fixture
def servers(transactional_db: None, request: pytest.FixtureRequest) -> Iterator[EmbeddedServers]:
    """The servers of this run, to stop and start in a fault test; whatever it stopped runs again afterwards."""
    embedded = request.config.stash[SERVERS]
    if embedded is None:
        pytest.fail("Fault tests stop the servers, so they need the embedded ones: unset DATABASE_URL and REDIS_URL.")
    yield embedded
    embedded.start_postgres()
    embedded.start_valkey()
    connections.close_all()
