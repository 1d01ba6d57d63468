"""Rendering and sealing in a process of its own, warmed up as a worker is: `python -m bench.pipeline times|memory|flat …`.

The limit is WeasyPrint alone with everything that makes it fast (fonts and style sheets parsed once, no garbage
collection while it lays out), on the very HTML of our report and with the same kind of PDF.
"""

import gc
import os
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median

import django
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from bench import launcher
from bench.reports import ONE_PAGE, TWO_PAGES
from cvs import rendering
from cvs.snapshot import ReportSnapshot, machine_readable
from portal import pdf, sealing

_STYLE_SHEETS = ("pdf/page.css", "pdf/report/v1/report.css")
_WARM_UPS = 3


class BareWeasyPrint:
    """WeasyPrint without the portal around it, as lean as it can be used."""

    def __init__(self) -> None:
        fonts = {name: (pdf.FONTS_DIR / name).read_bytes() for name in pdf.FONT_NAMES}
        self._fetcher = pdf.OwnFontsOnly(fonts)
        self._configuration = FontConfiguration()
        self._sheets = [
            CSS(
                string=(pdf.TEMPLATES_DIR / name).read_text(encoding="utf-8"),
                url_fetcher=self._fetcher,
                font_config=self._configuration,
            )
            for name in _STYLE_SHEETS
        ]

    def write(self, html: str) -> bytes:
        """Return `html` as PDF."""
        gc.disable()
        written = HTML(string=html, url_fetcher=self._fetcher).write_pdf(
            stylesheets=self._sheets, font_config=self._configuration, pdf_variant=pdf.PDF_VARIANT
        )
        gc.enable()
        gc.collect()
        return bytes(written)


def make(snapshot: ReportSnapshot) -> bytes:
    """Return the sealed report, as the worker makes it."""
    return seal(rendering.render_report(snapshot), snapshot)


def seal(rendered: bytes, snapshot: ReportSnapshot) -> bytes:
    """Return the rendered report sealed, as the worker seals it."""
    return sealing.process_sealer().seal(rendered, at=datetime.now(UTC), facts_json=machine_readable(snapshot))


def times(count: int) -> dict[str, float]:
    """Return medians in milliseconds, over `count` turns, for a report of one page and one of two."""
    bare = BareWeasyPrint()
    return _in_turns({**_work("one", ONE_PAGE, bare), **_work("two", TWO_PAGES, bare)}, count)


def _work(name: str, snapshot: ReportSnapshot, bare: BareWeasyPrint) -> dict[str, Callable[[], object]]:
    html, rendered = rendering.report_html(snapshot), rendering.render_report(snapshot)
    return {
        f"{name}_bare": partial(bare.write, html),
        f"{name}_render": partial(rendering.render_report, snapshot),
        f"{name}_seal": partial(seal, rendered, snapshot),
        f"{name}_both": partial(make, snapshot),
    }


def _in_turns(work: Mapping[str, Callable[[], object]], count: int) -> dict[str, float]:
    """Do every piece once, then again: whatever else this machine does strikes all alike. Returns medians in ms."""
    taken: dict[str, list[float]] = {kind: [] for kind in work}
    for turn in range(-_WARM_UPS, count):
        for kind, piece in work.items():
            began = time.perf_counter()
            piece()
            if turn >= 0:
                taken[kind].append((time.perf_counter() - began) * 1000)
    return {kind: median(values) for kind, values in taken.items()}


def memory(early: int, late: int) -> dict[str, float]:
    """Return the resident memory in MB after `early` and after `late` reports."""
    found = {}
    for number in range(1, late + 1):
        make(ONE_PAGE if number % 2 else TWO_PAGES)
        if number in {early, late}:
            found["early" if number == early else "late"] = _resident_megabytes()
    return found


def flat(count: int) -> dict[str, float]:
    """Return how many seconds one report of one page takes, over `count` made one after the other."""
    for _ in range(_WARM_UPS):
        make(ONE_PAGE)
    began = time.perf_counter()
    for _ in range(count):
        make(ONE_PAGE)
    return {"seconds": (time.perf_counter() - began) / count}


def _resident_megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    """Measure what the command line asks for and print it as one line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    rendering.warm_up()
    kinds: dict[str, Callable[..., dict[str, float]]] = {"times": times, "memory": memory, "flat": flat}
    measure = kinds[sys.argv[1]]
    launcher.report(measure(*map(int, sys.argv[2:])))


if __name__ == "__main__":
    main()
