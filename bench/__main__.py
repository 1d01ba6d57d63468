"""`./dev bench`: measures the portal on this machine and prints each figure beside a limit of the same run."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from bench.figures import Figure, table
from bench.launcher import ROOT
from bench.sizes import FULL, QUICK
from bench.world import running_world
from sandbox.process import ProcessError

# In this order: the last two leave wake-ups in the broker, which the workers of a later one would follow.
NAMES = ("rendering", "pages", "schools", "imports", "eligibility", "burst", "commits", "own_data")
RESULTS = ROOT / "bench" / "results" / "latest.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for. Returns 0, or 1 when something failed or, with --strict, a target was missed."""
    options = _parser().parse_args(arguments)
    try:
        document, figures = _run([name for name in NAMES if name in (options.only or NAMES)], quick=options.quick)
    except ProcessError as error:
        _say(f"error: {error}")
        return 1
    print(table(figures))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(document, indent=1, ensure_ascii=False))
    missed = [figure.name for figure in figures if figure.is_met is False]
    _say(f"written to {options.json}; {len(missed)} targets missed")
    return 1 if options.strict and missed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller numbers, two minutes at most")
    parser.add_argument("--only", action="append", choices=NAMES, metavar="NAME", help=f"one of {', '.join(NAMES)}")
    parser.add_argument("--json", type=Path, default=RESULTS, metavar="PATH", help="where the figures are written")
    parser.add_argument("--strict", action="store_true", help="end with status 1 when a target is missed")
    return parser


def _run(names: Sequence[str], *, quick: bool) -> tuple[dict[str, object], list[Figure]]:
    sizes = QUICK if quick else FULL
    began = time.monotonic()
    _say("starting servers and preparing the database")
    with running_world() as world:
        # These import models, which cannot be imported before Django is set up.
        scenes, machine = import_module("bench.scenes"), import_module("bench.machine")
        facts = machine.facts()
        _say(", ".join(f"{name} {value}" for name, value in facts.items()))
        scenes.prepare(sizes)
        figures: list[Figure] = []
        for name in names:
            _say(f"measuring {name}")
            figures += scenes.BENCHMARKS[name](world, sizes)
    document: dict[str, object] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": quick,
        "seconds": round(time.monotonic() - began, 1),
        "machine": facts,
        "figures": [figure.as_json() for figure in figures],
    }
    return document, figures


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
