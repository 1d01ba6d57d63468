"""Forty files as strangers send them, good, odd and hostile, each with the answer it must get.

All are made here when a test asks for them, byte for byte the same every time, so that no binary file, and nothing that a
virus scanner would find, lies in the repository.
"""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from portal.models import FileType, Refusal
from portal.models.uploads import MOST_BYTES
from portal.uploads import inspection
from tests.portal.upload_files import (
    EICAR,
    active_pdf,
    filled_form,
    pdf,
    picture,
    png_bomb,
    raw_pdf,
    zip_archive,
)

LETTER = (1700, 2200)
PLACE = b"39.9526 N, 75.1652 W"
SCRIPT = b"<script>document.location='https://thief.example/'</script>"


@dataclass(frozen=True)
class Accepted:
    """The pages that staff see afterwards, as pictures of these sizes, and what of the file must not be in them."""

    file_type: FileType
    sizes: tuple[tuple[int, int], ...]
    gone: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Refused:
    """Why it is not taken: at the door already, or by the check, after which nothing of it may be left."""

    why: Refusal
    at_the_door: bool = False


@dataclass(frozen=True)
class Sent:
    """One file of the corpus: what is wrong or odd about it, and how long the check may look at it."""

    title: str
    name: str
    make: Callable[[], bytes]
    answer: Accepted | Refused
    seconds: float = inspection.WALL_SECONDS


def exif_picture(kind: str) -> bytes:
    """A picture taken sideways, that says where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = PLACE.decode()
    return picture(kind, exif=exif)


def png_with_text() -> bytes:
    """A PNG with a script in its comment."""
    comment = PngInfo()
    comment.add_text("Comment", SCRIPT.decode())
    return picture("PNG", pnginfo=comment)


def png_with_chunk(kind: bytes, content: bytes) -> bytes:
    """A PNG with one more chunk before its pixels."""
    data = picture("PNG")
    chunk = struct.pack("!I", len(content)) + kind + content + struct.pack("!I", zlib.crc32(kind + content))
    place = data.index(b"IDAT") - 4
    return data[:place] + chunk + data[place:]


def png_text_bomb() -> bytes:
    """A PNG whose comment becomes 64 MB when it is read."""
    return png_with_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(64_000_000)))


def jpeg_bomb() -> bytes:
    """A JPEG of a few hundred bytes that says it is 60,000 x 60,000 pixels."""
    data = bytearray(picture())
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack("!HH", 60_000, 60_000)
    return bytes(data)


def page(contents: bytes, *, resources: bytes = b"", more: tuple[bytes, ...] = ()) -> bytes:
    """A PDF of one page, US Letter, that draws the stream `contents`; `more` are objects 5 and following."""
    kids = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<<%s>>>>" % resources
    return raw_pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", kids, contents, *more)


def stream(data: bytes, entries: bytes = b"") -> bytes:
    """An object of a PDF with a stream."""
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(data), entries, data)


def swelling_pdf() -> bytes:
    """A PDF of some kilobytes whose page, packed twice, becomes 2 GB when it is read."""
    packer = zlib.compressobj(9)
    start = packer.compress(b"") or packer.flush(zlib.Z_FULL_FLUSH)
    packer.compress(bytes(1 << 20))
    # Packed after a full flush, a megabyte of nothing is the same bytes each time.
    megabyte = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return page(stream(zlib.compress(start + megabyte * 2048, 9), b"/Filter[/FlateDecode/FlateDecode]"))


def endless_pdf() -> bytes:
    """A PDF of some kilobytes whose page is painted over half a million times."""
    return page(stream(zlib.compress(b"0 0 612 792 re f\n" * 500_000), b"/Filter/FlateDecode"))


def pdf_with_picture_bomb() -> bytes:
    """A PDF whose page draws a picture of 60,000 x 60,000 pixels that is hardly there."""
    image = b"/Type/XObject/Subtype/Image/Width 60000/Height 60000/ColorSpace/DeviceRGB/BitsPerComponent 8"
    bomb = stream(zlib.compress(bytes(1000)), image + b"/Filter/FlateDecode")
    return page(stream(b"600 0 0 700 0 0 cm /I Do"), resources=b"/XObject<</I 5 0 R>>", more=(bomb,))


def pdf_that_draws_itself() -> bytes:
    """A PDF whose page has a part that draws itself again, and again."""
    part = stream(b"/F Do", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F 5 0 R>>>>")
    return page(stream(b"/F Do"), resources=b"/XObject<</F 5 0 R>>", more=(part,))


def pdf_of_pages_in_a_ring() -> bytes:
    """A PDF whose list of pages holds itself."""
    return raw_pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R]/Count 1/Parent 2 0 R>>")


def pdf_of_other_files() -> bytes:
    """A PDF whose page asks for a file of the machine and one of the network."""
    file = stream(b"", b"/F(file:///etc/passwd)")
    link = b"<</Type/Annot/Subtype/Link/Rect[0 0 99 99]/A<</S/URI/URI(https://thief.example/)>>>>"
    kids = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Annots[5 0 R]>>"
    return raw_pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", kids, file, link)


def office_document() -> bytes:
    """What a word processor saves."""
    return zip_archive({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w:document/>"})


def program() -> bytes:
    """The start of a program for Windows."""
    return b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + bytes(200)


def heic() -> bytes:
    """The start of a picture as telephones of one maker keep it."""
    return struct.pack("!I", 24) + b"ftypheic" + bytes(4) + b"mif1heic" + bytes(400)


ONE = (LETTER,)
SMALL = ((320, 200),)

CORPUS = (
    # --- What people rightly send -------------------------------------------------------------------------------------
    Sent("scanned diploma", "diploma.pdf", partial(pdf, 2), Accepted(FileType.PDF, (LETTER, LETTER))),
    Sent("fifty pages", "transcript.pdf", partial(pdf, 50, size=(72, 72)), Accepted(FileType.PDF, ((200, 200),) * 50)),
    Sent("photograph", "IMG_0001.JPG", picture, Accepted(FileType.JPEG, SMALL)),
    Sent("screenshot", "diploma.png", partial(picture, "PNG"), Accepted(FileType.PNG, SMALL)),
    Sent("typed form", "form.pdf", partial(filled_form, "OKONKWO"), Accepted(FileType.PDF, ONE, (b"OKONKWO",))),
    Sent(
        "owner's password alone",
        "locked.pdf",
        partial(pdf, password="", owner_password="secret"),
        Accepted(FileType.PDF, ONE),
    ),
    # --- What a file says beside its picture --------------------------------------------------------------------------
    Sent(
        "place in a photograph",
        "IMG.jpg",
        partial(exif_picture, "JPEG"),
        Accepted(FileType.JPEG, ((200, 320),), (PLACE, b"Exif")),
    ),
    Sent(
        "place in a png",
        "IMG.png",
        partial(exif_picture, "PNG"),
        Accepted(FileType.PNG, ((200, 320),), (PLACE, b"eXIf")),
    ),
    Sent(
        "script in a comment of a jpeg",
        "a.jpg",
        partial(picture, comment=SCRIPT),
        Accepted(FileType.JPEG, SMALL, (SCRIPT,)),
    ),
    Sent("script in a comment of a png", "a.png", png_with_text, Accepted(FileType.PNG, SMALL, (SCRIPT, b"tEXt"))),
    # --- Active content -----------------------------------------------------------------------------------------------
    Sent(
        "javascript, program and launch in a pdf",
        "diploma.pdf",
        active_pdf,
        Accepted(FileType.PDF, ONE, (b"JavaScript", b"Launch", b"MZ this")),
    ),
    Sent(
        "pdf that asks for other files", "a.pdf", pdf_of_other_files, Accepted(FileType.PDF, ONE, (b"passwd", b"thief"))
    ),
    # --- Two kinds at once --------------------------------------------------------------------------------------------
    Sent(
        "jpeg and pdf",
        "a.jpg",
        lambda: picture() + active_pdf(),
        Accepted(FileType.JPEG, SMALL, (b"JavaScript", b"%PDF")),
    ),
    Sent("jpeg and pdf, called pdf", "a.pdf", lambda: picture() + pdf(), Refused(Refusal.WRONG_NAME, at_the_door=True)),
    Sent(
        "pdf and zip", "a.pdf", lambda: pdf() + zip_archive(), Accepted(FileType.PDF, ONE, (b"PK\x03\x04", b"a.html"))
    ),
    Sent("png and page of the web", "a.png", lambda: picture("PNG") + SCRIPT, Accepted(FileType.PNG, SMALL, (SCRIPT,))),
    Sent("gif and pdf", "a.pdf", lambda: b"GIF89a" + pdf(), Refused(Refusal.WRONG_TYPE, at_the_door=True)),
    # --- Something else under a good name -----------------------------------------------------------------------------
    Sent("page of the web as png", "a.png", lambda: b"<html>" + SCRIPT, Refused(Refusal.WRONG_TYPE, at_the_door=True)),
    Sent("program as pdf", "diploma.pdf", program, Refused(Refusal.WRONG_TYPE, at_the_door=True)),
    Sent("word processor's file", "diploma.docx", office_document, Refused(Refusal.WRONG_TYPE, at_the_door=True)),
    Sent("telephone's own format", "IMG_0001.HEIC", heic, Refused(Refusal.WRONG_TYPE, at_the_door=True)),
    Sent("png as jpg", "a.jpg", partial(picture, "PNG"), Refused(Refusal.WRONG_NAME, at_the_door=True)),
    Sent("two endings", "diploma.pdf.exe", pdf, Refused(Refusal.WRONG_NAME, at_the_door=True)),
    Sent("ending turned around", "diploma\u202egnp.pdf.js", pdf, Refused(Refusal.WRONG_NAME, at_the_door=True)),
    # --- Locked, cut, damaged -----------------------------------------------------------------------------------------
    Sent("empty", "a.pdf", bytes, Refused(Refusal.EMPTY, at_the_door=True)),
    Sent("password", "a.pdf", partial(pdf, password="secret"), Refused(Refusal.ENCRYPTED)),
    Sent("cut pdf", "a.pdf", lambda: pdf(3)[:-300], Refused(Refusal.DAMAGED)),
    Sent("cut jpeg", "a.jpg", lambda: picture(size=(900, 900))[:-2000], Refused(Refusal.DAMAGED)),
    Sent("pages in a ring", "a.pdf", pdf_of_pages_in_a_ring, Refused(Refusal.DAMAGED)),
    # --- Too much of it -----------------------------------------------------------------------------------------------
    Sent(
        "one byte too many",
        "a.jpg",
        lambda: picture().ljust(MOST_BYTES + 1, b"\0"),
        Refused(Refusal.TOO_BIG, at_the_door=True),
    ),
    Sent("fifty-one pages", "a.pdf", partial(pdf, 51), Refused(Refusal.TOO_MANY_PAGES)),
    Sent("png bomb", "a.png", png_bomb, Refused(Refusal.TOO_LARGE_PICTURE)),
    Sent("jpeg bomb", "a.jpg", jpeg_bomb, Refused(Refusal.TOO_LARGE_PICTURE)),
    Sent("bomb in a comment", "a.png", png_text_bomb, Refused(Refusal.DAMAGED)),
    Sent("pdf that swells", "a.pdf", swelling_pdf, Refused(Refusal.DAMAGED)),
    Sent("pdf that is never drawn", "a.pdf", endless_pdf, Refused(Refusal.DAMAGED), seconds=2),
    Sent("picture bomb in a pdf", "a.pdf", pdf_with_picture_bomb, Accepted(FileType.PDF, ONE)),
    Sent("pdf that draws itself", "a.pdf", pdf_that_draws_itself, Accepted(FileType.PDF, ONE)),
    # --- A virus ------------------------------------------------------------------------------------------------------
    Sent("test virus behind a picture", "a.jpg", lambda: picture() + EICAR, Refused(Refusal.VIRUS)),
    Sent("test virus alone", "a.pdf", lambda: EICAR, Refused(Refusal.WRONG_TYPE, at_the_door=True)),
)
