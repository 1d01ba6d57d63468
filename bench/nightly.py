"""`python -m bench.nightly AT_ONCE` judges everybody in the database of the environment and prints what that took."""

import os
import resource
import sys
import time
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import django

from bench import launcher

_SAMPLE = 5_000


def memory_mb() -> float:
    """Return the memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1_000_000


def run(at_once: int) -> dict[str, float]:
    """Judge everybody in lots; returns people, seconds, and memory after a tenth of them and at the end."""
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
    }


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    launcher.report(run(int(sys.argv[1])))
