"""Tables for spreadsheets that stay tables: no cell of a download can become a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from django.http import StreamingHttpResponse

# What spreadsheets take as the begin of a formula (OWASP, CSV injection); East Asian ones take the wide forms too.
_STARTS = frozenset("=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20")
_BYTE_ORDER_MARK = "\ufeff"


def safe_cell(value: object) -> str:
    """Return `value` as text that every spreadsheet shows as it is.

    Text that could start a formula gets an apostrophe in front, also after blanks and invisible characters. Numbers keep
    their sign. None is empty.
    """
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    text = str(value).replace("\x00", "")
    visible = text.lstrip(" \u00a0\u200b\u200e\u200f\ufeff")
    return f"'{text}" if visible[:1] in _STARTS and visible else text


class _Line:
    """A file that hands back what is written into it."""

    def write(self, text: str) -> str:
        """Return `text`."""
        return text


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield the lines of a table (RFC 4180, every cell quoted), one row at a time, so that none is held in memory."""
    writer = csv.writer(_Line(), quoting=csv.QUOTE_ALL)
    # Excel takes a file without the mark for the encoding of the machine.
    yield _BYTE_ORDER_MARK
    for row in chain([header], rows):
        yield str(writer.writerow([safe_cell(cell) for cell in row]))


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """Return a table as the download `name`.csv; `name` is ours, of ASCII letters, digits and dashes."""
    response = StreamingHttpResponse(csv_lines(header, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response["Cache-Control"] = "no-store, private"
    return response
