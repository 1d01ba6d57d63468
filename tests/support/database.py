"""Emptying the test database between tests that commit, past the triggers that protect evidence."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.backends.postgresql.operations import DatabaseOperations


@pytest.fixture(scope="session", autouse=True)
def flush_past_triggers(django_test_environment: None) -> Iterator[None]:
    """Append-only tables refuse TRUNCATE; the flush after a test runs as a replica would, on which no trigger fires."""
    original = DatabaseOperations.execute_sql_flush

    def flush(operations: BaseDatabaseOperations, sql_list: Iterable[str]) -> None:
        role = "SET LOCAL session_replication_role = replica"
        original(operations, [role, *sql_list])
        # They speak of events that are gone now.
        for checkpoints in Path(settings.AUDIT_CHECKPOINT_DIR).glob("*"):
            checkpoints.unlink()

    DatabaseOperations.execute_sql_flush = flush  # type: ignore[method-assign,assignment]  # only while tests run
    yield
    DatabaseOperations.execute_sql_flush = original  # type: ignore[method-assign]
