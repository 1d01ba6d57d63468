"""What the inspector makes of real files, good and bad, and how little it can do while it looks at them."""

import io
import random
import socket
import sys
import time
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter

from portal.models import FileType, Refusal
from portal.uploads import inspection
from sandbox.process import PATIENCE_SECONDS
from tests.portal.upload_files import (
    active_pdf,
    filled_form,
    giant_page,
    pdf,
    picture,
    png_bomb,
    zip_archive,
)


class Pages:
    """Keeps what the inspection hands over."""

    def __init__(self) -> None:
        self.images: list[Image.Image] = []
        self.sizes: list[tuple[int, int]] = []

    def keep(self, number: int, size: tuple[int, int], image: bytes) -> None:
        """Keep one page; they come in order."""
        assert number == len(self.images) + 1
        self.images.append(Image.open(io.BytesIO(image)))
        self.sizes.append(size)


@pytest.fixture
def pages() -> Pages:
    """The pages of one inspection."""
    return Pages()


GOOD = {
    "jpeg": (picture(), FileType.JPEG),
    "progressive jpeg": (picture(progressive=True), FileType.JPEG),
    "gray jpeg": (picture(mode="L"), FileType.JPEG),
    "printer's jpeg": (picture(mode="CMYK"), FileType.JPEG),
    "jpeg with a color profile": (picture(icc_profile=b"\0" * 200), FileType.JPEG),
    "png": (picture("PNG"), FileType.PNG),
    "png with a palette": (picture("PNG", mode="P"), FileType.PNG),
    "transparent palette": (picture("PNG", mode="P", transparency=0), FileType.PNG),
    "transparent png": (picture("PNG", mode="RGBA"), FileType.PNG),
    "gray and transparent png": (picture("PNG", mode="LA"), FileType.PNG),
    "black and white png": (picture("PNG", mode="1"), FileType.PNG),
    "16 bit png": (picture("PNG", mode="I;16"), FileType.PNG),
    "pdf": (pdf(), FileType.PDF),
    "pdf with an owner's password alone": (pdf(password="", owner_password="secret"), FileType.PDF),
    "active pdf": (active_pdf(), FileType.PDF),
    "jpeg with a pdf behind it": (picture() + pdf(), FileType.JPEG),
    "pdf with a zip behind it": (pdf() + zip_archive(), FileType.PDF),
}


@pytest.mark.parametrize(("data", "file_type"), GOOD.values(), ids=GOOD.keys())
def test_a_good_file_becomes_pixels(pages: Pages, data: bytes, file_type: FileType):
    found = inspection.inspect(data, keep_page=pages.keep)

    assert found == inspection.Inspection(file_type=file_type)
    assert [(image.format, image.mode, image.size) for image in pages.images] == [("JPEG", "RGB", pages.sizes[0])]


def with_exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = "where it was taken"
    exif.get_ifd(0x8769)[0x9003] = "2026:01:01 00:00:00"
    return picture(exif=exif, dpi=(300, 300))


def test_a_picture_that_was_taken_sideways_is_shown_upright(pages: Pages):
    inspection.inspect(with_exif(6), keep_page=pages.keep)

    assert pages.sizes == [(200, 320)]
    red, green, _ = pages.images[0].split()
    # The red half was on the left and is on top now.
    seen = (red.getpixel((100, 40)), green.getpixel((100, 40)), green.getpixel((100, 300)))
    assert seen == pytest.approx((200, 30, 255), abs=5)


def test_sixteen_bits_of_gray_keep_their_brightness(pages: Pages):
    target = io.BytesIO()
    Image.new("I;16", (50, 50), 0x8000).save(target, "PNG")

    inspection.inspect(target.getvalue(), keep_page=pages.keep)

    assert pages.images[0].convert("L").getpixel((20, 20)) == pytest.approx(128, abs=2)


def test_what_was_typed_into_a_form_is_seen(pages: Pages):
    inspection.inspect(filled_form("OKONKWO"), keep_page=pages.keep)

    assert any(pages.images[0].convert("L").histogram()[:100])


def test_a_big_picture_is_made_smaller(pages: Pages):
    inspection.inspect(picture(size=(6000, 3000)), keep_page=pages.keep)

    assert pages.sizes == [(2400, 1200)]


BAD = {
    "empty": (b"", Refusal.EMPTY),
    "zip": (zip_archive(), Refusal.WRONG_TYPE),
    "gif in front of a pdf": (b"GIF89a" + pdf(), Refusal.WRONG_TYPE),
    "text": (b"hello", Refusal.WRONG_TYPE),
    "password": (pdf(password="secret"), Refusal.ENCRYPTED),
    "cut pdf": (pdf(3)[:-300], Refusal.DAMAGED),
    "pdf in name alone": (b"%PDF-1.7\n%%EOF\n", Refusal.DAMAGED),
    "cut jpeg": (picture(size=(2000, 2000))[:-3000], Refusal.DAMAGED),
    "cut png": (picture("PNG", size=(2000, 2000))[:-2000], Refusal.DAMAGED),
    "51 pages": (pdf(51), Refusal.TOO_MANY_PAGES),
    "1,000 pages": (pdf(1000), Refusal.TOO_MANY_PAGES),
    "png bomb": (png_bomb(), Refusal.TOO_LARGE_PICTURE),
    "hairline page": (giant_page(200, 14_000_000), Refusal.TOO_LARGE_PICTURE),
}


@pytest.mark.parametrize(("data", "refusal"), BAD.values(), ids=BAD.keys())
def test_a_bad_file_is_refused_for_its_own_reason(pages: Pages, data: bytes, refusal: Refusal):
    assert inspection.inspect(data, keep_page=pages.keep) == inspection.Inspection(refusal=refusal)


def test_fifty_pages_are_taken(pages: Pages):
    assert inspection.inspect(pdf(50, size=(72, 72)), keep_page=pages.keep).file_type is FileType.PDF
    assert len(pages.images) == 50


@pytest.mark.parametrize(
    ("greed", "refusal"),
    [("bytearray(2 << 30)", Refusal.TOO_LARGE_PICTURE), ("exec('while True: pass')", Refusal.DAMAGED)],
    ids=["memory", "time"],
)
def test_a_file_that_wants_too_much_ends_with_the_child(pages: Pages, program, greed: str, refusal: Refusal):
    text = """
import sys
sys.path.insert(0, {folder!r})
import inspector
inspector.CPU_SECONDS = 1
inspector.show = lambda data, answer: {greed}
sys.exit(inspector.main())
"""
    found = inspection.inspect(picture(), keep_page=pages.keep, program=program(text, greed=greed))

    assert found == inspection.Inspection(refusal=refusal)
    assert pages.images == []


# --- What a file can do that takes the inspector over ------------------------------------------------------------------

TAKEN_OVER = """
import sys, os, socket, subprocess, signal, ctypes, resource
sys.path.insert(0, {folder!r})
import inspector
ATTEMPTS = dict(
    read=lambda: open("/etc/passwd").read(),
    environment=lambda: open(f"/proc/{{os.getppid()}}/environ").read(),
    write=lambda: open("/tmp/from-the-inspector", "w"),
    list=lambda: os.listdir("/"),
    start=lambda: subprocess.run(["/bin/true"], check=True),
    fork=os.fork,
    exec=lambda: os.execv("/bin/true", ["true"]),
    connect=lambda: socket.create_connection(("127.0.0.1", {port}), timeout=1),
    unix=lambda: socket.socket(socket.AF_UNIX),
    kill=lambda: os.kill(os.getppid(), signal.SIGTERM),
    root=lambda: os.setuid(0),
    limits=lambda: resource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40)),
)
def show(data, answer):
    name = data.decode().split()[-1]
    ATTEMPTS[name]()
    answer.write(b"page 1 1\\n...done jpeg\\n")
inspector.show = show
sys.exit(inspector.main())
"""


@pytest.fixture
def program(tmp_path: Path):
    """Makes a program that behaves like the inspector up to the moment when it looks at the file."""

    def make(text: str, **values: object) -> Path:
        path = tmp_path / "taken_over.py"
        path.write_text(text.format(folder=str(inspection.INSPECTOR.parent), **{"port": 0, **values}))
        return path

    return make


@pytest.mark.parametrize(
    "attempt",
    ["read", "environment", "write", "list", "start", "fork", "exec", "connect", "unix", "kill", "root", "limits"],
)
def test_whoever_takes_the_inspector_over_reaches_nothing(pages: Pages, program, attempt: str, live_listener: int):
    path = program(TAKEN_OVER, port=live_listener)

    found = inspection.inspect(attempt.encode(), keep_page=pages.keep, program=path)

    assert found == inspection.Inspection(refusal=Refusal.DAMAGED)
    assert pages.images == []
    assert not Path("/tmp/from-the-inspector").exists()


@pytest.fixture
def live_listener():
    """The port of a server on this machine, which a program without a network cannot reach."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_the_program_of_these_tests_would_succeed_if_it_were_let(pages: Pages, program):
    text = TAKEN_OVER.replace(
        "inspector.show = show", "inspector.show = show; inspector.lock_in = lambda: None"
    ).replace("sys.exit(inspector.main())", "inspector.verdict_on(sys.stdin.buffer.read(), sys.stdout.buffer)")

    for attempt in ("read", "list", "start", "unix"):
        found = inspection.inspect(attempt.encode(), keep_page=Pages().keep, program=program(text))
        assert found.file_type is FileType.JPEG, attempt


def test_it_runs_as_nobody_without_environment_and_without_ways_back(pages: Pages, program):
    text = """
import sys, os
sys.path.insert(0, {folder!r})
import inspector
def show(data, answer):
    assert os.environ.keys() <= {{"LC_CTYPE"}}, os.environ
    assert sys.flags.isolated
    assert os.getuid() and os.geteuid() and os.getgid() and os.getegid()
    answer.write(b"page 1 1\\n...done jpeg\\n")
inspector.show = show
sys.exit(inspector.main())
"""
    found = inspection.inspect(b"x", keep_page=pages.keep, program=program(text))

    assert found.file_type is FileType.JPEG


def test_a_machine_that_cannot_lock_it_in_opens_no_file(pages: Pages, program):
    text = """
import sys
sys.path.insert(0, {folder!r})
import inspector
inspector.MACHINES = {{}}
sys.exit(inspector.main())
"""
    with pytest.raises(inspection.InspectorNotIsolatedError):
        inspection.inspect(picture(), keep_page=pages.keep, program=program(text))
    assert pages.images == []


def test_a_filter_that_does_not_filter_is_noticed(pages: Pages, program):
    text = """
import sys
sys.path.insert(0, {folder!r})
import inspector
inspector._filter_system_calls = lambda libc: None
sys.exit(inspector.main())
"""
    with pytest.raises(inspection.InspectorNotIsolatedError):
        inspection.inspect(picture(), keep_page=pages.keep, program=program(text))


# --- What the portal believes of what it says --------------------------------------------------------------------------

LIES = {
    "crash": "import os; os.abort()",
    "segfault": "import ctypes; ctypes.string_at(0)",
    "exit without a word": "pass",
    "error": "raise SystemExit(3)",
    "nonsense": "print('hello')",
    "endless line": "import sys\nwhile True: sys.stdout.write('a')",
    "done without a page": "print('done pdf')",
    "unknown type": "print('page 1 1'); print('...', end=''); print('done exe')",
    "unknown refusal": "print('refused bribed')",
    "giant page": "print('page 9999 9999')",
    "empty page": "print('page 0 10')",
    "negative page": "print('page -1 10')",
    "page cut short": "print('page 10 10'); print('..')",
    "pages without end": "while True: print('page 1 1\\n...', end='')",
}


@pytest.mark.parametrize("text", LIES.values(), ids=LIES.keys())
def test_a_child_that_crashes_or_lies_means_damaged(pages: Pages, tmp_path: Path, text: str):
    path = tmp_path / "liar.py"
    path.write_text(text)

    found = inspection.inspect(picture(), keep_page=pages.keep, program=path)

    assert found == inspection.Inspection(refusal=Refusal.DAMAGED)


@pytest.mark.parametrize(
    "text", ["import time; time.sleep(600)", "while True: pass", "print('page 1 1', flush=True)\nwhile 1: 1"]
)
def test_a_child_that_hangs_is_killed(pages: Pages, tmp_path: Path, text: str):
    path = tmp_path / "sleeper.py"
    path.write_text(text)
    began = time.monotonic()

    found = inspection.inspect(picture(), keep_page=pages.keep, program=path, seconds=1.5)

    assert found == inspection.Inspection(refusal=Refusal.DAMAGED)
    assert time.monotonic() - began < PATIENCE_SECONDS


def test_a_child_that_leaves_children_behind_leaves_none(pages: Pages, tmp_path: Path):
    path = tmp_path / "parent.py"
    marker = tmp_path / "still-here"
    path.write_text(
        f"import os, time\nif os.fork() == 0:\n    time.sleep(3)\n    open({str(marker)!r}, 'w')\nelse:\n    time.sleep(60)"
    )

    inspection.inspect(picture(), keep_page=pages.keep, program=path, seconds=1)
    time.sleep(3)

    assert not marker.exists()


def test_a_child_that_the_machine_killed_says_nothing_about_the_file(pages: Pages, tmp_path: Path):
    path = tmp_path / "killed.py"
    path.write_text("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")

    with pytest.raises(inspection.InspectorLostError):
        inspection.inspect(picture(), keep_page=pages.keep, program=path)


def test_a_file_that_nobody_reads_does_not_block(pages: Pages, tmp_path: Path):
    path = tmp_path / "deaf.py"
    path.write_text("import time; time.sleep(60)")

    found = inspection.inspect(bytes(9_000_000), keep_page=pages.keep, program=path, seconds=1)

    assert found.refusal is Refusal.DAMAGED


# --- Two hundred files that something ate at -------------------------------------------------------------------------

SEEDS = {"pdf": active_pdf(), "jpeg": with_exif(3), "form": filled_form("NAME"), "png": picture("PNG")}


def mutated(data: bytes, source: random.Random) -> bytes:
    """Change, cut, double or blank a few places, past the first bytes that say what it is."""
    broken = bytearray(data)
    for _ in range(source.randint(1, 12)):
        place = source.randrange(8, len(broken))
        kind = source.randrange(4)
        if kind == 0:
            broken[place] = source.randrange(256)
        elif kind == 1:
            broken[place : place + source.randrange(40)] = b""
        elif kind == 2:
            broken[place:place] = broken[place : place + source.randrange(200)]
        else:
            broken[place : place + 4] = source.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"9999", b"-1 R"])
        if len(broken) < 20:
            break
    return bytes(broken)


@pytest.mark.slow
@pytest.mark.parametrize("kind", SEEDS)
def test_fifty_broken_files_of_each_kind_never_harm_the_portal(kind: str):
    source = random.Random(f"uploads {kind}")

    for _ in range(50):
        pages = Pages()
        found = inspection.inspect(mutated(SEEDS[kind], source), keep_page=pages.keep)

        assert (found.file_type is None) != (found.refusal is None)
        assert found.refusal is not None or pages.images
        assert sys.exc_info() == (None, None, None)


def test_the_files_of_these_tests_are_what_they_say():
    assert len(PdfReader(io.BytesIO(pdf(3))).pages) == 3
    assert b"/JavaScript" in active_pdf()
    assert len(png_bomb()) < 100_000
    assert PdfWriter(clone_from=io.BytesIO(filled_form("A"))).get_fields() is not None
