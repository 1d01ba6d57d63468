"""The QR code of a printed report, read from the paper as a phone reads it."""

from dataclasses import replace
from pathlib import Path
from subprocess import run

import pytest
import zxingcpp
from PIL import Image

from cvs.rendering import render_report
from cvs.snapshot import Paper, ReportSnapshot
from tests.cvs.snapshots import NOT_CERTIFIED, ORDINARY, VERIFY_URL, annotated

# Of a fax in its fine mode, and of an ordinary office printer.
FAX_DPI, PRINTER_DPI = 200, 300


def codes_on_paper(report: ReportSnapshot, dots_per_inch: int, folder: Path) -> list[str]:
    """Return what every code in the printed report says, page after page; `folder` takes the pictures of the pages."""
    command = ["pdftoppm", "-png", "-gray", "-r", str(dots_per_inch), "-", str(folder / "page")]
    run(command, input=render_report(report), capture_output=True, check=True)
    texts: list[str] = []
    for picture in sorted(folder.glob("page-*.png")):
        with Image.open(picture) as page:
            texts += [code.text for code in zxingcpp.read_barcodes(page)]
    return texts


@pytest.mark.parametrize("dots_per_inch", [FAX_DPI, PRINTER_DPI])
@pytest.mark.parametrize(
    "report",
    [ORDINARY, NOT_CERTIFIED, replace(ORDINARY, paper=Paper.A4), annotated(12)],
    ids=["certified", "not-certified", "a4", "two-pages"],
)
def test_code_on_paper_opens_the_page_that_checks_this_report(
    report: ReportSnapshot, dots_per_inch: int, tmp_path: Path
):
    assert codes_on_paper(report, dots_per_inch, tmp_path) == [VERIFY_URL]


def test_another_report_has_another_code_on_paper(tmp_path: Path):
    url = VERIFY_URL.replace("7Q4KM2", "8R5LN3")
    other = replace(ORDINARY, verification=replace(ORDINARY.verification, url=url))

    assert codes_on_paper(other, PRINTER_DPI, tmp_path) == [url]
