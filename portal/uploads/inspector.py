"""Opens one file of a stranger and says its pages as plain pixels. A program, not a module: see `inspection`.

It is started as `python -I inspector.py` without environment or privileges, reads the file from standard input and
answers on standard output:

    page WIDTH HEIGHT\\n  then WIDTH x HEIGHT x 3 bytes of red, green, blue     (once a page)
    done TYPE\\n  or  refused CODE\\n

It imports nothing of the portal. Before the first byte is read it gives up every right it can, so that a file that takes
it over finds no file, no network, no other process, and no way to answer but pixels.
"""

import codecs
import ctypes
import io
import os
import platform
import resource
import struct
import sys
from typing import BinaryIO

import pypdfium2
from PIL import (
    Image,
    ImageColor,
    ImageFile,
    ImageOps,
    ImagePalette,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    TiffTags,
)
from pypdfium2 import raw as pdfium

MOST_BYTES = 10_000_000
MOST_PAGES = 50
# Of a picture as it comes: telephones make up to 108 million.
MOST_PIXELS = 120_000_000
# Of a page image: US Letter at 200 dpi is 1700 x 2200.
LONGEST_SIDE = 2400
DOTS_PER_POINT = 200 / 72
END_OF_PDF_WITHIN = 1024

MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 45
NOBODY = 65534
# sysexits.h EX_CONFIG: this machine cannot lock the program in, so it does not look at the file.
NOT_ISOLATED = 78

CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUSER = 0x40000000, 0x08000000, 0x10000000
PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 4, 22, 38
SECCOMP_MODE_FILTER = 2
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050001, 0x80000000
# The system calls that reading one pipe, computing, and writing to another pipe need, by machine; any other is refused.
# In particular: nothing that opens, starts, connects, signals or traces. Numbers: the kernel's unistd.h.
MACHINES = {
    "x86_64": (0xC000003E, (0, 1, 3, 5, 8, 9, 10, 11, 12, 13, 14, 15, 19, 20, 24, 25, 28, 39, 60, 99, 131, 186, 202, 219,
                            228, 230, 231, 318, 334)),
    "aarch64": (0xC00000B7, (57, 62, 63, 64, 65, 66, 80, 93, 94, 98, 113, 115, 124, 128, 132, 134, 135, 139, 172, 178, 179,
                             214, 215, 216, 222, 226, 233, 278, 293)),
}  # fmt: skip


# What Pillow and Python would load in the middle of a file, when nothing can be loaded any more.
LOADED_BEFORE = (ImageColor, ImageFile, ImagePalette, MpoImagePlugin, TiffImagePlugin, TiffTags)
CODECS = ("ascii", "latin-1", "utf-8", "utf-16", "utf-16-be", "utf-16-le")


class RefusedError(Exception):
    """The file is not taken; the one argument is a code of `portal.models.Refusal`."""


class _Program(ctypes.Structure):
    """`struct sock_fprog` of linux/filter.h."""

    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def lock_in() -> None:
    """Give up memory, time, files, network, privileges and system calls; raises OSError where the last is impossible."""
    libc = ctypes.CDLL(None, use_errno=True)
    limits = {
        resource.RLIMIT_AS: MEMORY_BYTES,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 16,
    }
    for name, limit in limits.items():
        resource.setrlimit(name, (limit, limit))
    # The first limit ends it by a signal of its own, which tells the file's greed from a kill of the machine's.
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 5))
    os.umask(0o077)
    os.chdir("/")
    # As root, or where people may make name spaces of their own; else the filter below is what bars the network.
    if libc.unshare(CLONE_NEWNET | CLONE_NEWIPC):
        libc.unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    _filter_system_calls(libc)


def _filter_system_calls(libc: ctypes.CDLL) -> None:
    """Allow the calls of `MACHINES` and refuse all others with EPERM (seccomp(2))."""
    if platform.machine() not in MACHINES:
        raise OSError("The system calls of this machine are not known.")
    machine, calls = MACHINES[platform.machine()]
    program = _assemble(machine, calls)
    filters = _Program(len(program) // 8, program)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(
        PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(filters), 0, 0
    ):
        raise OSError(ctypes.get_errno(), "No filter of system calls.")


def _assemble(machine: int, calls: tuple[int, ...]) -> bytes:
    """Return the filter's instructions, 8 bytes each: operation, jump if true, jump if false, operand."""
    load, equal, answer = 0x20, 0x15, 0x06
    steps = [(load, 0, 0, 4), (equal, 1, 0, machine), (answer, 0, 0, KILL), (load, 0, 0, 0)]
    steps += [(equal, len(calls) - index, 0, call) for index, call in enumerate(calls)]
    steps += [(answer, 0, 0, REFUSE), (answer, 0, 0, ALLOW)]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def is_locked_in() -> bool:
    """Tell whether opening a file is refused, as proof that the filter works."""
    try:
        os.close(os.open("/", os.O_RDONLY))
    except PermissionError:
        return True
    return False


def type_of(data: bytes) -> str:
    """Return `pdf`, `jpeg` or `png` by the first bytes. Raises `RefusedError`."""
    for start, name in ((b"%PDF-", "pdf"), (b"\xff\xd8\xff", "jpeg"), (b"\x89PNG\r\n\x1a\n", "png")):
        if data.startswith(start):
            return name
    raise RefusedError("wrong_type" if data else "empty")


def show(data: bytes, answer: BinaryIO) -> None:
    """Write every page of the file, and the verdict, to `answer`. Raises `RefusedError`."""
    name = type_of(data)
    if name == "pdf":
        _show_pdf(data, answer)
    else:
        _write_page(_picture(data, name), answer)
    answer.write(f"done {name}\n".encode())


def _picture(data: bytes, name: str) -> Image.Image:
    """Return the picture upright, on white, small enough to be looked at."""
    plugin = JpegImagePlugin.JpegImageFile if name == "jpeg" else PngImagePlugin.PngImageFile
    picture: Image.Image = plugin(io.BytesIO(data))
    if picture.width * picture.height > MOST_PIXELS:
        raise RefusedError("too_large_picture")
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    picture.load()
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return _on_white(ImageOps.exif_transpose(picture))


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):
        # 16 bits a pixel: the upper eight are what a screen shows.
        return picture.convert("I").point(lambda value: value * (1 / 256)).convert("L").convert("RGB")
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layer = picture.convert("RGBA")
    page = Image.new("RGB", layer.size, "white")
    page.paste(layer, mask=layer.getchannel("A"))
    return page


def _show_pdf(data: bytes, answer: BinaryIO) -> None:
    if b"%%EOF" not in data[-END_OF_PDF_WITHIN:]:
        raise RefusedError("damaged")
    document = pypdfium2.PdfDocument(data)
    if len(document) > MOST_PAGES:
        raise RefusedError("too_many_pages")
    if not len(document):
        raise RefusedError("damaged")
    # Without this, what somebody typed into a form would be missing. The library has no JavaScript in it.
    document.init_forms()
    for page in document:
        width, height = page.get_size()
        scale = min(DOTS_PER_POINT, LONGEST_SIDE / max(width, height))
        if min(width, height) * scale < 1:
            raise RefusedError("too_large_picture")
        _write_page(page.render(scale=scale).to_pil().convert("RGB"), answer)
        page.close()


def _write_page(picture: Image.Image, answer: BinaryIO) -> None:
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    answer.write(f"page {picture.width} {picture.height}\n".encode())
    answer.write(picture.tobytes())


def verdict_on(data: bytes, answer: BinaryIO) -> None:
    """Write pages and verdict, or the reason why not, to `answer`."""
    try:
        show(data, answer)
    except RefusedError as error:
        code = str(error)
    except MemoryError:
        code = "too_large_picture"
    except pypdfium2.PdfiumError as error:
        code = "encrypted" if error.err_code == pdfium.FPDF_ERR_PASSWORD else "damaged"
    except Exception:  # noqa: BLE001 - whatever a parser raises, the file could not be opened
        code = "damaged"
    else:
        return
    answer.write(f"refused {code}\n".encode())


def main() -> int:
    """Lock this process in, then look at the file. Returns the exit status."""
    for name in CODECS:
        codecs.lookup(name)
    # Judged here instead, against `MOST_PIXELS`.
    Image.MAX_IMAGE_PIXELS = None
    # The library sets itself up at its first use.
    pypdfium2.PdfDocument.new().close()
    try:
        lock_in()
    except OSError:
        return NOT_ISOLATED
    if not is_locked_in():
        return NOT_ISOLATED
    data = sys.stdin.buffer.read(MOST_BYTES + 1)
    verdict_on(data, sys.stdout.buffer)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    # Straight out: what is torn down after this would ask for rights that are gone.
    os._exit(main())
