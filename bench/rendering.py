"""Rendering and sealing of one report, beside WeasyPrint alone on the same HTML."""

from bench.figures import Figure, Limit, Target
from bench.launcher import Launcher, result
from bench.sizes import Sizes


def measure(launcher: Launcher, sizes: Sizes) -> list[Figure]:
    """Return time and memory of reports, each measured in a process of its own."""
    taken = result(launcher.begin("bench.pipeline", "times", str(sizes.renders)))
    early, late = sizes.reports_for_memory
    held = result(launcher.begin("bench.pipeline", "memory", str(early), str(late)))
    two_bare = Limit(taken["two_bare"], "bare WeasyPrint, two pages")
    return [
        Figure("render + seal, two pages", taken["two_both"], "ms", two_bare, Target("<=", 1.15)),
        Figure("render + seal, one page", taken["one_both"], "ms", two_bare, Target("<=", 0.85)),
        Figure(
            "render + seal, one page, same HTML",
            taken["one_both"],
            "ms",
            Limit(taken["one_bare"], "bare WeasyPrint, one page"),
        ),
        Figure("seal, two pages", taken["two_seal"], "ms", Limit(taken["two_render"], "render"), Target("<=", 0.12)),
        Figure("seal, one page", taken["one_seal"], "ms", Limit(taken["one_render"], "render")),
        Figure(
            f"memory after {late} reports",
            held["late"],
            "MB",
            Limit(held["early"], f"after {early}"),
            Target("<=", 1.03),
        ),
    ]
