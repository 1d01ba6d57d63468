"""Advisory locks: one runner at a time, for each sweep however many beats there are, and for acts that look before they write."""

from collections.abc import Iterator
from contextlib import contextmanager
from zlib import crc32

from django.db import connection

# First key of every advisory lock of the portal, so that other programs in the database cannot collide.
NAMESPACE = 0x1C6


@contextmanager
def advisory_lock(name: str) -> Iterator[bool]:
    """Hold PostgreSQL's session lock for `name` if it is free; yields whether it was got.

    Workers need a real session: behind PgBouncer use session pooling for them.
    """
    key = crc32(name.encode()) - 2**31
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [NAMESPACE, key])
        row = cursor.fetchone()
    taken = bool(row and row[0])
    try:
        yield taken
    finally:
        if taken:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [NAMESPACE, key])


def wait_for_turn(name: str) -> None:
    """Hold PostgreSQL's lock for `name` until the surrounding transaction ends; others who ask for it wait."""
    key = crc32(name.encode()) - 2**31
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [NAMESPACE, key])
