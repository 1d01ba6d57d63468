"""`python -m bench.nightly AT_ONCE` judges everybody in the database of the environment and prints what that took."""

import os
import resource
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any

import django
from django.db import connection

from bench import launcher

_SAMPLE = 5_000
_ONE_BY_ONE = 200


def memory_mb() -> float:
    """Return the memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1_000_000


def run(at_once: int) -> dict[str, float]:
    """Judge everybody in lots.

    Returns people, seconds, memory after a tenth of them and at the end, and how long the record of one takes to read.
    """
    # These import models, which cannot be imported before Django is set up.
    applicants = import_module("applicants.models").Applicant.objects
    nightly, query = (
        import_module("certification.services.nightly"),
        import_module("certification.services.person.query"),
    )
    total = applicants.count()
    keys = list(applicants.order_by("pk").values_list("pk", flat=True)[:_SAMPLE])
    began = time.perf_counter()
    for start in range(0, len(keys), at_once):
        list(query.records(keys[start : start + at_once]))
    bare_seconds = (time.perf_counter() - began) / len(keys) * total
    one_ms, bare_one_ms = _read_one_by_one(keys[:_ONE_BY_ONE], query.records, query.statement)
    early: list[float] = []

    def note(judged: int) -> None:
        if not early and judged >= total / 10:
            early.append(memory_mb())

    began = time.perf_counter()
    judged = nightly.evaluate_everybody(at=datetime.now(UTC), at_once=at_once, told=note)
    seconds = time.perf_counter() - began
    late = memory_mb()
    return {
        "people": judged,
        "seconds": seconds,
        "bare_seconds": bare_seconds,
        "early_mb": early[0] if early else late,
        "late_mb": late,
        "one_ms": one_ms,
        "bare_one_ms": bare_one_ms,
    }


def _read_one_by_one(
    keys: list[int],
    records: Callable[[list[int]], Iterable[object]],
    statement: Callable[[list[int]], tuple[str, list[Any]]],
) -> tuple[float, float]:
    """Return the medians, in milliseconds, of a person's record and of the database's bare answer to the same query."""
    reading, bare = [], []
    for key in keys:
        began = time.perf_counter()
        list(records([key]))
        read = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(*statement([key]))
            cursor.fetchall()
        reading.append((read - began) * 1000)
        bare.append((time.perf_counter() - read) * 1000)
    return median(reading), median(bare)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    launcher.report(run(int(sys.argv[1])))
