"""The safe side of the inspector: starts it, never trusts it, and makes the page images from nothing but pixels."""

import io
import os
import re
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from PIL import Image

from portal.models import FileType, Refusal
from portal.models.uploads import MOST_PAGES

INSPECTOR = Path(__file__).with_name("inspector.py")
WALL_SECONDS = 60.0
LONGEST_SIDE = 2400
LONGEST_LINE = 64
CHUNK = 1 << 18
NOT_ISOLATED = 78
QUALITY = 85
LAST_WORDS_SECONDS = 5.0

PAGE = re.compile(rb"page (\d{1,4}) (\d{1,4})", re.ASCII)
VERDICT = re.compile(rb"(done|refused) ([a-z_]{1,20})", re.ASCII)

# Number from 1, size in pixels, JPEG.
KeepPage = Callable[[int, tuple[int, int], bytes], None]


class InspectorNotIsolatedError(Exception):
    """This machine cannot lock the inspector in, so no file is opened on it."""


class InspectorLostError(Exception):
    """The inspector was killed from outside, such as for want of memory on this machine; says nothing about the file."""


class NonsenseError(Exception):
    """The inspector said what it has no business to say; something in the file may have taken it over."""


@dataclass(frozen=True)
class Inspection:
    """What the inspector found: a type when all pages were drawn, else why not."""

    file_type: FileType | None = None
    refusal: Refusal | None = None


def inspect(
    data: bytes, *, keep_page: KeepPage, seconds: float = WALL_SECONDS, program: Path = INSPECTOR
) -> Inspection:
    """Have `data` opened in a process of its own and call `keep_page` for each page, in order.

    A file on which the inspector crashes, hangs or runs out of memory is `damaged`; pages kept until then are the
    caller's to delete. Raises `InspectorNotIsolatedError` and `InspectorLostError`, after which nothing is known.
    """
    # Isolated mode, no environment, a session of its own: nothing of ours goes with it but the three streams.
    child = subprocess.Popen(  # noqa: S603 - our own program; the file arrives on its standard input
        [sys.executable, "-I", "-B", str(program)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
        start_new_session=True,
    )
    # Beside the reading, because each pipe holds less than what goes through it.
    feeder = threading.Thread(target=_feed, args=(child, data), daemon=True)
    feeder.start()
    try:
        return _listen(_Answer(child, deadline=time.monotonic() + seconds), keep_page)
    except EOFError:
        return _without_verdict(child)
    except (TimeoutError, NonsenseError):
        return Inspection(refusal=Refusal.DAMAGED)
    finally:
        _end(child)
        feeder.join()


def _feed(child: "subprocess.Popen[bytes]", data: bytes) -> None:
    # A child that ended early has said why, or its exit status does.
    with suppress(OSError), _stream(child.stdin) as stdin:
        stdin.write(data)


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise ValueError("The inspector was started without pipes.")
    return stream


def _end(child: "subprocess.Popen[bytes]") -> None:
    """Kill whatever is left of the child and its session."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    _stream(child.stdout).close()
    child.wait()


def _without_verdict(child: "subprocess.Popen[bytes]") -> Inspection:
    """Judge by how the child ended."""
    try:
        status = child.wait(timeout=LAST_WORDS_SECONDS)
    except subprocess.TimeoutExpired:
        return Inspection(refusal=Refusal.DAMAGED)
    if status == NOT_ISOLATED:
        raise InspectorNotIsolatedError
    if status == -signal.SIGKILL:
        raise InspectorLostError
    return Inspection(refusal=Refusal.DAMAGED)


class _Answer:
    """Reads what the child says, never more than asked for and never later than the deadline."""

    def __init__(self, child: "subprocess.Popen[bytes]", *, deadline: float) -> None:
        self._descriptor = _stream(child.stdout).fileno()
        self._deadline = deadline
        self._held = bytearray()

    def line(self) -> bytes:
        """Return the next line without its end. Raises EOFError, TimeoutError, `NonsenseError`."""
        while b"\n" not in self._held[:LONGEST_LINE]:
            if len(self._held) >= LONGEST_LINE:
                raise NonsenseError
            self._read_more()
        line, _, rest = self._held.partition(b"\n")
        self._held = rest
        return bytes(line)

    def exactly(self, count: int) -> bytes:
        """Return the next `count` bytes. Raises EOFError and TimeoutError."""
        while len(self._held) < count:
            self._read_more()
        data = bytes(self._held[:count])
        del self._held[:count]
        return data

    def _read_more(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0 or not select.select([self._descriptor], [], [], left)[0]:
            raise TimeoutError
        data = os.read(self._descriptor, CHUNK)
        if not data:
            raise EOFError
        self._held += data


def _listen(answer: _Answer, keep_page: KeepPage) -> Inspection:
    """Take pages until the verdict. Raises EOFError, TimeoutError, `NonsenseError`."""
    for number in range(1, MOST_PAGES + 2):
        line = answer.line()
        page = PAGE.fullmatch(line)
        if page is None:
            return _verdict(line, pages=number - 1)
        size = int(page[1]), int(page[2])
        if number > MOST_PAGES or not (min(size) > 0 and max(size) <= LONGEST_SIDE):
            raise NonsenseError
        keep_page(number, size, _jpeg(size, answer.exactly(size[0] * size[1] * 3)))
    raise NonsenseError


def _verdict(line: bytes, *, pages: int) -> Inspection:
    found = VERDICT.fullmatch(line)
    kind, word = (found[1], found[2].decode()) if found else (b"", "")
    if kind == b"done" and word in FileType.values and pages:
        return Inspection(file_type=FileType(word))
    if kind == b"refused" and word in Refusal.values:
        return Inspection(refusal=Refusal(word))
    raise NonsenseError


def _jpeg(size: tuple[int, int], pixels: bytes) -> bytes:
    """Return the picture of a page. Made here from pixels, so it holds nothing else that the file may have had."""
    target = io.BytesIO()
    Image.frombytes("RGB", size, pixels).save(target, "JPEG", quality=QUALITY)
    return target.getvalue()
