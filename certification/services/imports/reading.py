"""Reads tables that others made: UTF-8, commas, one header line. What cannot be read is said in one sentence."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from certification.models.imports import LONGEST_CELL

LONGEST_LINE = 10_000
BEGINNING = 65_536
_OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_OTHER_MARKS = (b"\xff\xfe", b"\xfe\xff")


class FaultyFileError(Exception):
    """The file as a whole cannot be read; the text says why and what to do."""


@dataclass(frozen=True)
class Line:
    """One row: its number in the file, and its cells without blanks around them; `reasons` where it is no row."""

    number: int
    cells: tuple[str, ...]
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """The names of the columns, and the rows below them."""

    header: tuple[str, ...]
    lines: Iterator[Line]


def read(file: io.BufferedReader | io.BytesIO, columns: Sequence[str], optional: Sequence[str] = ()) -> Table:
    """Return the table in `file`, which has `columns` and may have the `optional` ones, in any order.

    Raises FaultyFileError, also on the way.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        reader = csv.reader(_lines(text), strict=True)
        header = _header(next(reader, []), columns, optional)
    except (csv.Error, UnicodeDecodeError) as error:
        raise _fault(error, 1) from error
    return Table(header, _rows(reader, len(header)))


def check_beginning(data: bytes, columns: Sequence[str], optional: Sequence[str] = ()) -> None:
    """Raise FaultyFileError for a file whose first bytes tell that it cannot be read."""
    if not data.strip():
        raise FaultyFileError("The file is empty.")
    if data.startswith(_OTHER_MARKS):
        raise FaultyFileError("The file is UTF-16. Save it as CSV in UTF-8.")
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise FaultyFileError("The file is a spreadsheet. Save it as CSV in UTF-8.")
    if len(data) == BEGINNING:
        # A letter of several bytes may be cut off.
        data = data[: data.rfind(b"\n") + 1] or data
    for _ in read(io.BytesIO(data), columns, optional).lines:
        return
    raise FaultyFileError("The file has a header and no rows.")


def _lines(text: io.TextIOBase) -> Iterator[str]:
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        if len(line) >= LONGEST_LINE and not line.endswith(("\n", "\r")):
            raise FaultyFileError(f"Line {number} is longer than {LONGEST_LINE:,} characters.")
        if "\x00" in line:
            raise FaultyFileError(f"Line {number} has a null byte: this is no text file. Save it as CSV in UTF-8.")
        yield line


def _header(cells: Sequence[str], columns: Sequence[str], optional: Sequence[str]) -> tuple[str, ...]:
    names = tuple(cell.strip().lower() for cell in cells)
    if not any(names):
        raise FaultyFileError("The file has no header: its first line must name the columns.")
    for separator, word in _OTHER_SEPARATORS.items():
        if len(names) == 1 and separator in names[0]:
            raise FaultyFileError(f"The columns are separated by {word}. Save the file with commas.")
    missing = [name for name in columns if name not in names]
    if missing:
        raise FaultyFileError(f"Columns are missing: {', '.join(missing)}. The header must name {', '.join(columns)}.")
    known = {*columns, *optional}
    if len(names) > len(known.intersection(names)):
        extra = [name or "(no name)" for name in names if name not in known] or ["one of them twice"]
        raise FaultyFileError(f"There are columns that do not belong here: {', '.join(extra)[:200]}.")
    return names


def _rows(reader: Iterator[list[str]], width: int) -> Iterator[Line]:
    number = 1
    try:
        for cells in reader:
            number = reader.line_num  # type: ignore[attr-defined]  # csv's readers count lines
            if any(cells):
                yield _line(number, [cell.strip() for cell in cells], width)
    except (csv.Error, UnicodeDecodeError) as error:
        raise _fault(error, number + 1) from error


def _line(number: int, cells: list[str], width: int) -> Line:
    reasons = []
    if len(cells) != width:
        reasons.append(f"The row has {len(cells)} cells instead of {width}.")
    if any(len(cell) > LONGEST_CELL for cell in cells):
        reasons.append(f"A cell has more than {LONGEST_CELL} characters.")
        cells = [cell[:LONGEST_CELL] for cell in cells]
    return Line(number, tuple(cells[: 2 * width]), tuple(reasons))


def _fault(error: Exception, number: int) -> FaultyFileError:
    if isinstance(error, UnicodeDecodeError):
        return FaultyFileError(f"The file is not UTF-8 at line {number} or after it. Save it as CSV in UTF-8.")
    return FaultyFileError(f"Line {number} cannot be read: a quotation mark is not closed, or stands inside a cell.")
