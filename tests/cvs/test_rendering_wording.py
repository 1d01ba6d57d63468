"""Words of the report: dates, numbers, the QR."""

from datetime import UTC, date, datetime
from xml.etree import ElementTree

import pytest
import segno

from cvs.rendering.qr import qr_svg
from cvs.rendering.wording import dashed_number, long_date, moment
from tests.cvs.snapshots import VERIFY_URL

QUIET_ZONE = 4


@pytest.mark.parametrize(
    ("at", "printed"),
    [
        (datetime(2026, 6, 3, 14, 5, tzinfo=UTC), "June 3, 2026, 10:05 AM ET"),
        (datetime(2026, 1, 1, 4, 59, tzinfo=UTC), "December 31, 2025, 11:59 PM ET"),
        (datetime(2026, 1, 1, 5, 0, tzinfo=UTC), "January 1, 2026, 12:00 AM ET"),
        (datetime(2026, 1, 1, 17, 0, tzinfo=UTC), "January 1, 2026, 12:00 PM ET"),
    ],
)
def test_moment_is_printed_in_us_eastern_time(at, printed):
    assert moment(at) == printed


def test_date_has_its_month_in_letters():
    assert long_date(date(1997, 2, 14)) == "February 14, 1997"
    assert long_date(date(2026, 12, 1)) == "December 1, 2026"


def test_identification_number_has_its_dashes():
    assert dashed_number("04821375") == "0-482-137-5"


def _dark_modules(svg: str) -> tuple[int, set[tuple[int, int]]]:
    """Return the size in modules and the dark ones, read back from the drawn path (horizontal strokes, one per run)."""
    root = ElementTree.fromstring(svg)
    size = int(root.attrib["viewBox"].split()[2])
    path = root.findall("path")[-1].attrib["d"]
    x, y, dark = 0.0, 0.0, set()
    for command, values in _commands(path):
        if command in "Mm":
            x, y = (values[0], values[1]) if command == "M" else (x + values[0], y + values[1])
        else:
            dark |= {(int(x) + step, int(y)) for step in range(int(values[0]))}
            x += values[0]
    return size, dark


def _commands(path: str):
    letters = [index for index, character in enumerate(path) if character in "Mmh"]
    for start, end in zip(letters, [*letters[1:], len(path)], strict=True):
        yield path[start], [float(value) for value in path[start + 1 : end].replace(",", " ").split()]


def test_drawn_qr_is_the_code_of_the_address_with_a_quiet_zone_of_four():
    code = segno.make(VERIFY_URL, error="m", micro=False, boost_error=False, mask=2)
    expected = {
        (column + QUIET_ZONE, row + QUIET_ZONE)
        for row, modules in enumerate(code.matrix)
        for column, dark in enumerate(modules)
        if dark
    }

    size, dark = _dark_modules(qr_svg(VERIFY_URL))

    assert size == len(code.matrix) + 2 * QUIET_ZONE
    assert dark == expected


def test_printed_modules_span_at_least_24_millimetres():
    size, _ = _dark_modules(qr_svg(VERIFY_URL))
    printed_millimetres = 31

    assert printed_millimetres * (size - 2 * QUIET_ZONE) / size >= 24
