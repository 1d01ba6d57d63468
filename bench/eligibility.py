"""The rules: one person judged, and everybody in one nightly run whose memory does not grow with the number of people."""

import json
import time
from collections.abc import Mapping
from datetime import date
from statistics import median

from bench.figures import Figure, Limit, Target
from bench.launcher import ROOT, Launcher, result
from bench.sizes import Sizes
from certification.rules.engine import evaluate
from certification.rules.reading import read_facts
from certification.rules.table_files import shipped_tables

# The profile with the most to judge: six encounters, three evaluators, an examination that was failed.
_FULLEST, _ON = ROOT / "docs" / "eligibility-examples" / "E07.json", date(2024, 3, 15)
_MOST_MS = 5.0
_MOST_GROWTH = 1.1
# Written down again for each person, the query took seven times as long as its answer.
_MOST_RATIO = 1.5
_WARM_UPS = 20
_AT_ONCE = 500


def measure(launcher: Launcher, sizes: Sizes, *, many: Mapping[str, str]) -> list[Figure]:
    """Return the time of one verdict and of one record, and a nightly run, on the database named by `many`."""
    night = result(launcher.begin("bench.nightly", str(_AT_ONCE), changes=many))
    people = int(night["people"])
    reading = Limit(people / night["bare_seconds"], "reading the same records")
    early = Limit(night["early_mb"], "after a tenth of them")
    return [
        one_person(sizes.requests_per_page),
        Figure(
            "one record read",
            night["one_ms"],
            "ms",
            Limit(night["bare_one_ms"], "its query"),
            Target("<=", _MOST_RATIO),
        ),
        Figure(f"nightly run, {people:,} people", people / night["seconds"], "people/s", reading, None),
        Figure("memory of the nightly run", night["late_mb"], "MB", early, Target("<=", _MOST_GROWTH)),
    ]


def one_person(times: int) -> Figure:
    """Return how long one verdict takes, beside parsing the JSON of the same facts."""
    tables, text = shipped_tables(), _FULLEST.read_text(encoding="utf-8")
    facts = read_facts(text, tables, _ON)
    judging, parsing = [], []
    for turn in range(-_WARM_UPS, times):
        began = time.perf_counter()
        evaluate(facts, tables, _ON)
        judged = time.perf_counter()
        json.loads(text)
        parsed = time.perf_counter()
        if turn >= 0:
            judging.append((judged - began) * 1000)
            parsing.append((parsed - judged) * 1000)
    target = Target("<=", _MOST_MS, absolute=True)
    return Figure("one person judged", median(judging), "ms", Limit(median(parsing), "parsing the facts"), target)
